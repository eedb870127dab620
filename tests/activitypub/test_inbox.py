"""What an inbox takes, from whom, and what it does with it; the attacks are those that other servers have met."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.permissions import Operator
from fedirec.activitypub import effects, inbox
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, ActorKey, Evidence, Follow, Received
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.admin.actions.replaying import replay
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.errors import NotFound
from fedirec.lanes import Job
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, OTHER_RSA, PUBLIC, RSA, Peer


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


async def _received(instance: Instance) -> list[tuple[str, str | None]]:
    rows = await instance.run(lambda: Received.all().order_by("id").values_list("state", "reason"))
    return [(str(state), reason) for state, reason in rows]


async def _followed(instance: Instance, peer: Peer, name: str = "mia") -> str:
    """The id of an actor of the peer whom somebody of the instance follows."""
    uri = peer.actor(name)
    ana = await instance.join("ana")
    mia = await instance.meet(uri)
    await instance.run(follow, ana, mia)
    asked = await instance.run(lambda: Follow.get(target_id=mia.id))
    accept = peer.activity("Accept", uri, asked.uri)
    assert (await peer.post(instance, accept)).status_code == 202
    peer.serve(f"{uri}/inbox", {}, status=202)
    peer.serve(f"{peer.origin}/inbox", {}, status=202)
    await instance.work()
    return uri


@pytest.mark.parametrize("kind", ["cavage", "rfc9421"])
async def test_a_signed_activity_is_kept_and_has_its_effect(here: Instance, peer: Peer, kind: Any) -> None:
    mia = await _followed(here, peer)
    create = peer.activity("Create", mia, peer.note(mia))

    assert (await peer.post(here, create, kind=kind)).status_code == 202
    await here.work()

    record = await here.run(lambda: Record.get(uri=f"{peer.origin}/notes/1"))
    assert (record.content, record.is_post, record.licence) == ("<p>Hello</p>", True, "LicenseRef-unknown")
    evidence = await here.run(lambda: Evidence.get(subject_uri=record.uri))
    assert json.loads(bytes(evidence.body)) == create
    assert evidence.fingerprint == RSA.public.fingerprint


async def test_the_same_activity_twice_is_one(here: Instance, peer: Peer) -> None:
    mia = await _followed(here, peer)
    create = peer.activity("Create", mia, peer.note(mia))

    answers = [(await peer.post(here, create, path=path)).status_code for path in ("/inbox", "/inbox", "/u/ana/inbox")]
    await here.work()

    assert answers == [202, 202, 202]
    assert await here.run(lambda: Received.filter(activity_uri=create["id"]).count()) == 1


SIGNED_WRONGLY: list[tuple[str, dict[str, Any], int]] = [
    ("no signature", {"headers": {"signature": None}}, 401),
    ("nonsense for a signature", {"headers": {"signature": "nonsense"}}, 400),
    ("another body than was signed", {"send": b'{"id": "https://peer.test/activities/x"}'}, 401),
    ("no digest", {"headers": {"digest": None}}, 401),
    ("a digest of md5", {"headers": {"digest": "MD5=1B2M2Y8AsgTpgAmY7PhCfg=="}}, 401),
    ("two hours late", {"at": timedelta(hours=-2)}, 401),
    ("two hours early", {"at": timedelta(hours=2)}, 401),
    ("another date than was signed", {"headers": {"date": "Sat, 21 Nov 2026 10:00:00 GMT"}}, 401),
    ("another host than was signed", {"headers": {"host": "other.test"}}, 401),
    ("another key than the actor's", {"key": OTHER_RSA}, 401),
    ("a key that the actor does not list", {"key_id": "https://peer.test/users/mia#other"}, 401),
    ("a key of another origin", {"key_id": "https://other.test/users/mia#main-key"}, 401),
    ("a key that is no address", {"key_id": "main-key"}, 401),
    ("a key of ours", {"key_id": "https://here.test/u/ana#main-key"}, 403),
    ("JSON that is not ActivityPub", {"headers": {"content-type": "application/json"}}, 415),
    ("a form", {"headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
    ("a packed body", {"headers": {"content-encoding": "gzip"}}, 415),
]


@pytest.mark.parametrize(("what", "how", "status"), SIGNED_WRONGLY, ids=[case[0] for case in SIGNED_WRONGLY])
async def test_what_is_not_signed_right_is_refused_and_not_kept(
    here: Instance, peer: Peer, what: str, how: dict[str, Any], status: int
) -> None:
    mia = peer.actor("mia")
    await here.meet(mia)
    if isinstance(how.get("at"), timedelta):
        how = how | {"at": now() + how["at"]}

    answer = await peer.post(here, peer.activity("Create", mia, peer.note(mia)), **how)

    assert answer.status_code == status, answer.text
    assert "Traceback" not in answer.text
    assert await _received(here) == []


async def test_an_actor_cannot_speak_for_another_of_the_same_host(here: Instance, peer: Peer) -> None:
    """CVE-2025-54888: the owner of the key is checked before anything else happens."""
    mia, bob = peer.actor("mia"), peer.actor("bob", key=OTHER_RSA)
    forged = peer.activity("Create", bob, peer.note(bob))

    answer = await peer.post(here, forged, key=RSA, key_id=f"{mia}#main-key")

    assert answer.status_code == 401
    assert await _received(here) == []


BODIES: list[tuple[str, bytes, int]] = [
    ("not JSON", b"hello", 400),
    ("a list", b"[]", 400),
    ("too deep", b'{"a":' * 100 + b"1" + b"}" * 100, 400),
    ("ten thousand levels", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    ("a key twice", b'{"id": "https://peer.test/a", "id": "https://peer.test/b"}', 400),
    ("not a number", b'{"id": NaN}', 400),
    ("no UTF-8", b'{"id": "\xff"}', 400),
    ("no actor", b'{"id": "https://peer.test/a", "type": "Create"}', 400),
    ("an actor that is a number", b'{"id": "https://peer.test/a", "type": "Create", "actor": 1}', 400),
    ("two actors", b'{"id": "https://peer.test/a", "actor": ["https://peer.test/1", "https://peer.test/2"]}', 400),
    ("more than one mebibyte", b'{"a": "' + b"x" * (1024 * 1024) + b'"}', 413),
]


@pytest.mark.parametrize(("what", "body", "status"), BODIES, ids=[case[0] for case in BODIES])
async def test_a_body_that_makes_no_sense_is_refused_at_once(
    here: Instance, peer: Peer, what: str, body: bytes, status: int
) -> None:
    mia = peer.actor("mia")

    answer = await peer.post(here, body, actor=mia)

    assert answer.status_code == status
    assert await _received(here) == []


async def test_an_activity_named_by_another_origin_is_refused(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    activity = peer.activity("Create", mia, peer.note(mia)) | {"id": "https://other.test/activities/1"}

    assert (await peer.post(here, activity)).status_code == 403
    assert await _received(here) == []


async def test_a_blocked_instance_is_refused_before_anything_is_fetched(
    here: Instance, peer: Peer, network: Network
) -> None:
    mia = peer.actor("mia")
    await here.run(lambda: KnownPeer.create(origin=peer.origin, policy="block"))

    assert (await peer.post(here, peer.activity("Create", mia, peer.note(mia)))).status_code == 403
    assert [request for request in network.requests if request.url.host == "peer.test"] == []


async def test_a_rotated_key_is_fetched_once_and_both_keys_stay_in_the_history(
    here: Instance, peer: Peer, network: Network
) -> None:
    mia = await _followed(here, peer)
    peer.actor("mia", key=OTHER_RSA)

    create = peer.activity("Create", mia, peer.note(mia))
    assert (await peer.post(here, create)).status_code == 202

    keys = await here.run(lambda: ActorKey.filter(actor__uri=mia).order_by("id"))
    assert [key.fingerprint for key in keys] == [RSA.public.fingerprint, OTHER_RSA.public.fingerprint]
    before = len(network.requests)
    for _ in range(5):
        bad = peer.activity("Create", mia, peer.note(mia, "2"))
        assert (await peer.post(here, bad, key=RSA)).status_code == 401
    fetched = [request for request in network.requests[before:] if request.method == "GET" and str(request.url) == mia]
    assert len(fetched) <= 1


async def test_an_unknown_actor_that_says_farewell_is_not_asked_for_its_key(
    here: Instance, peer: Peer, network: Network
) -> None:
    ghost = f"{peer.origin}/users/ghost"

    answer = await peer.post(here, peer.activity("Delete", ghost, ghost))

    assert answer.status_code == 202
    assert await _received(here) == []
    assert [request for request in network.requests if request.url.host == "peer.test"] == []


async def test_a_key_that_cannot_be_had_is_not_asked_for_again_and_again(
    here: Instance, peer: Peer, network: Network
) -> None:
    ghost = f"{peer.origin}/users/ghost"
    for _ in range(3):
        answer = await peer.post(here, peer.activity("Create", ghost, peer.note(ghost)))
        assert answer.status_code in (401, 503)
    assert len([request for request in network.requests if str(request.url) == ghost]) == 1


FOREIGN: list[tuple[str, str, str]] = [
    ("a note of another host", "https://other.test/notes/1", "https://peer.test/users/mia"),
    ("a note by an actor of another host", "https://peer.test/notes/1", "https://other.test/users/mia"),
    ("a note of ours", "https://here.test/records/1", "https://here.test/u/ana"),
]


@pytest.mark.parametrize(("what", "id", "author"), FOREIGN, ids=[case[0] for case in FOREIGN])
async def test_nobody_creates_what_belongs_to_others(
    here: Instance, peer: Peer, what: str, id: str, author: str
) -> None:
    mia = await _followed(here, peer)
    create = peer.activity("Create", mia, peer.note(author) | {"id": id})

    assert (await peer.post(here, create)).status_code == 202
    await here.work()

    assert await here.run(lambda: Record.all().count()) == 0
    assert (await _received(here))[-1][0] == "refused"


async def test_what_a_neighbour_is_said_to_have_written_is_asked_of_their_origin(
    here: Instance, peer: Peer, network: Network
) -> None:
    mia = await _followed(here, peer)
    bob = peer.actor("bob", key=OTHER_RSA)
    said = peer.note(bob, content="<p>Forged</p>")

    assert (await peer.post(here, peer.activity("Create", mia, said))).status_code == 202
    await here.work()
    assert await here.run(lambda: Record.all().count()) == 0

    peer.serve(said["id"], {"@context": CONTEXT, **peer.note(bob)})
    assert (await peer.post(here, peer.activity("Create", mia, said))).status_code == 202
    await here.work()
    record = await here.run(lambda: Record.get(uri=said["id"]).select_related("author"))
    assert (record.content, record.author.uri) == ("<p>Hello</p>", bob)


@pytest.mark.parametrize("type", ["Update", "Delete"])
async def test_nobody_changes_what_belongs_to_others(here: Instance, peer: Peer, type: str) -> None:
    mia = await _followed(here, peer)
    bob = peer.actor("bob", key=OTHER_RSA)
    await peer.post(here, peer.activity("Create", mia, peer.note(mia)))
    await here.work()
    change: Any = peer.note(mia, content="<p>Changed</p>", updated="2026-11-21T10:00:00Z")

    await peer.post(here, peer.activity(type, bob, change if type == "Update" else change["id"]))
    await here.work()

    record = await here.run(lambda: Record.get(uri=change["id"]))
    assert (record.content, record.deleted_at) == ("<p>Hello</p>", None)
    assert (await _received(here))[-1][0] == "refused"


async def test_a_known_note_does_not_reach_a_wider_audience_by_being_created_again(here: Instance, peer: Peer) -> None:
    """CVE-2024-37903."""
    mia = await _followed(here, peer)
    private = peer.note(mia, to=[f"{mia}/followers"])
    await peer.post(here, peer.activity("Create", mia, private))
    await here.work()
    bob = peer.actor("bob", key=OTHER_RSA)

    await peer.post(here, peer.activity("Create", bob, private | {"to": [PUBLIC]}))
    await here.work()

    assert (await here.run(lambda: Record.get(uri=private["id"]))).visibility == "followers"


async def test_what_arrives_together_is_handled_in_order_and_one_that_fails_spoils_nothing(
    here: Instance, peer: Peer
) -> None:
    mia = await _followed(here, peer)
    foreign = peer.note(mia) | {"id": "https://other.test/notes/1"}
    first = peer.note(mia, "1", content="<p>One</p>")
    sent = [
        peer.activity("Create", mia, first),
        peer.activity("Create", mia, foreign),
        peer.activity("Update", mia, first | {"content": "<p>Two</p>", "updated": "2026-11-21T10:00:00Z"}),
        peer.activity("Like", mia, "https://here.test/records/nothing"),
        peer.activity("Create", mia, peer.note(mia, "2")),
        peer.activity("Delete", mia, f"{peer.origin}/notes/2"),
        peer.activity("Create", mia, peer.note(mia, "3")),
    ]
    for activity in sent:
        assert (await peer.post(here, activity)).status_code == 202

    await here.work()

    states = [state for state, _ in (await _received(here))[-len(sent) :]]
    assert states == ["handled", "refused", "handled", "refused", "handled", "handled", "handled"]
    records = await here.run(lambda: Record.all().order_by("uri"))
    assert [(record.uri[-1], record.revision, record.deleted_at is None) for record in records] == [
        ("1", 2, True),
        ("2", 1, False),
        ("3", 1, True),
    ]
    assert await here.run(lambda: Job.all().count()) == 0


async def test_nothing_is_queued_for_what_was_taken_back(
    here: Instance, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = await _followed(here, peer)
    ana = await here.run(lambda: Actor.get(local_handle="ana"))
    fails = iter((False, True, False))

    async def fail_once(senders: Iterable[Actor]) -> None:
        if next(fails):
            raise ZeroDivisionError

    monkeypatch.setattr(effects, "ask_again", fail_once)
    bad = peer.activity("Create", mia, peer.note(mia, "1"))
    for activity in (peer.activity("Follow", mia, ana.uri), bad, peer.activity("Create", mia, peer.note(mia, "2"))):
        assert (await peer.post(here, activity)).status_code == 202

    await here.work()

    assert [record.uri for record in await here.run(lambda: Record.all())] == [f"{peer.origin}/notes/2"]
    assert [evidence.subject_uri for evidence in await here.run(lambda: Evidence.all())] == [f"{peer.origin}/notes/2"]
    words = await here.run(fetch_rows, "SELECT id FROM record_words")
    assert [row["id"] for row in words] == [record.id for record in await here.run(lambda: Record.all())]
    waiting = await here.run(lambda: Job.all())
    assert [(job.kind, job.crashes) for job in waiting] == [("inbox", 1)]


async def test_a_follow_nobody_asked_for_is_not_accepted(here: Instance, peer: Peer) -> None:
    """CVE-2025-30741."""
    mia = peer.actor("mia")
    ana = await here.join("ana")
    forged = {"id": f"{here.origin}/activities/x", "type": "Follow", "actor": ana.uri, "object": mia}

    await peer.post(here, peer.activity("Accept", mia, forged))
    await here.work()

    assert await here.run(lambda: Follow.all().count()) == 0
    assert (await _received(here))[-1][0] == "refused"


async def test_only_the_target_accepts_a_follow(here: Instance, peer: Peer) -> None:
    mia, bob = peer.actor("mia"), peer.actor("bob", key=OTHER_RSA)
    ana = await here.join("ana")
    await here.run(follow, ana, await here.meet(mia))
    asked = await here.run(lambda: Follow.get())

    await peer.post(here, peer.activity("Accept", bob, asked.uri))
    await here.work()

    assert (await here.run(lambda: Follow.get())).accepted_at is None


async def test_only_who_follows_can_stop_following(here: Instance, peer: Peer) -> None:
    mia, bob = peer.actor("mia"), peer.actor("bob", key=OTHER_RSA)
    ana = await here.join("ana")
    peer.serve(f"{peer.origin}/inbox", {}, status=202)
    asked = peer.activity("Follow", mia, ana.uri)
    await peer.post(here, asked)
    await here.work()

    await peer.post(here, peer.activity("Undo", bob, asked))
    await here.work()
    assert await here.run(lambda: Follow.all().count()) == 1

    await peer.post(here, peer.activity("Undo", mia, asked))
    await here.work()
    assert await here.run(lambda: Follow.all().count()) == 0


async def test_what_is_answered_or_taken_back_may_be_named_without_its_parts(here: Instance, peer: Peer) -> None:
    """apkit embeds the Follow without its `actor` and its `object`."""
    mia, bob = peer.actor("mia"), peer.actor("bob", key=OTHER_RSA)
    ana = await here.join("ana")
    peer.serve(f"{peer.origin}/inbox", {}, status=202)
    await here.run(follow, ana, await here.meet(mia))
    ours = await here.run(lambda: Follow.get())
    await peer.post(here, peer.activity("Accept", bob, {"type": "Follow", "id": ours.uri}))
    await here.work()
    assert (await here.run(lambda: Follow.get())).accepted_at is None
    await peer.post(here, peer.activity("Accept", mia, {"type": "Follow", "id": ours.uri}))
    await here.work()
    assert (await here.run(lambda: Follow.get())).accepted_at is not None

    asked = peer.activity("Follow", mia, ana.uri)
    await peer.post(here, asked)
    await here.work()
    assert await here.run(lambda: Follow.all().count()) == 2
    for name, left in ((bob, 2), (mia, 1)):
        await peer.post(here, peer.activity("Undo", name, {"type": "Follow", "id": asked["id"]}))
        await here.work()
        assert await here.run(lambda: Follow.all().count()) == left


async def test_an_actor_cannot_send_our_deliveries_to_a_third_party(here: Instance, peer: Peer) -> None:
    mia = await _followed(here, peer)
    described = {
        "id": mia,
        "type": "Person",
        "preferredUsername": "mia",
        "inbox": "https://victim.test/inbox",
        "publicKey": {"id": f"{mia}#main-key", "owner": mia, "publicKeyPem": RSA.public.pem},
    }

    await peer.post(here, peer.activity("Update", mia, described))
    await here.work()

    assert (await here.run(lambda: Actor.get(uri=mia))).inbox == f"{mia}/inbox"
    assert (await _received(here))[-1][0] == "refused"


@pytest.mark.parametrize(("is_built_on", "name"), [(True, "Mia"), (False, "")])
async def test_an_actor_that_leaves_is_forgotten_and_stays_credited_by_who_built_on_their_work(
    here: Instance, peer: Peer, is_built_on: bool, name: str
) -> None:
    mia = await _followed(here, peer)
    licence = "https://creativecommons.org/licenses/by/4.0/"
    note = peer.note(mia) | {"kind": "record", "name": "Hum", "license": licence}
    await peer.post(here, peer.activity("Create", mia, note))
    await here.work()
    if is_built_on:
        ana = await here.run(lambda: Actor.get(local_handle="ana"))
        record = await here.run(lambda: Record.get(uri=note["id"]).select_related("author"))
        source = SourceDraft(record=record)
        draft = RecordDraft(title="Higher", text="la", licence="CC-BY-4.0", sources=[source])
        await here.run(publish_record, ana, draft)

    await peer.post(here, peer.activity("Delete", mia, mia))
    await here.work()

    assert (await here.run(lambda: Actor.get(uri=mia))).state == "deleted"
    assert await here.run(lambda: Follow.all().count()) == 0
    assert (await here.run(lambda: Record.get(uri=note["id"]).select_related("author"))).author.name == name


async def test_what_strangers_send_in_vain_does_not_fill_the_disk(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "KEPT_IN_VAIN", 2)
    eve = peer.actor("eve")
    for number, length in enumerate((10, 200_000, 20, 200_000)):
        note = peer.note(eve, str(number), content="x" * length)
        assert (await peer.post(here, peer.activity("Create", eve, note))).status_code == 202
    await here.work()
    rows = await here.run(lambda: Received.all().order_by("id"))
    assert [(row.state, len(row.body) > 0) for row in rows] == [("refused", length) for length in (True, False) * 2]

    assert await here.run(inbox.prune_received) == 2

    kept = await here.run(lambda: Received.all().order_by("id"))
    assert [row.id for row in kept] == [row.id for row in rows[2:]]
    with pytest.raises(NotFound):
        await here.run(replay, Operator("command line"), kept[-1].id)


async def test_whoever_is_heard_from_is_asked_who_they_are_once_a_day(here: Instance, peer: Peer) -> None:
    mia = await _followed(here, peer)
    peer.actor("mia", summary="From the moor")

    async def words_after(note: str) -> str:
        assert (await peer.post(here, peer.activity("Create", mia, peer.note(mia, note)))).status_code == 202
        await here.work()
        actor = await here.run(lambda: Actor.get(uri=mia))
        return actor.summary

    assert "moor" not in await words_after("1"), "it is not a day yet"
    await here.run(lambda: Actor.filter(uri=mia).update(fetched_at=now() - timedelta(days=2)))
    assert "moor" in await words_after("2")


async def test_an_activity_that_nobody_understands_is_kept_with_the_reason(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")

    assert (await peer.post(here, peer.activity("Arrive", mia, "https://peer.test/places/1"))).status_code == 202
    await here.work()

    state, reason = (await _received(here))[0]
    assert state == "refused"
    assert reason is not None
    assert "Arrive" in reason


async def test_what_is_announced_is_fetched_from_its_own_origin(here: Instance, peer: Peer, network: Network) -> None:
    mia = await _followed(here, peer)
    other = Peer(network, "other.test")
    eve = other.actor("eve")
    true = other.note(eve, content="<p>What Eve said</p>")
    other.serve(true["id"], {"@context": "https://www.w3.org/ns/activitystreams", **true})
    lie = true | {"content": "<p>What Eve never said</p>"}

    await peer.post(here, peer.activity("Announce", mia, lie))
    await here.work()

    assert (await here.run(lambda: Record.get(uri=true["id"]))).content == "<p>What Eve said</p>"


async def test_the_instance_answers_that_it_is_busy_when_a_key_cannot_be_asked_for(
    here: Instance, peer: Peer, network: Network
) -> None:
    mia = f"{peer.origin}/users/mia"

    answer = await peer.post(here, peer.activity("Create", mia, peer.note(mia)))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    await settle(here)


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 202), (1024 * 1024 + 1, 413)])
async def test_an_activity_may_have_exactly_one_mebibyte(here: Instance, peer: Peer, size: int, status: int) -> None:
    mia = await _followed(here, peer)
    create = peer.activity("Create", mia, peer.note(mia, content=""))
    spare = size - len(json.dumps(create).encode())
    create["object"]["content"] = "x" * spare

    assert (await peer.post(here, create)).status_code == status
