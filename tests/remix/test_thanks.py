"""A line of thanks from whoever made something to the author of what it was made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedirec.accounts.models import Boundary, Notification
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.admin.queries.subjects import things_at
from fedirec.errors import Invalid
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import RecordRevision, Source
from fedirec.remix.vocab import RecordObject, SourceObject
from fedirec.remix.vocab.records import MAX_THANKS
from tests.network import Instance, settle
from tests.remix.test_claims import again, record_of

WORDS = "Your drums kept me going <b>all winter</b>."


async def test_thanks_travel_and_stand_with_the_credit_on_both_pages(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain = await record_of(here, ana, "Rain")
    known = await there.find_record(rain.uri)
    draft = RecordDraft(
        title="Song", text="La", licence="CC-BY-4.0", sources=[SourceDraft(record=known, thanks=f"  {WORDS}\n ")]
    )
    song = await again(there, await there.run(publish_record, bo, draft))
    await settle(here, there)
    edge = await here.run(lambda: Source.get(record__uri=song.uri))
    assert edge.thanks == WORDS
    [notice] = await here.run(lambda: Notification.filter(account__actor_id=ana.id, kind="remixed"))
    assert notice.details["reason"] == WORDS
    theirs = await again(here, song)
    shown = "Your drums kept me going &lt;b&gt;all winter&lt;/b&gt;."
    assert shown in (await there.get(song.uri.removeprefix(there.origin))).text
    assert shown in (await here.get(f"/records/remote/{theirs.id}")).text
    assert shown in (await here.get(rain.uri.removeprefix(here.origin))).text
    [thing] = await here.run(things_at, [song.uri])
    assert thing.kept["thanks"] == [WORDS]

    revision = await there.run(lambda: RecordRevision.get(record__uri=song.uri))
    assert revision.document["derivation"] == [{"source": rain.uri, "relation": "adapts", "thanks": WORDS}]
    silent = replace(draft, sources=[SourceDraft(record=known)])
    digest = (await again(there, song)).digest
    await there.run(edit_record, bo, await again(there, song), silent)
    await settle(here, there)
    assert (await here.run(lambda: Source.get(record__uri=song.uri))).thanks == ""
    assert (await again(there, song)).digest == digest
    await there.run(edit_record, bo, await again(there, song), draft)
    await there.run(delete_record, bo, await again(there, song))
    await settle(here, there)
    for instance in (here, there):
        assert (await instance.run(lambda: Source.get(record__uri=song.uri))).thanks == ""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_whoever_is_thanked_hides_words_that_are_none_of_thanks_for_good(here: Instance, there: Instance) -> None:
    ana, bo, eve = await here.join("ana"), await there.join("bo"), await there.join("eve")
    await here.join("cy")
    rain = await record_of(here, ana, "Rain")
    known = await there.find_record(rain.uri)

    def draft(words: str) -> RecordDraft:
        return RecordDraft(title="S", text="s", licence="CC-BY-4.0", sources=[SourceDraft(record=known, thanks=words)])

    song = await again(there, await there.run(publish_record, bo, draft("You are an idiot")))
    other = await again(there, await there.run(publish_record, eve, draft("So are you")))
    await settle(here, there)
    theirs, place = await again(here, song), rain.uri.removeprefix(here.origin)
    at = f"{place}/thanks/{theirs.id}/hide"
    async with here.sign_in("cy") as browser:
        assert "Hide these words" not in (await browser.get(place)).text
        await browser.post(at)
        assert "You are an idiot" in (await browser.get(place)).text
    async with here.sign_in("ana") as browser:
        assert at in (await browser.get(place)).text
        assert (await browser.post(at)).status_code == 303
        assert "You are an idiot" not in (await browser.get(place)).text
    await there.run(edit_record, bo, song, draft("You are still an idiot"))
    await settle(here, there)
    assert (await here.run(lambda: Source.get(record_id=theirs.id))).thanks == ""
    assert "So are you" in (await here.get(place)).text
    met = (await again(here, other)).author
    await here.run(lambda: Boundary.create(owner_id=ana.id, other_id=met.id, kind="block"))
    assert "So are you" not in (await here.get(place)).text
    assert "idiot" not in (await here.get(f"/records/remote/{theirs.id}")).text


async def test_thanks_are_one_short_line(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await record_of(here, ana, "Rain")
    long = SourceDraft(record=rain, thanks="x" * (MAX_THANKS + 1))
    with pytest.raises(Invalid):
        await here.run(publish_record, bo, RecordDraft(title="S", text="s", licence="CC-BY-4.0", sources=[long]))


async def test_thanks_are_written_beside_each_source_and_kept_while_composing(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    rain = await record_of(here, ana, "Rain")
    async with here.sign_in("bo") as browser:
        sent = {
            "title": "Song",
            "text": "La",
            "licence": "CC-BY-4.0",
            "visibility": "public",
            "source": str(rain.id),
            f"thanks-{rain.id}": "Thank you!",
        }
        page = await browser.post("/records/new", data={**sent, "do": "preview"})
        assert 'value="Thank you!"' in page.text
        assert (await browser.post("/records/new", data={**sent, "do": "publish"})).status_code == 303
    assert (await here.run(lambda: Source.get(uri=rain.uri))).thanks == "Thank you!"


def test_what_others_write_is_cut_to_size_and_freed_of_what_no_line_may_hold() -> None:
    note = {
        "type": "Note",
        "kind": "record",
        "id": "https://x.test/1",
        "attributedTo": "https://x.test/u/a",
        "published": "2026-01-01T00:00:00Z",
        "name": "x",
        "content": "x",
        "isBasedOn": ["https://x.test/2", "https://x.test/3"],
        "derivation": [
            {"source": "https://x.test/2", "relation": "samples", "thanks": "a\u0000b\n" + "x" * 400},
            {"source": "https://x.test/3", "relation": "nonsense", "thanks": {"not": "text"}},
        ],
    }
    two, three = RecordObject.read(Doc(note), Vocabulary(())).sources
    assert two.thanks.startswith("a b x")
    assert len(two.thanks) == MAX_THANKS
    assert three == SourceObject(id="https://x.test/3")
