"""The history of a record, told like a story from its beginning."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.models import Claim, Record, RecordRevision, Source
from fedirec.remix.queries.histories import EventKind, history_of
from tests.network import Instance, settle


async def publish(at: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": title, "licence": "CC-BY-SA-4.0", **fields})
    return await at.run(publish_record, author, draft)


async def told(at: Instance, path: str) -> list[str]:
    answer = await at.get(path)
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<p class="event-told"[^>]*>(.*?)</p>', answer.text)
    return [unescape(sentence) for sentence in found]


async def test_a_story_goes_from_the_sources_to_the_remixes_over_two_servers(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(here, ana, "Night", text="It is dark.")
    remix = await publish(
        there, bo, "Dawn", text="It was dark.", sources=[SourceDraft(record=await there.find_record(song.uri))]
    )
    await settle(here, there)
    draft = RecordDraft(title="Night", text="It is very dark.", licence="CC-BY-SA-4.0")
    await here.run(edit_record, ana, await here.run(Record.get, id=song.id), draft)
    known = await here.find_record(remix.uri)
    await publish(here, ana, "Noon", sources=[SourceDraft(record=known)])
    await settle(here, there)

    story = await told(here, f"{song.uri.removeprefix(here.origin)}/history")
    assert story[0] == "ana made “Night”."
    assert "bo made “Dawn” from it." in story
    assert "ana changed it. That is version 2." in story
    assert story.index("bo made “Dawn” from it.") < story.index("ana changed it. That is version 2.")
    page = (await here.get(f"{song.uri.removeprefix(here.origin)}/history")).text
    assert f"{song.uri.removeprefix(here.origin)}/versions/2/compare" in page
    assert re.search(rf"/records/remote/{known.id}/compare/\d+", page)

    for at, path in ((there, remix.uri.removeprefix(there.origin)), (here, f"/records/remote/{known.id}")):
        story = await told(at, f"{path}/history")
        assert story[:2] == ["ana made “Night”, from which this was made later.", "bo made “Dawn”."]
    assert "ana made “Noon” from it." in await told(there, f"{remix.uri.removeprefix(there.origin)}/history")


async def test_a_long_story_is_told_in_pieces_without_leaving_anything_out(here: Instance) -> None:
    ana = await here.join("ana")
    song = await publish(here, ana, "Night", text="It is dark.")

    async def tell_much() -> list[tuple[int, int]]:
        record = await Record.get(id=song.id).select_related("author")
        revision = await RecordRevision.get(record_id=song.id)
        moment = now() + timedelta(seconds=1)
        await RecordRevision.bulk_create(
            [
                RecordRevision(record_id=song.id, number=number, document=revision.document, created_at=moment)
                for number in range(2, 9)
            ]
        )
        for number in range(3):
            await Claim.create(
                key=f"claim{number}",
                record_id=song.id,
                kind="missing_source",
                state="upheld",
                outcome="upheld",
                claimant=record.author,
                decided_at=moment,
            )
        seen: list[tuple[int, int]] = []
        after = None
        for _ in range(20):
            events, has_more = await history_of(record, viewer=None, after=after, limit=3)
            seen += [(event.kind, event.id) for event in events]
            if not has_more:
                break
            after = events[-1].place
        return seen

    seen = await here.run(tell_much)
    assert len(seen) == len(set(seen)) == 1 + 7 + 3
    assert [kind for kind, _key in seen].count(EventKind.CLAIM_DECIDED) == 3


async def test_a_story_keeps_to_itself_what_is_not_for_everybody(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await publish(here, ana, "A secret name", text="for followers", visibility="followers")
    opened = RecordDraft(title="Night", text="in the open", licence="CC-BY-SA-4.0")
    await here.run(edit_record, ana, await here.run(Record.get, id=song.id), opened)
    private = await publish(here, bo, "Private", sources=[SourceDraft(record=await here.find_record(song.uri))])
    await here.run(lambda: Record.filter(id=private.id).update(visibility="followers"))
    thanked = await publish(here, bo, "Thanked", sources=[SourceDraft(record=await here.find_record(song.uri))])
    await here.run(
        lambda: Source.filter(record_id=thanked.id).update(thanks="For the dark.", acknowledgement="automatic")
    )

    path = f"{song.uri.removeprefix(here.origin)}/history"
    page = (await here.get(path)).text
    assert "A secret name" not in page
    assert "Private" not in page
    assert "For the dark." in page
    async with here.sign_in("ana") as browser:
        assert "A secret name" in (await browser.get(path)).text
    await here.run(lambda: Record.filter(id=song.id).update(visibility="hidden"))
    assert (await here.get(path)).status_code == 404
