"""Activities that somebody else brings: believed when they are proved, asked for when they are not, or refused."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.keys import PrivateKey, generate_ed25519
from fedirec.activitypub.models import Actor, Evidence, Follow, Received
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.proofs import add_proof
from fedirec.clock import now
from fedirec.errors import Invalid
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Comment, Record
from tests.network import Instance, Network
from tests.peer import CONTEXT, ED25519, OTHER_RSA, RSA, Peer

OTHER_ED25519 = generate_ed25519()
PROVED = [*CONTEXT, "https://w3id.org/security/data-integrity/v2"]


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


@pytest.fixture
def relay(network: Network) -> Peer:
    return Peer(network, "relay.test")


def proving(peer: Peer, name: str, *, key: PrivateKey = ED25519, **changes: Any) -> str:
    """The id of an actor whose document lists an Ed25519 key."""
    uri = f"{peer.origin}/users/{name}"
    multikey = {"type": "Multikey", "controller": uri, "publicKeyMultibase": key.public.multibase}
    return peer.actor(name, assertionMethod=[{"id": f"{uri}#ed25519", **multikey}], **changes)


def proved(document: dict[str, Any], *, key: PrivateKey = ED25519, method: str = "", **how: Any) -> dict[str, Any]:
    by = method or f"{document.get('actor') or document.get('attributedTo')}#ed25519"
    created = how.pop("created", now())
    return add_proof({**document, "@context": PROVED}, key=key, verification_method=by, created=created)


async def _states(instance: Instance) -> list[str]:
    return [
        str(row) for row in await instance.run(lambda: Received.all().order_by("id").values_list("state", flat=True))
    ]


async def _followed(here: Instance, uri: str) -> None:
    """Somebody here follows the actor, and is not answered."""
    ana, mia = await here.join("ana"), await here.meet(uri)
    await here.run(follow, ana, mia)
    await here.run(lambda: Follow.filter(target_id=mia.id).update(accepted_at=now()))


@pytest.mark.parametrize("host", ["relay.test", "peer.test"])
async def test_what_its_actor_proved_is_theirs_whoever_brings_it(
    here: Instance, peer: Peer, network: Network, host: str
) -> None:
    mia, bearer = proving(peer, "mia"), Peer(network, host).actor("relay", key=OTHER_RSA)
    await _followed(here, mia)
    create = proved(peer.activity("Create", mia, peer.note(mia)))
    delete = proved(peer.activity("Delete", mia, f"{peer.origin}/notes/1"))

    answers = []
    for activity in (create, create, delete):
        answers.append(await peer.post(here, activity, key=OTHER_RSA, key_id=f"{bearer}#main-key"))
        await here.work()

    assert [answer.status_code for answer in answers] == [202, 202, 202], answers[0].text
    record = await here.run(lambda: Record.get(uri=f"{peer.origin}/notes/1").select_related("author"))
    assert (record.author.uri, record.deleted_at is not None) == (mia, True)
    evidence = await here.run(lambda: Evidence.get(subject_uri=record.uri))
    assert (evidence.key_id, evidence.fingerprint) == (f"{mia}#ed25519", ED25519.public.fingerprint)


WRONG: dict[str, int] = {
    "no proof": 401,
    "another key": 401,
    "a key of the bearer": 401,
    "a key that she does not list": 401,
    "an object that was changed": 401,
    "an audience that was changed": 401,
    "another context": 400,
    "two proofs": 400,
    "no value": 400,
    "for another purpose": 400,
    "for another occasion": 400,
    "from the future": 401,
    "past its end": 401,
    "older than what is remembered": 401,
    "without a date": 401,
    "without an id": 403,
    "another suite": 401,
    "a bearer who signs wrongly": 401,
}


@pytest.mark.parametrize(("what", "status"), WRONG.items(), ids=WRONG)
async def test_what_is_not_proved_right_is_refused_and_not_kept(
    here: Instance, peer: Peer, relay: Peer, network: Network, what: str, status: int
) -> None:
    mia, bearer = proving(peer, "mia"), proving(relay, "relay", key=OTHER_ED25519)
    create = peer.activity("Create", mia, peer.note(mia))
    sent = proved(create)
    signed_with: dict[str, Any] = {}
    match what:
        case "no proof":
            sent = create
        case "another key":
            sent = proved(create, key=OTHER_ED25519)
        case "a key of the bearer":
            sent = proved(create, key=OTHER_ED25519, method=f"{bearer}#ed25519")
        case "a key that she does not list":
            sent = proved(create, method=f"{mia}#other")
        case "an object that was changed":
            sent["object"]["content"] = "<p>Forged</p>"
        case "an audience that was changed":
            sent["cc"] = ["https://here.test/u/ana"]
        case "another context":
            sent["@context"] = PROVED[:2]
        case "two proofs":
            sent["proof"] = [sent["proof"], deepcopy(sent["proof"])]
        case "no value":
            del sent["proof"]["proofValue"]
        case "for another purpose":
            sent["proof"]["proofPurpose"] = "authentication"
        case "for another occasion":
            sent["proof"]["domain"] = "here.test"
        case "from the future":
            sent = proved(create, created=now() + timedelta(hours=2))
        case "past its end":
            sent["proof"]["expires"] = "2020-01-01T00:00:00Z"
        case "older than what is remembered":
            sent = proved(create, created=now() - timedelta(days=31))
        case "without a date":
            del sent["proof"]["created"]
        case "without an id":
            sent = proved({name: value for name, value in create.items() if name != "id"})
        case "another suite":
            sent["proof"]["cryptosuite"] = "eddsa-rdfc-2022"
        case "a bearer who signs wrongly":
            signed_with = {"key": OTHER_RSA}

    answer = await relay.post(here, sent, actor=bearer, **signed_with)

    assert answer.status_code == status, answer.text
    assert await _states(here) == []
    if what in ("no proof", "another suite"):
        assert [request for request in network.requests if request.url.host == "peer.test"] == [], "CVE-2025-54888"


async def test_a_wrong_proof_is_a_refusal_even_where_the_signature_is_right(here: Instance, peer: Peer) -> None:
    mia = proving(peer, "mia")
    good = proved(peer.activity("Create", mia, peer.note(mia)))
    changed = deepcopy(proved(peer.activity("Create", mia, peer.note(mia))))
    changed["object"]["content"] = "<p>Changed on the way</p>"
    elsewhere = proved(peer.activity("Create", mia, peer.note(mia)), method="https://other.test/u/x#key")
    unread = proved(peer.activity("Create", mia, peer.note(mia)))
    unread["proof"]["cryptosuite"] = "bbs-2023"
    unknown = proved(peer.activity("Create", mia, peer.note(mia)), method="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1")

    answers = [(await peer.post(here, each)).status_code for each in (good, changed, elsewhere, unread, unknown)]

    assert answers == [202, 401, 401, 202, 202]
    assert len(await _states(here)) == 3


async def test_a_proof_may_have_been_made_with_a_new_key(here: Instance, peer: Peer, relay: Peer) -> None:
    mia, bearer = proving(peer, "mia"), relay.actor("relay")
    await here.meet(mia)
    proving(peer, "mia", key=OTHER_ED25519)

    sent = proved(peer.activity("Create", mia, peer.note(mia)), key=OTHER_ED25519)

    assert (await relay.post(here, sent, actor=bearer)).status_code == 202


async def test_nobody_brings_back_what_somebody_was_like_before(
    here: Instance, peer: Peer, relay: Peer, network: Network
) -> None:
    """A key that was changed because somebody else has it stays changed."""
    mia, bearer = proving(peer, "mia", summary="as before"), relay.actor("relay")
    before = json.loads(network.answers[mia].content)
    old = proved(peer.activity("Update", mia, before), created=now() - timedelta(days=20))
    rotated = {**before["publicKey"], "publicKeyPem": OTHER_RSA.public.pem}
    peer.serve(mia, {**before, "summary": "by now", "publicKey": rotated})
    met = await here.meet(mia)

    assert (await relay.post(here, old, actor=bearer)).status_code == 202
    await here.work()

    known = await here.run(lambda: Actor.get(id=met.id))
    assert known.summary == "by now"
    stolen = await peer.post(here, peer.activity("Like", mia, f"{here.origin}/records/1"), key=RSA)
    assert stolen.status_code == 401
    peer.serve(mia, {**before, "summary": "even later", "publicKey": rotated})
    again = proved(peer.activity("Update", mia, before))
    assert (await relay.post(here, again, actor=bearer)).status_code == 202
    await here.work()
    assert (await here.run(lambda: Actor.get(id=met.id))).summary == "even later", "what changed is asked for"


async def test_nobody_brings_what_was_said_by_us_or_by_whom_we_do_not_federate_with(
    here: Instance, peer: Peer, relay: Peer, network: Network
) -> None:
    ana = await here.join("ana")
    mia, bearer = proving(peer, "mia"), relay.actor("relay")
    await here.run(lambda: KnownPeer.create(origin=peer.origin, policy="block"))
    ours = {**peer.activity("Create", ana.uri, peer.note(ana.uri)), "id": f"{here.origin}/activities/1"}

    answers = [
        (await relay.post(here, sent, actor=bearer)).status_code
        for sent in (proved(ours), proved(peer.activity("Create", mia, peer.note(mia))))
    ]

    assert answers == [403, 403]
    assert await _states(here) == []
    assert [request for request in network.requests if request.url.host == "peer.test"] == []


async def test_of_what_nothing_proves_that_can_be_checked_only_the_name_is_taken(
    here: Instance, peer: Peer, relay: Peer, network: Network
) -> None:
    """As Mastodon passes replies on: with a linked data signature."""
    bearer, mia = relay.actor("relay"), peer.actor("mia", key=OTHER_RSA)
    await _followed(here, bearer)
    ana = await here.run(lambda: Follow.all().first().select_related("follower"))
    assert ana is not None
    song = await here.run(publish_record, ana.follower, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    said = peer.note(mia, inReplyTo=song.uri, content="<p>Forged</p>")
    create = peer.activity("Create", mia, said, signature={"type": "RsaSignature2017", "signatureValue": "x"})
    peer.serve(said["id"], {"@context": CONTEXT, **said, "content": "<p>Lovely</p>"})

    assert (await relay.post(here, create, actor=bearer)).status_code == 202
    await here.work()

    comment = await here.run(lambda: Comment.get(uri=said["id"]).select_related("author"))
    assert (comment.content, comment.author.uri) == ("<p>Lovely</p>", mia)
    assert (await peer.post(here, peer.activity("Create", mia, said))).status_code == 202

    stranger = relay.actor("stranger", key=OTHER_RSA)
    before = len(network.requests)
    other = {**create, "id": f"{peer.origin}/activities/x", "object": {**said, "id": f"{peer.origin}/notes/2"}}
    assert (await relay.post(here, other, actor=stranger)).status_code == 202
    await here.work()
    assert not any(str(request.url) == f"{peer.origin}/notes/2" for request in network.requests[before:])
    peer.serve(said["id"], {}, status=410)
    delete = peer.activity("Delete", mia, said["id"], signature={"type": "RsaSignature2017"})
    assert (await relay.post(here, delete, actor=bearer)).status_code == 202
    await here.work()
    gone = await here.run(lambda: Comment.get_or_none(uri=said["id"]))
    assert gone is None or gone.deleted_at is not None


async def test_an_object_with_a_wrong_proof_is_none(here: Instance, peer: Peer) -> None:
    mia = proving(peer, "mia")
    note = proved(peer.note(mia))
    peer.serve(note["id"], note)
    assert (await here.find_record(note["id"])).content == "<p>Hello</p>"

    wrong = proved(peer.note(mia, "2"))
    wrong["content"] = "<p>Changed</p>"
    peer.serve(wrong["id"], wrong)
    with pytest.raises(Invalid, match="proof"):
        await here.find_record(wrong["id"])

    document = {"id": f"{peer.origin}/users/bob", "type": "Person", "inbox": f"{peer.origin}/users/bob/inbox"}
    peer.serve(document["id"], proved(document, method=f"{document['id']}#ed25519"))
    with pytest.raises(Invalid, match="proof"):
        await here.meet(document["id"])
