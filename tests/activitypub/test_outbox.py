"""Whom an activity reaches, in which order, and what becomes of it when the other side does not take it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from fedirec.activitypub.delivery import outcome_of
from fedirec.activitypub.follows import follow, unfollow
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor, ActorKey, Outgoing
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.proofs import verify_proof
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.clock import now
from fedirec.errors import Unauthenticated
from fedirec.lanes import Dead, Done, Job, Kind, Later, Runner, find_lane
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Record
from tests.activitypub.sinks import Sinks, followed_by
from tests.conftest import Pass
from tests.network import Instance
from tests.peer import Peer

PUBLIC_DRAFT = RecordDraft(title="Song", text="la la", licence="CC-BY-4.0")
PRIVATE_DRAFT = RecordDraft(title="Secret", text="hm", licence="CC-BY-4.0", visibility="followers")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


@pytest.fixture
def network() -> Sinks:
    return Sinks()


async def test_the_public_goes_to_each_shared_inbox_once_and_the_rest_to_personal_ones(
    here: Instance, network: Sinks
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.run(follow, bo, ana)
    big, small, stranger = network.sink("big.test"), network.sink("small.test"), network.sink("stranger.test")
    await followed_by(here, ana, "mia@big.test", "tom@big.test")
    await followed_by(here, ana, "kim@small.test", shared=False)
    await followed_by(here, bo, "zoe@stranger.test")

    song = await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()
    assert (big.paths, small.paths, stranger.paths) == (["/inbox"], ["/users/kim/inbox"], [])

    secret = await here.run(publish_record, ana, PRIVATE_DRAFT)
    await here.run(delete_record, ana, secret)
    await here.work()
    assert sorted(big.paths[1:]) == sorted(["/users/mia/inbox", "/users/tom/inbox"] * 2)
    assert small.paths[1:] == ["/users/kim/inbox"] * 2
    assert stranger.paths == []
    assert all("proof" not in activity for activity in small.activities[1:]), "what is private is not signed for all"
    assert not [request for request in network.requests if request.url.host == "here.test"], "nobody asks themselves"
    assert song.uri == small.activities[0]["object"]["id"]


async def test_what_is_said_of_one_record_arrives_in_order_whatever_fails(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    sink = network.sink("peer.test")
    await followed_by(here, ana, "mia@peer.test")
    sink.answers.append((500, {}))

    song = await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()
    await here.run(edit_record, ana, song, RecordDraft(title="Song, again", text="la", licence="CC-BY-4.0"))
    other = await here.run(publish_record, ana, RecordDraft(title="Other", text="lo", licence="CC-BY-4.0"))
    await here.work()
    assert [activity["object"]["id"] for activity in sink.activities] == [song.uri, other.uri], "others may pass it"

    sink.answers.append((503, {}))
    time_passes(timedelta(minutes=1))
    await here.work()
    await here.run(delete_record, ana, await here.run(lambda: Record.get(uri=song.uri)))
    await here.run(delete_record, ana, other)
    await here.work()
    assert sink.types == ["Create", "Create", "Create"], "a host that is unwell is left alone"

    time_passes(timedelta(minutes=2))
    await here.work()
    said = [(activity["type"], activity["object"]["id"]) for activity in sink.activities[3:]]
    assert [what for what, uri in said if uri == song.uri] == ["Create", "Update", "Delete"]
    assert [what for what, uri in said if uri == other.uri] == ["Delete"]


async def test_following_again_never_overtakes_the_end_of_following_before(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    sink = network.sink("peer.test")
    (mia,) = await followed_by(here, ana, "mia@peer.test")
    sink.answers.extend([(500, {})] * 2)

    await here.run(follow, ana, mia)
    await here.work()
    await here.run(unfollow, ana, mia)
    await here.run(follow, ana, mia)
    await here.work()
    assert sink.types == ["Follow"]

    for _ in range(3):
        time_passes(timedelta(minutes=3))
        await here.work()
    assert sink.types == ["Follow", "Follow", "Follow", "Undo", "Follow"]
    first, undo, last = sink.activities[0], sink.activities[3], sink.activities[4]
    assert undo["object"]["id"] == first["id"] != last["id"]


@on_sqlite
async def test_a_peer_that_asks_us_to_wait_is_left_alone_for_so_long(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    sink = network.sink("peer.test")
    await followed_by(here, ana, "mia@peer.test")
    sink.answers.extend([(429, {"retry-after": "600"}), (503, {"retry-after": "3600"})])

    await here.run(publish_record, ana, PUBLIC_DRAFT)
    for minutes, tried in ((0, 1), (9, 1), (2, 2), (55, 2), (6, 3)):
        time_passes(timedelta(minutes=minutes))
        await here.work()
        assert len(sink.requests) == tried
    assert await here.run(lambda: Job.all().count()) == 0


@on_sqlite
async def test_an_inbox_that_is_gone_or_refuses_stops_nobody_else(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    sinks = {host: network.sink(f"{host}.test") for host in ("absent", "gone", "large", "blocked", "well")}
    await followed_by(here, ana, *(f"mia@{sink.host}" for sink in sinks.values()))
    await here.run(lambda: KnownPeer.create(origin="https://blocked.test", policy="block"))
    for host, status in (("absent", 404), ("gone", 410), ("large", 413)):
        sinks[host].answers.append((status, {}))

    await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()
    time_passes(timedelta(hours=1))
    await here.work()

    assert {host: len(sink.requests) for host, sink in sinks.items()} == {
        "absent": 1,
        "gone": 1,
        "large": 1,
        "blocked": 0,
        "well": 1,
    }
    dead = await here.run(lambda: Job.all().order_by("lane").values_list("lane", "status"))
    assert dead == [
        ("deliver:https://absent.test", 404),
        ("deliver:https://blocked.test", None),
        ("deliver:https://gone.test", 410),
        ("deliver:https://large.test", 413),
    ]


async def test_whoever_had_an_inbox_that_is_gone_is_asked_for_once_more(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    peer = Peer(network)
    sink = network.sink(peer.host)
    gone, moved = await followed_by(here, ana, "gone@peer.test", "moved@peer.test", shared=False)
    peer.serve(gone.uri, {}, status=410)
    peer.actor("moved", inbox=f"{moved.uri}/new-inbox")
    sink.answers.extend([(410, {}), (404, {})])

    await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()
    await here.work()
    assert (await here.run(lambda: Actor.get(uri=gone.uri))).state == "deleted"
    before = len(network.requests)
    await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()

    assert sink.paths[2:] == ["/inbox"]
    assert len(network.requests) == before, "nobody is asked twice a day"


async def _proven(here: Instance, requests: Sequence[httpx.Request]) -> list[str]:
    """The schemes of the signatures of `requests`; each was good."""
    keys = {key.key_id: key for key in await here.run(lambda: ActorKey.filter(kind="rsa"))}
    schemes: list[str] = []
    for request in requests:
        headers = [(name, value) for name, value in request.headers.multi_items()]
        claim = parse_signature(headers)
        statement = claim.check(
            method=request.method, url=str(request.url), headers=headers, body=request.content, now=now()
        )
        statement.verify(read_public_key(keys[claim.key_id].public))
        schemes.append(claim.SCHEME)
    return schemes


@on_sqlite
async def test_the_other_signature_is_tried_once_and_remembered(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    sink = network.sink("new.test")
    await followed_by(here, ana, "mia@new.test")

    async def publish(*answers: int) -> list[str]:
        before = len(sink.requests)
        sink.answers.extend((status, {}) for status in answers)
        await here.run(publish_record, ana, PUBLIC_DRAFT)
        await here.work()
        return await _proven(here, sink.requests[before:])

    assert await publish(401, 202) == ["cavage", "rfc9421"]
    assert await publish(202) == ["rfc9421"]
    assert await publish(500) == ["rfc9421"], "after a 5xx it may have been taken"
    time_passes(timedelta(minutes=1))
    assert await publish(401, 202, 202) == ["rfc9421", "cavage", "cavage"], "the peer has changed back"
    time_passes(timedelta(days=31))
    assert await publish(202) == ["cavage"]


async def test_a_circuit_opens_stays_open_and_closes_when_the_peer_is_heard(
    here: Instance, network: Sinks, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    peer = Peer(network)
    mia = peer.actor("mia")
    sink = network.sink(peer.host)
    await followed_by(here, ana, "tom@peer.test")
    sink.answers.extend([None] * 6)

    async def lane() -> tuple[int, bool]:
        found = await here.run(find_lane, f"deliver:{peer.origin}")
        assert found is not None
        return found.failures, found.trips > 0

    for _ in range(5):
        await here.run(publish_record, ana, PUBLIC_DRAFT)
    for _ in range(120):  # in steps so small that, whatever the jitter, five tries fit into ten minutes
        await here.work()
        if len(sink.requests) == 5:
            break
        time_passes(timedelta(seconds=5))
    assert await lane() == (5, True)
    time_passes(timedelta(hours=1))
    await here.work()
    tried = len(sink.requests)
    time_passes(timedelta(minutes=20))
    await here.work()
    assert len(sink.requests) == tried
    assert (await lane())[0] == tried

    sink.answers.clear()
    assert (await peer.post(here, peer.activity("Create", mia, peer.note(mia)))).status_code == 202
    await here.work()

    assert await lane() == (0, False)
    assert len(sink.requests) == tried + 5
    assert await here.run(lambda: Job.filter(kind="deliver").count()) == 0
    known = await here.run(lambda: KnownPeer.get(origin=peer.origin))
    assert known.heard_at is not None


@on_sqlite
async def test_a_request_that_is_not_proven_closes_no_circuit(here: Instance, network: Sinks) -> None:
    ana = await here.join("ana")
    peer = Peer(network)
    mia = peer.actor("mia")
    sink = network.sink(peer.host)
    await followed_by(here, ana, "tom@peer.test")
    sink.answers.append(None)
    await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()

    forged = peer.activity("Create", mia, peer.note(mia))
    assert (await peer.post(here, forged, headers={"signature": 'keyId="x"'})).status_code in (400, 401)
    await here.work()

    assert len(sink.requests) == 1


async def test_two_hundred_hosts_are_reached_side_by_side(here: Instance, network: Sinks) -> None:
    ana = await here.join("ana")
    sinks = [network.sink(f"host{number}.test") for number in range(200)]
    await followed_by(here, ana, *(f"mia@{sink.host}" for sink in sinks))
    network.slowness = 0.5

    song = await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.run(edit_record, ana, song, RecordDraft(title="Song, again", text="la", licence="CC-BY-4.0"))
    await here.work()

    assert {tuple(sink.types) for sink in sinks} == {("Create", "Update")}
    assert len({request.content for sink in sinks for request in sink.requests}) == 2, "all are told the same"
    assert network.most_under_way >= 50, "those who answer slowly wait for each other no longer than needed"


@on_sqlite
async def test_what_is_public_carries_a_proof_by_its_actor(here: Instance, network: Sinks) -> None:
    ana = await here.join("ana")
    sink = network.sink("peer.test")
    await followed_by(here, ana, "mia@peer.test")
    await here.run(publish_record, ana, PUBLIC_DRAFT)
    await here.work()

    described = (await here.get("/u/ana", accept="application/activity+json")).json()
    (key,) = described["assertionMethod"]
    (activity,) = sink.activities
    assert activity["proof"]["verificationMethod"] == key["id"]
    verify_proof(activity, read_public_key(key["publicKeyMultibase"]), now=now())
    with pytest.raises(Unauthenticated):
        verify_proof(activity | {"to": []}, read_public_key(key["publicKeyMultibase"]), now=now())
    outbox = (await here.get("/u/ana/outbox?before=4611686018427387904", accept="application/activity+json")).json()
    assert outbox["orderedItems"] == [activity], "the outbox shows what was sent"


async def test_a_fan_out_whose_end_nobody_heard_of_sends_nothing_twice(here: Instance, network: Sinks) -> None:
    """As after a kill between the last thing it queued and the report that it is done."""
    ana = await here.join("ana")
    sinks = [network.sink(f"host{number}.test") for number in range(3)]
    await followed_by(here, ana, *(f"mia@{sink.host}" for sink in sinks))
    await here.run(publish_record, ana, PUBLIC_DRAFT)
    courier = here.state["courier"]

    job = await here.run(lambda: Job.get(kind="fanout"))
    assert await here.run(courier.fan_out, job) == Done()
    deliveries = Runner({"deliver": Kind(handler=courier.deliver, concurrency=3)}, name="only deliveries")
    await here.run(deliveries.run_until_idle)
    body = (await here.run(lambda: Outgoing.get())).body
    await here.work()

    assert [sink.types for sink in sinks] == [["Create"]] * 3
    assert await here.run(lambda: Job.all().count()) == 0
    assert {request.content for sink in sinks for request in sink.requests} == {bytes(body or b"")}


SECOND = timedelta(seconds=1)
ANSWERS: list[tuple[int, str | None, int, object]] = [
    (200, None, 0, Done()),
    (202, None, 0, Done()),
    (400, None, 0, Dead("answered 400", status=400)),
    (401, None, 2, Later("answered 401", status=401, blame="job")),
    (401, None, 3, Dead("answered 401", status=401)),
    (403, None, 0, Later("answered 403", status=403, blame="job")),
    (404, None, 0, Dead("that inbox is gone", status=404)),
    (405, None, 0, Dead("answered 405", status=405)),
    (408, None, 0, Later("answered 408", status=408, blame="job")),
    (410, None, 0, Dead("that inbox is gone", status=410)),
    (301, None, 0, Dead("answered 301", status=301)),
    (307, None, 0, Later("answered 307", status=307, blame="job")),
    (500, None, 0, Later("answered 500", status=500, blame="job")),
    (502, None, 9, Later("answered 502", status=502, blame="lane")),
    (429, "30", 0, Later("answered 429", status=429, after=30 * SECOND, blame="lane")),
    (429, "9" * 5000, 0, Later("answered 429", status=429, after=86_400 * SECOND, blame="lane")),
    (429, "-5", 0, Later("answered 429", status=429, blame="lane")),
    (429, "²", 0, Later("answered 429", status=429, blame="lane")),
    (503, "soon", 0, Later("answered 503", status=503, blame="lane")),
    (503, "Fri, 01 Jan 1999 00:00:00 GMT", 0, Later("answered 503", status=503, after=0 * SECOND, blame="lane")),
    (503, "Fri, 01 Jan 2999 00:00:00 GMT", 0, Later("answered 503", status=503, after=86_400 * SECOND, blame="lane")),
    (503, "Fri, 01 Jan 2999 00:00:00 -0000", 0, Later("answered 503", status=503, blame="lane")),
]


@pytest.mark.parametrize(("status", "retry_after", "attempts", "outcome"), ANSWERS)
def test_what_an_answer_means(status: int, retry_after: str | None, attempts: int, outcome: object) -> None:
    assert outcome_of(status, retry_after, attempts=attempts) == outcome


def test_a_refusal_is_no_answer_while_the_clocks_disagree() -> None:
    waiting = outcome_of(401, None, attempts=50, apart=timedelta(hours=2))
    assert isinstance(waiting, Later)
    assert "120 minutes apart" in waiting.error
    assert outcome_of(401, None, attempts=50, apart=timedelta(minutes=3)) == Dead("answered 401", status=401)
    assert outcome_of(422, None, apart=timedelta(hours=2)) == Dead("answered 422", status=422)


@on_sqlite
async def test_a_clock_that_is_wrong_loses_no_delivery(here: Instance, network: Sinks, time_passes: Pass) -> None:
    ana = await here.join("ana")
    await followed_by(here, ana, "mia@peer.test")
    ahead = {"date": format_datetime(now() + timedelta(hours=30), usegmt=True)}
    network.sink("peer.test").answers.extend([(401, ahead)] * 20)
    await here.run(publish_record, ana, PUBLIC_DRAFT)
    for _ in range(6):
        await here.work()
        time_passes(timedelta(hours=1))
    assert len(network.sink("peer.test").requests) > 2 * 3, "more often than a plain refusal is tried"
    assert await here.run(lambda: Job.filter(kind="deliver", dead_at=None).count()) == 1
