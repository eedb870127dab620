"""What is decided about an instance holds for what comes and goes, and for all of it that is here."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from fedirec.accounts.models import AuditEvent, Notification
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.actors import describe_actor
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow, Received, SeveredFollow
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.outbox import delivery_lane
from fedirec.admin.actions.policies import block_peer, choose_federation, list_peer, treat_peer, unblock_peer
from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.queries.consequences import Bond, consequences_of_block, consequences_of_listing
from fedirec.admin.queries.peers import get_peer
from fedirec.admin.treatment import Treatment
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound
from fedirec.lanes import Job, Lane
from fedirec.media.models import RemoteMedia
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.network import Instance, Network, settle
from tests.peer import Peer

OPERATOR = Operator("command line")


async def befriended(here: Instance, there: Instance) -> tuple[Actor, Actor]:
    """ana here and bo there, who follow each other."""
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.run(follow, ana, await here.meet(bo))
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    return ana, bo


async def stand(instance: Instance, actor: Actor) -> tuple[str, bool, bool, bool]:
    row = await instance.run(lambda: Actor.get(uri=actor.uri))
    return row.state, row.is_shut_out, row.is_quiet, row.media_rejected


async def bonds(instance: Instance) -> int:
    return await instance.run(lambda: Follow.filter(accepted_at__not_isnull=True).count())


async def told(instance: Instance, kind: str) -> list[Notification]:
    return await instance.run(lambda: Notification.filter(kind=kind).order_by("id"))


def site(instance: Instance) -> Any:
    return instance.state["site"]


async def test_a_blocked_instance_is_silent_here_and_comes_back_with_what_can_be_given_back(
    here: Instance, there: Instance, network: Network
) -> None:
    ana, bo = await befriended(here, there)
    record = await there.run(publish_record, bo, RecordDraft(title="Rain", text="On a roof.", licence="CC-BY-4.0"))
    await settle(here, there)
    await here.find_record(record.uri)
    network.down.add("there.test")
    await here.run(publish_record, ana, RecordDraft(title="Sun", text="Warm.", licence="CC-BY-4.0"))
    await here.work()
    assert await here.run(lambda: Job.filter(lane=delivery_lane(there.origin)).count()) == 1

    foreseen = await here.run(consequences_of_block, ["https://there.test"])
    assert (foreseen.records, foreseen.deliveries) == (1, 1)
    assert foreseen.followed_by_name == (Bond(ours="@ana@here.test", theirs="@bo@there.test"),)
    assert foreseen.following_by_name == (Bond(ours="@ana@here.test", theirs="@bo@there.test"),)

    await here.run(block_peer, OPERATOR, site(here), "there.test", reason="spam")
    await here.work()
    assert await stand(here, bo) == ("suspended", True, False, False)
    assert await bonds(here) == 0
    assert await here.run(lambda: SeveredFollow.all().count()) == 2
    assert await here.run(lambda: Job.filter(lane=delivery_lane(there.origin)).count()) == 0
    (notice,) = await told(here, "host_left")
    assert (notice.details["title"], notice.url) == ("there.test", "/following/ended")
    assert (await here.run(get_peer, there.origin)).state == "blocked"
    with pytest.raises(Conflict):
        await here.run(block_peer, OPERATOR, site(here), "there.test")

    network.down.clear()
    before = len(network.requests)
    with pytest.raises(Forbidden):
        await here.run(here.state["remote"].fetch, bo.uri)
    async with here.sign_in("ana") as browser:
        page = await browser.get("/notifications")
        assert "there.test any more" in page.text
        ended = await browser.get("/following/ended")
        assert "@bo@there.test" in ended.text
        assert "Rain" not in (await browser.get("/explore")).text
    assert len(network.requests) == before

    await here.run(unblock_peer, OPERATOR, site(here), "there.test")
    await settle(here, there)
    assert await stand(here, bo) == ("active", False, False, False)
    assert await bonds(here) == 2
    assert await here.run(lambda: SeveredFollow.all().count()) == 0
    assert len(await told(here, "host_back")) == 1
    log = await here.run(lambda: AuditEvent.filter(subject_uri=there.origin).order_by("id"))
    assert [event.action for event in log] == ["block_peer", "unblock_peer"]


async def test_who_was_suspended_before_stays_so_when_their_instance_comes_back(
    here: Instance, there: Instance
) -> None:
    _ana, bo = await befriended(here, there)
    await here.run(lambda: Actor.filter(uri=bo.uri).update(state="suspended"))
    for decide_ in (block_peer, unblock_peer):
        await here.run(decide_, OPERATOR, site(here), "there.test")
        await here.work()
    assert await stand(here, bo) == ("suspended", False, False, False)


async def test_a_decision_holds_below_its_domain_and_nowhere_else(here: Instance, network: Network) -> None:
    hosts = ["bad.test", "a.bad.test", "b.a.bad.test", "notbad.test", "bad.test.org", "elsewhere.test"]
    people = {host: await here.meet(Peer(network, host).actor("bo")) for host in hosts}
    await here.run(block_peer, OPERATOR, site(here), "bad.test")
    await here.work()
    shut_out = {host for host, actor in people.items() if (await stand(here, actor))[1]}
    assert shut_out == {"bad.test", "a.bad.test", "b.a.bad.test"}
    gate = here.state["remote"].acquaintances.is_blocked
    assert {host for host in hosts if await here.run(gate, f"https://{host}")} == shut_out


async def test_limited_people_are_quiet_and_those_met_later_too(here: Instance, network: Network) -> None:
    peer = Peer(network, "loud.test")
    first = await here.meet(peer.actor("bo"))
    await here.run(treat_peer, OPERATOR, site(here), "loud.test", Treatment(policy="limit", rejects_media=True))
    await here.work()
    later = await here.meet(peer.actor("cy"))
    assert await stand(here, first) == await stand(here, later) == ("active", False, True, True)
    await here.run(lambda: Actor.filter(id=first.id).update(limited_at=now()))
    await here.run(treat_peer, OPERATOR, site(here), "loud.test", Treatment())
    await here.work()
    assert await stand(here, first) == ("active", False, True, False)
    assert await stand(here, later) == ("active", False, False, False)


async def test_what_waits_to_be_handled_has_no_effect_once_its_sender_is_blocked(
    here: Instance, network: Network
) -> None:
    ana, peer = await here.join("ana"), Peer(network, "sub.bad.test")
    bo = peer.actor("bo")
    answer = await peer.post(here, peer.activity("Follow", bo, ana.uri))
    assert answer.status_code == 202
    await here.run(block_peer, OPERATOR, site(here), "bad.test")
    await here.work()
    assert await bonds(here) == 0
    (kept,) = await here.run(lambda: Received.all())
    assert (kept.state, kept.reason) == ("refused", "blocked here")
    assert (await peer.post(here, peer.activity("Follow", bo, ana.uri))).status_code == 403


async def test_where_only_the_listed_may_nobody_else_does(here: Instance, there: Instance, network: Network) -> None:
    ana, bo = await befriended(here, there)
    cy = await here.meet(Peer(network, "cy.test").actor("cy"))
    await here.run(list_peer, OPERATOR, site(here), "there.test")
    foreseen = await here.run(consequences_of_listing)
    assert (foreseen.people, foreseen.followed, foreseen.following) == (1, 0, 0)

    await here.run(choose_federation, OPERATOR, site(here), "listed")
    await settle(here, there)
    assert (await stand(here, cy))[:2] == ("suspended", True)
    assert (await stand(here, bo))[:2] == ("active", False)
    gate = here.state["remote"].acquaintances.is_blocked
    assert [
        await here.run(gate, f"https://{host}") for host in ("there.test", "a.there.test", "cy.test", "here.test")
    ] == [
        False,
        False,
        True,
        False,
    ]
    await here.run(publish_record, ana, RecordDraft(title="Sun", text="Warm.", licence="CC-BY-4.0"))
    await settle(here, there)
    assert "Sun" in (await there.get("/explore")).text

    assert (await here.run(lambda: consequences_of_listing(without=["https://there.test"]))).followed == 1
    await here.run(lambda: list_peer(OPERATOR, site(here), "there.test", is_listed=False))
    await here.work()
    assert (await stand(here, bo))[:2] == ("suspended", True)
    await here.run(choose_federation, OPERATOR, site(here), "open")
    await settle(here, there)
    assert (await stand(here, cy))[:2] == (await stand(here, bo))[:2] == ("active", False)
    assert await bonds(here) == 2


async def test_files_of_an_instance_whose_media_are_rejected_are_left_there(here: Instance, network: Network) -> None:
    peer = Peer(network, "pictures.test")
    bo = peer.actor("bo", icon={"type": "Image", "url": "https://cdn.test/bo.png"})
    image = {"type": "Image", "mediaType": "image/png", "url": "https://cdn.test/1.png", "name": "A roof"}
    note = peer.note(bo, attachment=[image], kind="record", name="Roof")
    peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    record = await here.find_record(note["id"])
    page = f"/records/remote/{record.id}"
    assert "/media/remote/" in (await here.get(page)).text
    await here.run(treat_peer, OPERATOR, site(here), "pictures.test", Treatment(rejects_media=True))
    await here.work()
    shown = (await here.get(page)).text
    assert "takes no files of that server" in shown
    assert "A roof" in shown
    assert "/media/remote/" not in shown
    cache = here.state["media_cache"]
    with pytest.raises(FedirecError):
        await here.run(cache.cache_remote, "https://pictures.test/1.png")
    assert not [request for request in network.requests if request.url.path.endswith(".png")]


@pytest.mark.parametrize(
    "host",
    ["", "here.test", "a b", "https://x.test/path", "-x.test", "=cmd.test", "x..test", "*.test", "http://x.test"],
)
async def test_nothing_is_decided_about_what_is_no_other_instance(here: Instance, host: str) -> None:
    with pytest.raises(Invalid):
        await here.run(block_peer, OPERATOR, site(here), host)
    assert await here.run(lambda: KnownPeer.filter(policy="block").count()) == 0


async def test_the_document_of_somebody_shut_out_is_not_described_anew(here: Instance, there: Instance) -> None:
    _ana, bo = await befriended(here, there)
    await here.run(block_peer, OPERATOR, site(here), "there.test")
    await there.run(lambda: Actor.filter(id=bo.id).update(name="Someone else"))
    await there.run(describe_actor, bo)
    await settle(here, there)
    assert (await here.run(lambda: Actor.get(uri=bo.uri))).name != "Someone else"


async def test_a_copy_that_we_have_is_not_shown_once_its_home_is_blocked(here: Instance) -> None:
    url, cache = "https://pictures.test/1.png", here.state["media_cache"]
    about: Any = {"path": "cached/1.png", "media_type": "image/png", "size": 1, "fetched_at": now(), "used_at": now()}
    digest = hashlib.sha256(url.encode()).hexdigest()
    await here.run(lambda: RemoteMedia.create(url=url, url_digest=digest, **about))
    assert (await here.run(cache.cache_remote, url)).size == 1
    await here.run(block_peer, OPERATOR, site(here), "pictures.test")
    with pytest.raises(NotFound):
        await here.run(cache.cache_remote, url)
    assert (await here.run(plan_purge, OPERATOR, site(here), "pictures.test")).copies == 1
    await here.run(purge_peer, OPERATOR, site(here), "pictures.test")
    await here.work()
    assert await here.run(lambda: RemoteMedia.all().count()) == 0


async def test_who_has_not_answered_for_a_week_counts_as_dead_unless_they_were_heard(here: Instance) -> None:
    week = timedelta(days=8)
    await here.run(lambda: KnownPeer.create(origin="https://gone.test", heard_at=now() - week))
    await here.run(lambda: KnownPeer.create(origin="https://back.test", heard_at=now() - timedelta(hours=1)))
    for host in ("gone.test", "back.test"):
        lane: Any = {"kind": "deliver", "trips": 3, "failures": 9, "failing_since": now() - week}
        await here.run(partial(Lane.create, key=delivery_lane(f"https://{host}"), **lane))
    assert (await here.run(get_peer, "https://gone.test")).is_dead
    assert not (await here.run(get_peer, "https://back.test")).is_dead
    assert (await here.run(plan_purge, OPERATOR, site(here), "gone.test")).is_nothing
    with pytest.raises(Conflict):
        await here.run(plan_purge, OPERATOR, site(here), "back.test")
