"""What proves who made a record, on documents that we serve and on what we keep of those of others."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.envelopes import envelope_of, object_in, opened
from fedirec.activitypub.follows import follow
from fedirec.activitypub.keys import generate_ed25519
from fedirec.activitypub.proofs import add_proof, verify_proof
from fedirec.clock import now
from fedirec.remix.actions.descendants import look_for_remixes
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.models import Record, RecordRevision, Snapshot, Source
from fedirec.remix.proofs import proved_document
from fedirec.remix.queries.proofs import key_that_proves
from tests.network import KEYS, Instance, Network, settle
from tests.peer import ED25519, Peer
from tests.remix.spreading import publish, serve_pages, serve_source

ACCEPT = "application/activity+json"
RECORD_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {"fr": "https://w3id.org/fedirec/ns#", "kind": "fr:kind"},
]


async def test_a_record_is_served_with_a_proof_that_is_always_the_same_and_verifies(here: Instance) -> None:
    ana = await here.join("ana")
    record = await here.run(publish_record, ana, RecordDraft(title="Rain", text="On tin", licence="CC-BY-4.0"))

    path = record.uri.removeprefix(here.origin)
    first = (await here.get(path, accept=ACCEPT)).json()
    verify_proof(first, KEYS.ed25519.public, now=now())
    assert first["proof"]["created"][:19] == first["published"][:19]
    assert first["proof"]["verificationMethod"].startswith(ana.uri)
    assert first["proof"]["@context"] == first["@context"]

    await here.run(edit_record, ana, record, RecordDraft(title="Rain", text="On slate", licence="CC-BY-4.0"))
    second = (await here.get(path, accept=ACCEPT)).json()
    verify_proof(second, KEYS.ed25519.public, now=now())
    assert second["proof"]["created"][:19] == second["updated"][:19]
    assert (await here.get(path, accept=ACCEPT)).json() == second


async def test_what_comes_from_another_instance_is_kept_with_what_proves_it(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain = await here.run(publish_record, ana, RecordDraft(title="Rain", text="On tin", licence="CC-BY-4.0"))
    found = await there.find_record(rain.uri)
    draft = RecordDraft(title="Slow rain", text="x", licence="CC-BY-4.0", sources=[SourceDraft(record=found)])
    remix = await there.run(publish_record, bo, draft)
    await settle(here, there)

    fetched = await there.run(lambda: RecordRevision.get(record__uri=rain.uri))
    assert fetched.envelope is None
    assert proved_document(fetched) == fetched.document
    snapshot = await there.run(lambda: Snapshot.get(uri=rain.uri))
    proved = proved_document(snapshot)
    assert proved is not None
    verify_proof(proved, KEYS.ed25519.public, now=now())
    key = await there.run(key_that_proves, proved, actor_uri=ana.uri)
    assert key is not None
    assert key.key_id == proved["proof"]["verificationMethod"]

    delivered = await here.run(lambda: RecordRevision.get(record__uri=remix.uri))
    assert delivered.envelope
    assert "object" not in delivered.envelope
    activity = proved_document(delivered)
    assert activity is not None
    verify_proof(activity, KEYS.ed25519.public, now=now())
    assert activity["object"]["id"] == remix.uri
    assert await here.run(key_that_proves, activity, actor_uri=bo.uri) is not None
    assert await here.run(key_that_proves, activity, actor_uri=ana.uri) is None, "it is nobody else's"
    changed = {**activity, "object": {**activity["object"], "name": "Mine"}}
    assert await here.run(key_that_proves, changed, actor_uri=bo.uri) is None


async def test_a_snapshot_of_what_was_delivered_has_the_envelope_and_the_moment_of_its_version(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    follower = await there.meet(ana)
    from_ana = await here.run(publish_record, ana, RecordDraft(title="Rain", text="On tin", licence="CC-BY-4.0"))
    await there.run(follow, bo, follower)
    await settle(here, there)
    await here.run(edit_record, ana, from_ana, RecordDraft(title="Rain", text="On slate", licence="CC-BY-4.0"))
    second = await here.run(publish_record, ana, RecordDraft(title="Hail", text="On tin", licence="CC-BY-4.0"))
    await settle(here, there)

    found = await there.find_record(second.uri)
    draft = RecordDraft(title="Slow", text="x", licence="CC-BY-4.0", sources=[SourceDraft(record=found)])
    await there.run(publish_record, bo, draft)

    snapshot = await there.run(lambda: Snapshot.get(uri=second.uri))
    assert snapshot.envelope is not None
    activity = proved_document(snapshot)
    assert activity is not None
    verify_proof(activity, KEYS.ed25519.public, now=now())
    assert snapshot.document_digest == digest_json(snapshot.document)
    assert snapshot.updated_at is None


ACTIVITIES: list[tuple[str, dict[str, Any]]] = [
    ("an object that is only named", {"object": "https://x.test/1"}),
    ("no object at all", {}),
    ("no proof", {"object": {"id": "https://x.test/1"}}),
]


@pytest.mark.parametrize(("what", "parts"), ACTIVITIES, ids=[what for what, _ in ACTIVITIES])
def test_without_a_proof_or_an_object_there_is_no_envelope(what: str, parts: dict[str, Any]) -> None:
    assert envelope_of({"@context": RECORD_CONTEXT, "type": "Create", **parts}) is None


@pytest.mark.parametrize(
    "embedded",
    [
        {"id": "https://x.test/1", "name": "Æ", "n": [1, 2.5, None, True]},
        {"@context": ["https://www.w3.org/ns/activitystreams"], "id": "https://x.test/1"},
        {"@context": "https://www.w3.org/ns/activitystreams", "id": "https://x.test/1", "object": {"object": 1}},
    ],
)
def test_an_envelope_and_what_was_in_it_are_again_what_was_signed(embedded: dict[str, Any]) -> None:
    key = generate_ed25519()
    activity = add_proof(
        {"@context": RECORD_CONTEXT, "type": "Create", "actor": "https://x.test/u", "object": embedded},
        key=key,
        verification_method="https://x.test/u#key",
        created=now(),
    )
    envelope, inside = envelope_of(activity), object_in(activity)
    assert envelope is not None
    assert inside is not None
    assert "@context" in inside
    stored = json.loads(json.dumps([envelope, inside], sort_keys=True))
    again = opened(*stored)
    assert again == activity
    verify_proof(again, key.public, now=now())


def test_an_object_with_the_very_context_of_its_activity_is_not_taken_apart() -> None:
    """Nobody could tell any more whether it said so itself, and the proof covers that."""
    embedded = {"@context": RECORD_CONTEXT, "id": "https://x.test/1"}
    activity = add_proof(
        {"@context": RECORD_CONTEXT, "type": "Create", "object": embedded},
        key=generate_ed25519(),
        verification_method="https://x.test/u#key",
        created=now(),
    )
    assert envelope_of(activity) is None


OTHER = generate_ed25519()


@pytest.mark.parametrize(
    ("key", "changes", "is_kept"),
    [
        (ED25519, {}, True),
        (OTHER, {}, False),
        (ED25519, {"name": "Not what was signed"}, False),
    ],
    ids=["their own key", "a key of nobody", "changed after it was signed"],
)
async def test_a_proof_on_what_came_embedded_is_kept_only_if_it_holds(
    here: Instance, network: Network, key: Any, changes: dict[str, Any], is_kept: bool
) -> None:
    peer = Peer(network)
    multikey = {"type": "Multikey", "publicKeyMultibase": ED25519.public.multibase}
    uri = f"{peer.origin}/users/mia"
    mia = peer.actor("mia", assertionMethod=[{**multikey, "id": f"{uri}#ed25519", "controller": uri}])
    ana = await here.join("ana")
    note = peer.note(mia, kind="record", license="https://creativecommons.org/licenses/by/4.0/", cc=[ana.uri])
    proved = add_proof(
        {"@context": RECORD_CONTEXT, **note}, key=key, verification_method=f"{uri}#ed25519", created=now()
    )

    answer = await peer.post(here, peer.activity("Create", mia, proved | changes))
    assert answer.status_code == 202
    await here.work()

    kept = await here.run(lambda: RecordRevision.get(record__uri=note["id"]))
    assert ("proof" in kept.document) is is_kept
    shown = proved_document(kept)
    assert (shown is not None) is is_kept
    assert shown is None or await here.run(key_that_proves, shown, actor_uri=mia) is not None


async def test_a_source_that_its_origin_proves_only_later_gets_a_second_copy_and_the_first_one_stays(
    here: Instance, network: Network
) -> None:
    """An instance of an earlier version served its records without proofs, and is up to date by now."""
    peer = Peer(network)
    uri = f"{peer.origin}/users/mia"
    mia = peer.actor("mia", assertionMethod=[_multikey(uri)])
    ana = await here.join("ana")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    mine = await publish(here, ana, "Mine", rain)
    await here.work()
    (bare,) = await here.run(lambda: Snapshot.filter(uri=rain))
    assert proved_document(bare) is None
    assert (await here.run(lambda: Source.get(record__uri=mine))).snapshot_id == bare.id

    document = json.loads(network.answers[rain].content)
    proved = add_proof(
        {**document, "@context": [*document["@context"], "https://w3id.org/security/data-integrity/v2"]},
        key=ED25519,
        verification_method=f"{uri}#ed25519",
        created=now(),
    )
    peer.serve(rain, proved)
    await here.run(lambda: Record.filter(uri=rain).update(remixes_asked_at=None, fetched_at=now() - timedelta(hours=1)))
    await here.run(_look, rain)
    await here.work()

    first, second = await here.run(lambda: Snapshot.filter(uri=rain).order_by("id"))
    assert (first.id, first.document, first.envelope) == (bare.id, bare.document, None)
    assert proved_document(second) == proved
    assert (second.title, second.licence, second.record_digest) == (first.title, first.licence, first.record_digest)
    assert (await here.run(lambda: Source.get(record__uri=mine))).snapshot_id == second.id

    await here.run(lambda: Record.filter(uri=rain).update(remixes_asked_at=None))
    await here.run(_look, rain)
    await here.work()
    assert await here.run(lambda: Snapshot.filter(uri=rain).count()) == 2


@pytest.mark.parametrize(
    ("what", "changes", "key"),
    [
        ("another version", {"name": "Snow"}, ED25519),
        ("another licence", {"license": "https://creativecommons.org/publicdomain/zero/1.0/"}, ED25519),
        ("a key of nobody", {}, OTHER),
        ("somebody else's", {"attributedTo": "https://peer.test/users/eve"}, ED25519),
    ],
)
async def test_what_does_not_prove_the_version_that_was_built_on_is_not_kept_as_its_proof(
    here: Instance, network: Network, what: str, changes: dict[str, Any], key: Any
) -> None:
    peer = Peer(network)
    uri = f"{peer.origin}/users/mia"
    mia = peer.actor("mia", assertionMethod=[_multikey(uri)])
    peer.actor("eve")
    ana = await here.join("ana")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    mine = await publish(here, ana, "Mine", rain)
    await here.work()
    before = await here.run(lambda: Source.get(record__uri=mine))

    document = json.loads(network.answers[rain].content) | changes
    proved = add_proof(
        {**document, "@context": [*document["@context"], "https://w3id.org/security/data-integrity/v2"]},
        key=key,
        verification_method=f"{uri}#ed25519",
        created=now(),
    )
    peer.serve(rain, proved)
    await here.run(lambda: Record.filter(uri=rain).update(remixes_asked_at=None, fetched_at=now() - timedelta(hours=1)))
    await here.run(_look, rain)
    await here.work()

    assert await here.run(lambda: Snapshot.filter(uri=rain).count()) == 1
    assert (await here.run(lambda: Source.get(record__uri=mine))).snapshot_id == before.snapshot_id


async def _look(uri: str) -> int:
    return await look_for_remixes(await Record.filter(uri=uri).select_related("author"))


def _multikey(actor: str) -> dict[str, Any]:
    return {
        "id": f"{actor}#ed25519",
        "type": "Multikey",
        "controller": actor,
        "publicKeyMultibase": ED25519.public.multibase,
    }
