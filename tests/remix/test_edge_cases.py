"""What becomes of remixes when people move, leave or lie, and when servers fall silent: one case, one test."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.keys import generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.policies import block_peer
from fedirec.errors import FedirecError
from fedirec.lanes.models import Lane
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, edit_record
from fedirec.remix.actions.remix_requests import answer_request
from fedirec.remix.models import Record, RemixRequest, Snapshot, Source
from fedirec.remix.queries.standing import health_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.standing import Health
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import on_sqlite, post, publish
from tests.remix.test_remix_requests import Author, remix, requests_at, standing_at

pytestmark = on_sqlite


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network, "social.test")


async def page(instance: Instance, record: Record) -> str:
    return (await instance.get(record.uri.removeprefix(instance.origin))).text


def listed_on(page: str) -> str:
    """What stands in the lists of sources and remixes on the page of a record, and not in the drawing of its trail."""
    lists, drawing, _ = page.partition("</aside>")[2].partition('class="trail"')
    assert drawing
    return lists


async def health(instance: Instance, record: Record) -> Health:
    """That of the one source of `record`."""

    async def look() -> Health:
        [source] = await Source.filter(record__uri=record.uri)
        return (await health_of([source]))[source.id]

    return await instance.run(look)


async def built(here: Instance, there: Instance, **fields: Any) -> tuple[Actor, Record, Record]:
    """Bo there made a song, and ana here something from it: bo, the song, and what was made."""
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(there, bo, "Song", **fields)
    made = await remix(here, ana, song.uri, **({"licence": fields["licence"]} if "licence" in fields else {}))
    await settle(here, there)
    return bo, song, made


async def test_an_author_who_moves_stays_credited_and_it_says_where_they_are_now(
    here: Instance, there: Instance
) -> None:
    bo, _, made = await built(here, there)
    await here.run(lambda: Actor.filter(uri=bo.uri).update(moved_to="https://elsewhere.test/u/bo"))

    shown = await page(here, made)

    assert "Song" in shown
    assert ">bo<" in shown
    assert "now at elsewhere.test" in shown
    assert await health(here, made) is Health.LIVE


async def test_an_author_who_deletes_the_source_stays_credited_by_what_was_kept(
    here: Instance, there: Instance
) -> None:
    bo, song, made = await built(here, there)
    await there.run(delete_record, bo, song)
    await settle(here, there)

    assert await health(here, made) is Health.TOMBSTONE
    shown = await page(here, made)
    assert "gone, remembered here" in shown
    assert ">bo<" in shown
    assert await standing_at(here, made.uri) == ("by_licence", "automatic"), "a licence cannot be taken back"
    assert await here.run(lambda: Snapshot.filter(uri=song.uri).count()) == 1


async def test_an_author_who_deletes_their_account_leaves_a_trail_that_still_says_who(
    here: Instance, peer: Peer
) -> None:
    ana, kim = await here.join("ana"), Author(peer, "kim")
    made = await remix(here, ana, kim.record("roof"))
    await post(peer, here, peer.activity("Delete", kim.uri, kim.uri))

    assert await health(here, made) is Health.TOMBSTONE
    shown = await page(here, made)
    assert "Tin roof" in shown
    assert "Kim" in shown


async def test_an_instance_that_disappears_takes_no_step_of_the_trail_along(
    here: Instance, there: Instance, network: Network
) -> None:
    _, song, made = await built(here, there)
    network.down.add("there.test")
    await here.run(lambda: Lane.update_or_create({"kind": "deliver", "trips": 4}, key="deliver:https://there.test"))

    assert await health(here, made) is Health.UNREACHABLE
    shown = await page(here, made)
    assert "out of reach" in shown
    assert "Song" in shown
    assert set((await here.run(trail_of, made.uri)).up) == {song.uri}
    assert await standing_at(here, made.uri) == ("by_licence", "automatic")


async def test_who_has_the_domain_of_an_author_now_changes_nothing_of_what_was_kept(here: Instance, peer: Peer) -> None:
    ana, kim = await here.join("ana"), Author(peer, "kim")
    address = kim.record("roof", license="https://creativecommons.org/licenses/by-nd/4.0/")
    closed = await here.find_record(address)
    made = await remix(here, ana, kim.record("open"))
    await settle(here)
    [request] = await requests_at(here)
    stamp = kim.stamp(made, request.source_uri)
    await post(peer, here, peer.activity("Accept", kim.uri, request.uri, to=[], result=stamp))
    before = await here.run(lambda: Snapshot.get(uri=request.source_uri))
    assert await standing_at(here, made.uri) == ("by_licence", "acknowledged")

    rsa = generate_rsa()
    for served in [key for key in peer.network.answers if key.startswith(peer.origin)]:
        del peer.network.answers[served]
    thief = Author(peer, "kim", key=generate_ed25519())
    peer.actor("kim", key=rsa, summary="Somebody else")
    note = peer.note(thief.uri, "open", content="<p>Buy watches</p>", updated="2026-11-22T00:00:00Z")
    await peer.post(here, peer.activity("Update", thief.uri, note), key=rsa)
    await settle(here)

    after = await here.run(lambda: Snapshot.get(uri=request.source_uri))
    assert (after.author_name, after.title, after.document) == (before.author_name, before.title, before.document)
    assert await standing_at(here, made.uri) == ("by_licence", "acknowledged")
    assert closed.licence == "CC-BY-ND-4.0"
    source = await here.run(lambda: Record.get(uri=request.source_uri).select_related("author"))
    assert (source.title, source.author.summary) == ("Tin roof", "")
    assert "no key that we knew before says so" in await page(here, made)
    await peer.post(here, peer.activity("Delete", thief.uri, stamp), key=rsa)
    await settle(here)
    assert await standing_at(here, made.uri) == ("by_licence", "acknowledged")


async def test_the_source_of_a_blocked_instance_stays_as_words_alone(here: Instance, there: Instance) -> None:
    _, song, made = await built(here, there)
    await here.run(block_peer, Operator("https://here.test/actor"), here.state["site"], "there.test")
    await settle(here)

    assert await health(here, made) is Health.UNREACHABLE
    shown = await page(here, made)
    assert "Song" in shown
    assert ">bo<" in shown
    assert not re.search(r'(?:src|srcset|poster)="[^"]*there\.test', shown), "nothing is loaded from there"
    assert set((await here.run(trail_of, made.uri)).up) == {song.uri}


async def test_nothing_new_can_be_made_from_the_records_of_a_blocked_instance(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(there, bo, "Song")
    await here.run(block_peer, Operator("https://here.test/actor"), here.state["site"], "there.test")
    with pytest.raises(FedirecError):
        await remix(here, ana, song.uri)


async def test_an_instance_that_blocks_us_leaves_our_remix_declared(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(there, bo, "Song")
    await here.find_record(song.uri)
    await there.run(block_peer, Operator("https://there.test/actor"), there.state["site"], "here.test")
    made = await remix(here, ana, song.uri)
    await settle(here, there)

    permission, acknowledgement = await standing_at(here, made.uri)
    assert permission == "by_licence"
    assert acknowledgement in ("declared", "requested")
    assert await there.run(lambda: Source.all().count()) == 0


async def test_a_forged_remix_of_a_hit_is_not_on_the_page_of_the_hit(here: Instance, peer: Peer) -> None:
    hit = await publish(here, await here.join("ana"), "Hit", remixing="nobody")
    eve = Author(peer, "eve")
    eve.record("fake", isBasedOn=[hit.uri], name="Buy watches")
    document = json.loads(peer.network.answers[f"{peer.origin}/notes/fake"].content)
    await post(peer, here, peer.activity("Create", eve.uri, document))

    above, fold, below = listed_on(await page(here, hit)).partition("Others say")
    assert "Buy watches" not in above
    assert "Made into" not in above
    assert fold
    assert "Buy watches" in below


async def test_a_refused_remix_is_gone_from_the_page_of_its_source_and_stays_in_the_trail(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(here, ana, "Song", remixing="nobody")
    made = await remix(there, bo, song.uri)
    await settle(here, there)
    [request] = await requests_at(here)
    assert "Others say they made something from it" in await page(here, song)
    await here.run(answer_request, ana, request, agree=False)
    await settle(here, there)

    shown = listed_on(await page(here, song))
    assert "Slow rain" not in shown
    assert set((await here.run(trail_of, song.uri)).down) == {made.uri}
    assert await standing_at(there, made.uri) == ("by_licence", "refused")
    assert "its author did not agree" in await page(there, made)


async def test_a_famous_name_among_the_contributors_is_shown_as_named_by_somebody(here: Instance, peer: Peer) -> None:
    ana, eve = await here.join("ana"), Author(peer, "eve")
    part = {"type": "Role", "roleName": "http://id.loc.gov/vocabulary/relators/sng", "contributor": ana.uri}
    made = await here.find_record(eve.record("fake", contributor=[part]))

    shown = (await here.get(f"/records/remote/{made.id}")).text

    assert "named by Eve" in shown


async def test_a_source_that_was_edited_since_says_so_beside_what_was_made_of_it(
    here: Instance, there: Instance
) -> None:
    bo, song, made = await built(here, there)
    assert await health(here, made) is Health.LIVE
    await there.run(edit_record, bo, song, RecordDraft(title="Song", text="another", licence="CC-BY-4.0"))
    await settle(here, there)

    assert await health(here, made) is Health.CHANGED
    assert "changed since" in await page(here, made)
    assert await standing_at(here, made.uri) == ("by_licence", "automatic")


async def test_a_source_with_another_licence_since_binds_new_remixes_and_no_old_one(
    here: Instance, there: Instance
) -> None:
    bo, song, made = await built(here, there)
    await there.run(edit_record, bo, song, RecordDraft(title="Song", text="drip", licence="CC-BY-ND-4.0"))
    await settle(here, there)

    assert await standing_at(here, made.uri) == ("by_licence", "automatic")
    cy = await here.join("cy")
    with pytest.raises(FedirecError):
        await remix(here, cy, song.uri)
    eve = await there.join("eve")
    assert eve.is_local


async def test_two_people_who_say_the_same_work_is_theirs_both_stay_in_the_trail(here: Instance, peer: Peer) -> None:
    ana, kim, eve = await here.join("ana"), Author(peer, "kim"), Author(peer, "eve")
    made = await remix(here, ana, kim.record("roof"), eve.record("same"))

    steps = await here.run(lambda: Source.filter(record__uri=made.uri, in_graph=True).count())
    assert steps == 2
    shown = await page(here, made)
    assert "Kim" in shown
    assert "Eve" in shown


async def test_somebody_whom_the_author_blocked_is_told_no_and_makes_no_claim_on_their_page(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(here, ana, "Song")
    await there.find_record(song.uri)
    await here.run(block, ana, await here.meet(bo))
    made = await remix(there, bo, song.uri)
    await settle(here, there)

    assert await here.run(lambda: RemixRequest.filter(state="approved").count()) == 0
    assert "Slow rain" not in listed_on(await page(here, song))
    assert (await standing_at(there, made.uri))[0] == "by_licence"


async def test_an_own_record_may_be_made_of_anything_of_ones_own(here: Instance) -> None:
    ana = await here.join("ana")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    made = await remix(here, ana, closed.uri)

    assert await standing_at(here, made.uri) == ("own", "acknowledged")
    assert "Slow rain" in listed_on(await page(here, closed))
    assert "by the same author" in await page(here, made)


async def test_a_breach_that_somebody_published_elsewhere_is_labelled_and_not_hidden(
    here: Instance, peer: Peer
) -> None:
    closed = await publish(here, await here.join("ana"), "Closed", licence="CC-BY-ND-4.0")
    eve = Author(peer, "eve")
    made = await here.find_record(eve.record("theft", isBasedOn=[closed.uri]))
    await settle(here)

    shown = (await here.get(f"/records/remote/{made.id}")).text
    assert "not allowed" in shown
    assert "Its licence does not allow this, and its author has not agreed." in shown
    assert "not allowed" in (await here.get(f"/records/remote/{made.id}/lineage")).text
    lineage = (await here.get(f"/records/remote/{made.id}/lineage.json")).json()
    assert [edge["permission"] for edge in lineage["derivations"]] == ["blocked"]
    [told] = (await here.get(f"/api/records/{made.id}", accept="application/json")).json()["sources"]
    assert {name: told[name] for name in ("permission", "acknowledgement", "health", "added_by")} == {
        "permission": "blocked",
        "acknowledgement": "declared",
        "health": "live",
        "added_by": "author",
    }
    for which, expected in (("agreed", []), ("unheard", [made.id])):
        found = await here.get(f"/api/records/{closed.id}/remixes?of={which}", accept="application/json")
        assert [each["id"] for each in found.json()["items"]] == expected
