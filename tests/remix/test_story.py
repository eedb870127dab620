"""Three communities make something together, and the trail outlives one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedirec.accounts.models import Notification
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Evidence, Follow, Received
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.lanes import Job
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Record, Snapshot, Source, Submission
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.words import in_words, plain
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, Peer

TERMS = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=10_000, currency="EUR", rule="In equal parts.")
LOOSE = """
    SELECT s.uri FROM source s LEFT JOIN record r ON r.uri = s.uri WHERE coalesce(s.parent_id, 0) <> coalesce(r.id, 0)
"""
"""Sources that are not joined to the record that lives where they say."""


async def test_a_follow_is_asked_for_and_accepted(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")

    await there.run(follow, bo, await there.meet(ana))
    await settle(there, here)

    asked = await there.run(lambda: Follow.get(follower_id=bo.id))
    assert asked.accepted_at is not None
    assert await here.run(lambda: Follow.filter(target_id=ana.id, accepted_at__not_isnull=True).count()) == 1
    assert await here.run(lambda: Notification.filter(kind="followed").count()) == 1


async def test_a_record_reaches_followers_and_remixes_keep_their_lineage(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(follow, bo, await there.meet(ana))
    await settle(there, here)

    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la *la*", licence="CC-BY-4.0"))
    await settle(here, there)
    heard = await there.run(lambda: Record.get(uri=song.uri))
    assert (heard.title, heard.text, heard.licence, heard.digest_holds) == ("Song", "la *la*", "CC-BY-4.0", True)
    assert heard.digest == song.digest

    draft = RecordDraft(title="Cover", text="lo", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=heard)])
    cover = await there.run(publish_record, bo, draft)
    await settle(here, there)

    edge = await here.run(lambda: Source.get().select_related("record", "snapshot"))
    assert (edge.record.uri, edge.uri, edge.in_graph) == (cover.uri, song.uri, True)
    assert edge.snapshot is not None
    assert edge.snapshot.title == "Song"
    assert await here.run(lambda: Notification.filter(kind="remixed").count()) == 1
    assert await here.run(lambda: Evidence.filter(subject_uri=cover.uri).count()) == 1


async def test_edits_travel_and_a_deleted_source_keeps_its_attribution(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    heard = await there.find_record(song.uri)
    draft = RecordDraft(title="Cover", text="lo", licence="CC-BY-4.0", sources=[SourceDraft(record=heard)])
    cover = await there.run(publish_record, bo, draft)
    await settle(here, there)

    await here.run(edit_record, ana, song, RecordDraft(title="Song, again", text="la la", licence="CC0-1.0"))
    await settle(here, there)
    assert (await there.run(lambda: Record.get(uri=song.uri))).title == "Song, again"

    await here.run(delete_record, ana, await here.run(lambda: Record.get(uri=song.uri)))
    await settle(here, there)
    gone = await there.run(lambda: Record.get(uri=song.uri))
    assert gone.deleted_at is not None
    assert gone.text == gone.content == ""
    trail = await there.run(trail_of, cover.uri)
    assert trail.waypoints[song.uri].author_uri == ana.uri
    assert trail.waypoints[song.uri].is_gone
    assert (await there.run(lambda: Snapshot.get(uri=song.uri))).title == "Song"


async def test_three_instances_show_one_trail_and_one_list_of_credits(
    here: Instance, there: Instance, elsewhere: Instance, network: Network
) -> None:
    ana, eve = await here.join("ana"), await here.join("eve")
    bo, dee = await there.join("bo"), await there.join("dee")
    cy = await elsewhere.join("cy")

    await here.run(
        open_challenge,
        ana,
        here.state["keyring"],
        ChallengeDraft(
            title="First stars I see tonight",
            slug="first_stars",
            text="What do you see?",
            kinds=["text", "image", "audio", "video"],
            deadline_at=now() + timedelta(days=14),
            terms=TERMS,
        ),
    )
    seen = await there.find_challenge("@first_stars@here.test")
    assert (seen.title, seen.kinds) == ("First stars I see tonight", ["text", "image", "audio", "video"])
    await there.run(follow, bo, seen.actor)
    await settle(there, here)

    story = await there.run(
        publish_record, bo, RecordDraft(title="A story", text="Once", licence="CC-BY-SA-4.0", challenge=seen)
    )
    await settle(here, there)
    submission = await here.run(lambda: Submission.get().select_related("record"))
    assert (submission.record.uri, submission.state, submission.terms_digest) == (story.uri, "pending", TERMS.digest)
    await here.run(accept_submission, ana, submission, "It fits.")
    await settle(here, there)
    assert (await there.run(lambda: Submission.get(record__uri=story.uri))).state == "accepted"

    found = await elsewhere.find_record(story.uri)
    picture = await elsewhere.run(
        publish_record,
        cy,
        RecordDraft(title="A picture", text="*", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=found)]),
    )
    melody = await there.run(
        publish_record,
        dee,
        RecordDraft(
            title="A melody",
            text="do",
            licence="CC-BY-SA-4.0",
            sources=[SourceDraft(record=story, relation=Relation.INSPIRED_BY)],
        ),
    )
    await settle(here, there, elsewhere)
    sources = [SourceDraft(record=await here.find_record(uri)) for uri in (story.uri, picture.uri, melody.uri)]
    film = await here.run(
        publish_record, eve, RecordDraft(title="A film", text="!", licence="CC-BY-SA-4.0", sources=sources)
    )
    await settle(here, there, elsewhere)

    async def shown(instance: Instance) -> tuple[Any, Any, list[tuple[str, int, Any]], str]:
        trail = await instance.run(trail_of, film.uri)
        lines, names, _notes = await instance.run(credits_of, trail)
        words = plain(in_words(lines, names=names))
        told = [(line.person, line.generation, line.roles) for line in lines]
        return sorted(trail.up.items()), sorted((edge.record, edge.source) for edge in trail.edges), told, words

    first = await shown(here)
    assert first == await shown(there) == await shown(elsewhere)
    for instance in (here, there, elsewhere):
        assert await instance.run(fetch_rows, LOOSE) == []
    people = [line[0] for line in first[2]]
    assert people[0] == eve.uri
    assert sorted(people[1:]) == sorted([bo.uri, cy.uri, dee.uri])

    network.down.add("there.test")
    assert first == await shown(here) == await shown(elsewhere)
    assert await here.run(lambda: Job.filter(dead_at__not_isnull=True).count()) == 0
    for instance in (here, elsewhere):
        assert await instance.run(lambda: Received.exclude(state="handled").values("type", "reason")) == []


async def test_a_snapshot_keeps_the_source_as_it_was_sent(here: Instance, network: Network) -> None:
    peer = Peer(network)
    mia, ana = peer.actor("mia"), await here.join("ana")
    song = peer.note(
        mia,
        kind="record",
        name="Song",
        license="https://creativecommons.org/licenses/by/4.0/",
        unknown={"nobody": "reads this"},
    )
    sent = {"@context": [*CONTEXT, RECORD_CONTEXT[-1]], **song}
    peer.serve(song["id"], sent)
    found = await here.find_record(song["id"])

    draft = RecordDraft(title="Cover", text="lo", licence="CC-BY-4.0", sources=[SourceDraft(record=found)])
    await here.run(publish_record, ana, draft)

    snapshot = await here.run(lambda: Snapshot.get(uri=song["id"]))
    assert snapshot.document == sent
    assert (snapshot.author_uri, snapshot.licence) == (mia, "CC-BY-4.0")
