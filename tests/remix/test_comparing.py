"""What a remix did with its sources, and a new version with the one before."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from PIL import Image

from fedirec.activitypub.models import Actor
from fedirec.media.actions import keep_file
from fedirec.remix.actions.drafts import FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Record, Source
from tests.network import Instance, settle

POEM = "The night is long.\n\nNobody waves."


async def publish(at: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "licence": "CC-BY-SA-4.0", **fields})
    return await at.run(publish_record, author, draft)


async def picture(at: Instance, owner: Actor, folder: Path, colour: str) -> FileDraft:
    path = folder / f"{colour}.png"
    Image.new("RGB", (640, 400), colour).save(path)
    store, settings = at.state["store"], at.state["settings"]
    kept = await at.run(keep_file, store, owner, file_name=path.name, source=path, settings=settings)
    return FileDraft(media=kept, description=f"all {colour}")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


async def compared(at: Instance, remix: Record, **query: str) -> str:
    source = await at.run(lambda: Source.filter(record_id=remix.id).first())
    assert source is not None
    page = remix.uri.removeprefix(at.origin) if remix.uri.startswith(at.origin) else f"/records/remote/{remix.id}"
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    assert f"{page}/compare/{source.id}" in (await at.get(page)).text
    answer = await at.get(f"{page}/compare/{source.id}?{asked}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_remix_over_two_servers_shows_what_it_did_with_the_words_and_the_picture(
    here: Instance, there: Instance, tmp_path: Path
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await there.join("cy")
    night = await picture(here, ana, tmp_path, "navy")
    song = await publish(here, ana, "Night", text=POEM, files=[night], language="en")
    found = await there.find_record(song.uri)
    dawn = await picture(there, bo, tmp_path, "orange")
    remix = await publish(
        there,
        bo,
        "Dawn",
        text="The night was long.\n\nNobody waves.",
        files=[dawn],
        language="en",
        sources=[SourceDraft(record=found)],
        parts=[PartDraft(actor=cy, role="trl")],
    )
    await settle(here, there)

    for at in (there, here):
        page = await compared(at, remix if at is there else await at.find_record(remix.uri))
        assert "<del><span" in page
        said = words(page)
        assert "taken out: is put in: was" in said
        assert "cy is credited now: Translator." in said
        assert "ana is not credited" not in said
        assert "bo is credited now" not in said
        assert "licence was" not in said
        assert page.count("<img") >= 4, "both pictures, and one over the other"
        assert "data-wipe hidden" in page
        columns = await compared(at, remix if at is there else await at.find_record(remix.uri), view="beside")
        assert re.search(r"<th scope=\"col\">Before</th>", columns)


async def test_a_source_that_changed_is_compared_as_it_was_and_as_it_is(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish(here, ana, "Night", text=POEM)
    remix = await publish(here, bo, "Dawn", text=POEM, sources=[SourceDraft(record=song)])
    draft = RecordDraft(title="Night", text="Everything is new.", licence="CC-BY-SA-4.0")
    await here.run(edit_record, ana, await here.run(Record.get, id=song.id), draft)

    then, now = await compared(here, remix), await compared(here, remix, source="now")
    assert "The words are the same." in words(then)
    assert "The source was changed since." in words(then)
    assert "Everything is new." in words(now)
    assert "Compare with what it was then" in words(now)

    address = song.uri.removeprefix(here.origin)
    assert f"{address}/versions/2/compare" in (await here.get(address)).text
    versions = await here.get(f"{address}/versions/2/compare")
    assert "put in: Everything is new" in words(versions.text)
    assert (await here.get(f"{address}/versions/1/compare")).status_code == 404
    assert (await here.get(f"{address}/versions/3/compare")).status_code == 404
    assert (await here.get(f"{address}/versions/2/compare?since=2")).status_code == 404


async def test_a_source_that_is_gone_is_as_its_snapshot_kept_it(here: Instance, tmp_path: Path) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    night = await picture(here, ana, tmp_path, "navy")
    song = await publish(here, ana, "Night", text=POEM, files=[night])
    remix = await publish(here, bo, "Dawn", text="The night was long.", sources=[SourceDraft(record=song)])
    await here.run(delete_record, ana, await here.run(Record.get, id=song.id))

    said = words(await compared(here, remix))
    assert "gone, remembered here" in said
    assert "Nobody waves" in said
    assert "The file itself is gone." in said


async def test_what_is_not_for_everybody_is_compared_by_nobody_else(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish(here, ana, "Night", text="a secret")
    remix = await publish(here, ana, "Dawn", text="in the open", sources=[SourceDraft(record=song)])
    other = await publish(here, bo, "Other", text="something else")
    source = await here.run(lambda: Source.get(record_id=remix.id))
    address = f"{remix.uri.removeprefix(here.origin)}/compare/{source.id}"
    assert "a secret" in (await here.get(address)).text
    assert (await here.get(f"{other.uri.removeprefix(here.origin)}/compare/{source.id}")).status_code == 404

    for visibility in ("followers", "hidden"):

        async def narrow(seen_by: str = visibility) -> None:
            await Record.filter(id=song.id).update(visibility=seen_by)

        await here.run(narrow)
        assert (await here.get(address)).status_code == 404
        async with here.sign_in("bo") as browser:
            assert (await browser.get(address)).status_code == 404
        async with here.sign_in("ana") as browser:
            assert "a secret" in (await browser.get(address)).text


async def test_an_earlier_version_for_followers_is_compared_by_nobody_else(here: Instance) -> None:
    ana = await here.join("ana")
    draft = RecordDraft(title="Night", text="a secret", licence="CC-BY-SA-4.0", visibility="followers")
    song = await here.run(publish_record, ana, draft)
    opened = RecordDraft(title="Night", text="in the open", licence="CC-BY-SA-4.0")
    await here.run(edit_record, ana, await here.run(Record.get, id=song.id), opened)
    address = f"{song.uri.removeprefix(here.origin)}/versions/2/compare"

    assert (await here.get(address)).status_code == 404
    async with here.sign_in("ana") as browser:
        assert "a secret" in (await browser.get(address)).text
