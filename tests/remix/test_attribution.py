"""Whom to name, over all generations, in the forms that people need."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fedirec.activitypub.models import Actor
from fedirec.media.actions import keep_file
from fedirec.remix.actions.drafts import FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.models import Record
from fedirec.remix.queries.parts import records_in
from fedirec.remix.roles import find_role
from fedirec.web.tables import read_cell, write_cell
from tests.media.files import encoded, scene
from tests.network import Instance

FORMS = ("attribution", "attribution.txt", "attribution.html", "attribution.csv", "attribution.json", "credits-roll")


async def publish(
    here: Instance, author: Actor, title: str, *, sources: Sequence[Record] = (), **fields: Any
) -> Record:
    drafted = [SourceDraft(record=source) for source in sources]
    draft = RecordDraft(title=title, text="la", sources=drafted, **{"licence": "CC-BY-4.0", **fields})

    async def work() -> Record:
        made = await publish_record(author, draft)
        [whole] = await records_in([made.id])
        return whole

    return await here.run(work)


async def three_generations(here: Instance) -> tuple[Record, Record, Record]:
    """A poem by ana, a song of it by bo which cy sang, and a cover of that by dee."""
    ana, bo, cy, dee = [await here.join(name) for name in ("ana", "bo", "cy", "dee")]
    role = find_role("sng")
    assert role is not None
    poem = await publish(here, ana, '=HYPERLINK("https://evil.example") <b>Poem</b>')
    song = await publish(here, bo, "Song", sources=[poem], parts=[PartDraft(actor=cy, role=role.iri)])
    cover = await publish(here, dee, "Cover", sources=[song], licence="CC-BY-SA-4.0")
    return poem, song, cover


def page_of(record: Record) -> str:
    return f"/records/{record.uri.rpartition('/')[2]}"


async def test_every_generation_is_named_in_every_form(here: Instance) -> None:
    poem, song, cover = await three_generations(here)
    text = (await here.get(f"{page_of(cover)}/attribution.txt")).text
    markup = (await here.get(f"{page_of(cover)}/attribution.html")).text
    found = (await here.get(f"{page_of(cover)}/attribution.json")).json()
    table = (await here.get(f"{page_of(cover)}/attribution.csv")).content.decode("utf-8-sig")
    page = (await here.get(f"{page_of(cover)}/attribution")).text
    roll = (await here.get(f"{page_of(cover)}/credits-roll")).text

    for form in (text, markup, table, page, roll):
        for name in ("ana", "bo", "cy", "dee", "Song", "Cover", "Singer"):
            assert name in form
    assert f"“Cover” by dee, CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/): {cover.uri}" in text
    assert "<b>" not in markup
    assert f'<a href="{song.uri}">Song</a>' in markup
    assert 'rel="license"' in markup
    assert [(work["uri"], work["generation"]) for work in found["sources"]] == [(song.uri, 1), (poem.uri, 2)]
    assert {person["name"]: person["roles"] for person in found["people"]}["cy"] == ["Singer"]
    assert found["sentence"] in page
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[1:3] for row in rows[1:3]] == [["Cover", "dee"], ["Song", "bo"]]
    assert rows[3][1].startswith("'=HYPERLINK")
    assert {row[1]: row[2] for row in rows[rows.index([]) + 2 :]}["cy"] == "Singer"
    assert not [each for row in rows for each in row if each.startswith(("=", "+", "-", "@"))]


async def test_what_is_deleted_is_named_and_what_is_not_public_is_not(here: Instance) -> None:
    poem, song, cover = await three_generations(here)
    await here.run(lambda: delete_record(poem.author, poem))
    await here.run(lambda: Record.filter(id=song.id).update(visibility="followers"))
    found = (await here.get(f"{page_of(cover)}/attribution.json")).json()

    assert song.uri not in {work["uri"] for work in found["sources"]}
    assert "bo" not in {person["name"] for person in found["people"]}


async def test_nobody_is_named_to_those_who_may_not_see_the_record(here: Instance) -> None:
    _poem, song, _cover = await three_generations(here)
    await here.run(lambda: Record.filter(id=song.id).update(visibility="followers"))

    for form in FORMS:
        assert (await here.get(f"{page_of(song)}/{form}")).status_code == 404
        assert (await here.get(f"/records/remote/{song.id}/{form}")).status_code == 404


async def test_a_record_from_elsewhere_has_the_same_forms(here: Instance, there: Instance) -> None:
    bo = await there.join("bo")
    far = await there.run(publish_record, bo, RecordDraft(title="Far", text="la", licence="CC-BY-4.0"))
    await here.join("ana")
    async with here.sign_in("ana") as client:
        place = (await client.get(f"/explore?q={far.uri}")).headers["location"]

    for form in FORMS:
        answer = await here.get(f"{place}/{form}")
        assert answer.status_code == 200
        assert "Far" in answer.text


async def test_credits_are_in_the_language_of_whoever_reads(here: Instance) -> None:
    _poem, _song, cover = await three_generations(here)
    async with here.client() as client:
        german = await client.get(f"{page_of(cover)}/attribution.json", headers={"accept-language": "de"})

    assert "Accept-Language" in german.headers["vary"]
    assert {person["name"]: person["roles"] for person in german.json()["people"]}["cy"] == ["Gesang"]


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    made = write_cell(text)

    assert not re.match(r"\s*[=+\-@|%\t\r＝＋－＠]", made)  # noqa: RUF001
    assert read_cell(made) == text


@pytest.mark.parametrize("unseen", ["\0", "\ufeff", "\u200b", "\u2060\u00ad", "\u202e", "\u00a0"])
def test_nor_after_what_nobody_sees(unseen: str) -> None:
    assert write_cell(f"{unseen}=HYPERLINK(1)") == f"{unseen}'=HYPERLINK(1)"
    assert write_cell(f"{unseen}Rain") == f"{unseen}Rain"


async def picture_of(
    here: Instance, author: Actor, folder: Path, *, licence: str = "CC-BY-4.0"
) -> tuple[Record, bytes]:
    path = folder / "roof.jpg"
    path.write_bytes(encoded(scene(), "JPEG"))

    async def keep() -> Any:
        return await keep_file(here.state["store"], author, file_name=path.name, source=path, settings=here.settings)

    media = await here.run(keep)
    record = await publish(here, author, "Roof at nïght", licence=licence, files=[FileDraft(media=media)])
    async with here.sign_in(author.handle) as client:
        original = (await client.get(f"/media/{media.path}?download={media.key}")).content
    return record, original


async def test_a_file_is_saved_with_its_credits_inside_and_the_original_stays(here: Instance, tmp_path: Path) -> None:
    ana = await here.join("ana")
    record, original = await picture_of(here, ana, tmp_path)
    page = (await here.get(page_of(record))).text
    answer = await here.get(f"{page_of(record)}/files/1")
    with Image.open(io.BytesIO(answer.content)) as marked, Image.open(io.BytesIO(original)) as plain:
        xmp = marked.info["xmp"].decode()
        assert marked.tobytes() == plain.tobytes()
        assert "xmp" not in plain.info

    assert f"{page_of(record)}/files/1" in page
    assert "the original, unchanged" in page
    assert "Roof at nïght" in xmp
    assert record.uri in xmp
    assert "https://creativecommons.org/licenses/by/4.0/" in xmp
    assert answer.headers["content-type"] == "image/jpeg"
    assert "roof.jpg" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-cache"
    async with here.client() as client:
        at = f"{page_of(record)}/files/1"
        etag = answer.headers["etag"]
        some = await client.get(at, headers={"range": "bytes=100-299", "if-range": etag})
        end = await client.get(at, headers={"range": "bytes=-50"})
        again = await client.get(at, headers={"if-none-match": etag})
        beyond = await client.get(at, headers={"range": "bytes=99999999-"})
        head = await client.head(at)
        german = await client.get(at, headers={"accept-language": "de"})
    assert (some.status_code, some.content) == (206, answer.content[100:300])
    assert (end.status_code, end.content) == (206, answer.content[-50:])
    assert (again.status_code, beyond.status_code) == (304, 416)
    assert head.headers["content-length"] == str(len(answer.content))
    assert german.headers["etag"] != etag


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
async def test_there_are_no_other_files_and_none_for_those_who_may_not_have_them(
    here: Instance, tmp_path: Path, number: str
) -> None:
    ana = await here.join("ana")
    record, _original = await picture_of(here, ana, tmp_path, licence="CC-BY-ND-4.0")
    async with here.sign_in("ana") as client:
        assert (await client.get(f"{page_of(record)}/files/{number}")).status_code == 404
        assert (await client.get(f"{page_of(record)}/files/1")).status_code == 200
    assert (await here.get(f"{page_of(record)}/files/1")).status_code == 403
    await here.run(lambda: Record.filter(id=record.id).update(visibility="followers"))
    assert (await here.get(f"{page_of(record)}/files/1")).status_code == 404
