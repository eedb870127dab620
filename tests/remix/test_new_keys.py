"""Whether somebody elsewhere is who they were: keys that change as they should, and pages that say when not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.models import AuditEvent
from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.actors.vouching import SeenKey, changed_since, key_changed_at, vouching_keys
from fedirec.activitypub.keys import PrivateKey, generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor, ActorKey, Received
from fedirec.activitypub.proofs import add_proof
from fedirec.admin.actions.confirming import confirm_keys
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.models import Record, RecordRevision, RemixRequest
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import PUBLIC, Peer
from tests.remix.test_comments import publish
from tests.remix.test_remix_requests import Author, remix

NEW_RSA = generate_rsa()
NEW = generate_ed25519()
OPERATOR = Operator("command line")


@pytest.fixture
def peer(network: Network) -> Peer:
    found = Peer(network, "social.test")
    found.serve(f"{found.origin}/inbox", {}, status=202)
    return found


async def asked(here: Instance, peer: Peer) -> tuple[Author, Record, RemixRequest]:
    """ana made something from Kim's record, and Kim was asked."""
    ana, kim = await here.join("ana"), Author(peer, "kim")
    made = await remix(here, ana, kim.record("roof"))
    await settle(here)
    request = await here.run(lambda: RemixRequest.all().order_by("id").first())
    assert request is not None
    return kim, made, request


def rotated(peer: Peer, kim: Author, *, ed25519: PrivateKey | None = None) -> dict[str, Any]:
    """Kim's server serves a new RSA key, and perhaps a new one for proofs, from now on; what it serves."""
    document = json.loads(peer.network.answers[kim.uri].content)
    document["publicKey"]["publicKeyPem"] = NEW_RSA.public.pem
    if ed25519:
        document["assertionMethod"][0]["publicKeyMultibase"] = ed25519.public.multibase
    peer.serve(kim.uri, document)
    return dict(document)


async def agrees(here: Instance, peer: Peer, kim: Author, made: Record, request: RemixRequest) -> str:
    """What becomes of the question when Kim's server agrees with its new key."""
    stamp = kim.stamp(made, request.source_uri)
    await peer.post(here, peer.activity("Accept", kim.uri, request.uri, to=[], result=stamp), key=NEW_RSA)
    await settle(here)
    return (await here.run(lambda: RemixRequest.get(id=request.id))).state


async def page(here: Instance, path: str) -> str:
    return (await here.get(path)).text


async def test_keys_that_change_as_mastodon_changes_them_lose_nothing(here: Instance, peer: Peer) -> None:
    """`tootctl accounts rotate` signs the Update with the old key, under the same name."""
    kim, made, request = await asked(here, peer)
    document = rotated(peer, kim)
    await peer.post(here, peer.activity("Update", kim.uri, document))
    await settle(here)

    assert await agrees(here, peer, kim, made, request) == "approved"
    met = await here.meet(kim.uri)
    assert await here.run(key_changed_at, met.id) is None
    assert await here.run(welcome_guest, met)
    assert "new keys" not in await page(here, f"/people/remote/{met.id}")


async def test_an_update_by_the_old_key_counts_though_the_new_one_was_seen_first_and_what_was_said_meanwhile_too(
    here: Instance, peer: Peer
) -> None:
    kim, made, request = await asked(here, peer)
    document = rotated(peer, kim)
    assert await agrees(here, peer, kim, made, request) == "waiting"
    refused = await here.run(lambda: Received.all().order_by("-id").first())
    assert refused is not None
    assert refused.state == "refused"
    assert refused.reason == f"their key changed on {now():%Y-%m-%d}, and no key that we knew before says so"

    assert (await peer.post(here, peer.activity("Update", kim.uri, document))).status_code == 202
    await settle(here)

    assert await here.run(lambda: RemixRequest.filter(id=request.id, state="approved").exists())
    assert await here.run(lambda: Received.filter(state="refused").count()) == 0


async def test_an_update_that_the_old_key_for_proofs_proves_counts_as_well(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    kim, made, request = await asked(here, peer)
    time_passes(timedelta(hours=1))
    document = rotated(peer, kim, ed25519=NEW)
    update = add_proof(
        peer.activity("Update", kim.uri, document), key=kim.key, verification_method=kim.method, created=now()
    )
    assert (await peer.post(here, update, key=NEW_RSA)).status_code == 202
    await settle(here)

    kim.key = NEW
    assert await agrees(here, peer, kim, made, request) == "approved"


async def test_a_document_that_an_old_key_proves_vouches_for_the_keys_in_it(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    kim, made, request = await asked(here, peer)
    time_passes(timedelta(hours=1))
    document = rotated(peer, kim, ed25519=NEW)
    peer.serve(kim.uri, add_proof(document, key=kim.key, verification_method=kim.method, created=now()))

    kim.key = NEW
    assert await agrees(here, peer, kim, made, request) == "approved"


async def test_what_is_signed_with_a_new_key_and_proved_with_an_old_one_counts(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    kim, _made, request = await asked(here, peer)
    time_passes(timedelta(hours=1))
    rotated(peer, kim)
    said = add_proof(
        peer.activity("Reject", kim.uri, request.uri), key=kim.key, verification_method=kim.method, created=now()
    )
    await peer.post(here, said, key=NEW_RSA)
    await settle(here)

    assert (await here.run(lambda: RemixRequest.get(id=request.id))).state == "refused"


async def test_a_key_of_a_new_kind_beside_the_old_one_changes_nothing(here: Instance, peer: Peer) -> None:
    uri = peer.actor("mia")
    met = await here.meet(uri)
    peer.actor(
        "mia",
        assertionMethod=[
            {
                "id": f"{uri}#ed25519",
                "type": "Multikey",
                "controller": uri,
                "publicKeyMultibase": NEW.public.multibase,
            }
        ],
    )
    fresh = await here.run(lambda: here.state["remote"].find_actor(uri, fresh=True))

    assert await here.run(key_changed_at, met.id) is None
    assert await here.run(welcome_guest, fresh)
    assert not (await here.run(lambda: ActorKey.get(actor__uri=uri, kind="ed25519"))).is_vouched


async def test_a_moderator_who_found_out_confirms_that_it_is_them(here: Instance, peer: Peer) -> None:
    kim, made, request = await asked(here, peer)
    rotated(peer, kim)
    assert await agrees(here, peer, kim, made, request) == "waiting"
    await here.join("mo", role=Role.MODERATOR)
    met = await here.run(lambda: Actor.get(uri=kim.uri))
    case = f"/admin/reports/{met.id}"

    async with here.sign_in("mo") as browser:
        shown = (await browser.get(case)).text
        assert "Their keys have changed" in shown
        assert NEW_RSA.public.fingerprint in shown
        assert (await browser.post(f"{case}/keys", data={"why": ""})).status_code == 422
        stale = await browser.post(f"{case}/keys", data={"why": "I rang them.", "key": ["zQmOther"]})
        assert "Their keys have changed since you looked" in stale.text
        keys = [NEW_RSA.public.fingerprint, kim.key.public.fingerprint]
        done = await browser.post(f"{case}/keys", data={"why": "I rang them.", "key": keys})
        assert done.status_code == 303
        assert "Their keys have changed" not in (await browser.get(case)).text
        assert "confirmed that somebody is who they were" in (await browser.get("/admin/audit")).text
    await settle(here)

    assert await here.run(lambda: RemixRequest.filter(id=request.id, state="approved").exists())
    event = await here.run(lambda: AuditEvent.get(action="confirm_keys"))
    assert (event.subject_uri, event.details["reason"]) == (kim.uri, "I rang them.")
    with pytest.raises(Conflict):
        await here.run(lambda: confirm_keys(OPERATOR, met, reason="Again."))
    old = await peer.post(here, peer.activity("Update", kim.uri, json.loads(peer.network.answers[kim.uri].content)))
    assert old.status_code == 401, "whoever has the old key says nothing for them any more"


async def test_nobody_else_confirms_keys_and_nobody_without_saying_why(here: Instance, peer: Peer) -> None:
    kim, made, request = await asked(here, peer)
    rotated(peer, kim)
    await agrees(here, peer, kim, made, request)
    met = await here.run(lambda: Actor.get(uri=kim.uri))
    async with here.sign_in("ana") as browser:
        assert (await browser.post(f"/admin/reports/{met.id}/keys", data={"why": "I like them."})).status_code == 403
    with pytest.raises(Invalid):
        await here.run(lambda: confirm_keys(OPERATOR, met, reason=" "))
    with pytest.raises(Conflict):
        await here.run(lambda: confirm_keys(OPERATOR, met, reason="Yes.", seen=["zQmOther"]))
    assert await here.run(key_changed_at, met.id) is not None


async def test_pages_say_when_the_keys_of_an_author_changed_and_what_still_stands(here: Instance, peer: Peer) -> None:
    kim, made, request = await asked(here, peer)
    source = await here.run(lambda: Record.get(uri=request.source_uri))
    met = await here.run(lambda: Actor.get(uri=kim.uri))
    mine = made.uri.removeprefix(here.origin)
    theirs = f"/records/remote/{source.id}"
    places = [theirs, mine, f"/people/remote/{met.id}"]
    places += [f"{each}{more}" for each in (theirs, mine) for more in ("/lineage", "/history", "/lineage/verify")]
    for place in places:
        assert "no key that we knew before says so" not in await page(here, place)

    rotated(peer, kim)
    await agrees(here, peer, kim, made, request)

    for place in places:
        shown = await page(here, place)
        assert "no key that we knew before says so" in shown, place
        assert "What was said before stands as it was." in shown
        assert "confirm that it is them" not in shown
    document = (await here.get(f"{mine}/lineage.json", accept="application/json")).json()
    changed = {each["id"]: each.get("authorKeysChanged") for each in document["records"]}
    assert changed[made.uri] is None
    assert changed[request.source_uri].startswith(f"{now():%Y-%m-%d}")
    await here.join("mo", role=Role.MODERATOR)
    async with here.sign_in("mo") as browser:
        assert f'href="/admin/reports/{met.id}"' in (await browser.get(theirs)).text


async def test_what_is_new_of_somebody_with_new_keys_proves_nothing(here: Instance, peer: Peer) -> None:
    kim, made, request = await asked(here, peer)
    rotated(peer, kim, ed25519=NEW)
    await agrees(here, peer, kim, made, request)
    ours = await publish(here, await here.run(lambda: Actor.get(local_handle="ana")), "Night")
    address = kim.record("new", isBasedOn=[ours.uri])
    note = json.loads(peer.network.answers[address].content)
    note.pop("@context")
    said = peer.activity("Create", kim.uri, note, to=[PUBLIC])
    await peer.post(here, add_proof(said, key=NEW, verification_method=kim.method, created=now()), key=NEW_RSA)
    await settle(here)

    [version] = await here.run(lambda: RecordRevision.filter(record__uri=address))
    assert version.envelope is None
    assert "proof" not in version.document


def seen(key_id: str, fingerprint: str, *, minute: int, is_vouched: bool, kind: str = "rsa") -> SeenKey:
    moment = now().replace(microsecond=0) + timedelta(minutes=minute)
    return SeenKey(key_id=key_id, kind=kind, fingerprint=fingerprint, is_vouched=is_vouched, seen_at=moment)


def test_a_key_vouches_until_another_one_that_is_vouched_for_takes_its_place() -> None:
    first = seen("k", "one", minute=0, is_vouched=True)
    stolen = seen("k", "two", minute=1, is_vouched=False)
    said = seen("k", "two", minute=2, is_vouched=True)

    assert set(vouching_keys([first])) == {"k"}
    assert vouching_keys([first, stolen])["k"].fingerprint == "one"
    assert vouching_keys([first, stolen, said])["k"].fingerprint == "two"
    assert changed_since([first]) is None
    assert changed_since([first, stolen]) == stolen.seen_at
    assert changed_since([first, stolen, said]) is None


def test_who_has_no_keys_any_more_has_changed_them_unless_they_said_so() -> None:
    first = seen("k", "one", minute=0, is_vouched=True)
    dropped = seen("k", "", minute=1, is_vouched=False)

    assert changed_since([first, dropped]) == dropped.seen_at
    assert changed_since([first, seen("k", "", minute=1, is_vouched=True)]) is None
    assert vouching_keys([first, seen("k", "", minute=1, is_vouched=True)]) == {}
    assert changed_since([]) is None


async def test_a_guest_is_told_whom_to_ask(here: Instance, peer: Peer) -> None:
    kim, made, request = await asked(here, peer)
    rotated(peer, kim)
    await agrees(here, peer, kim, made, request)
    with pytest.raises(Forbidden, match="write to those who run this place"):
        await here.run(welcome_guest, await here.run(lambda: Actor.get(uri=kim.uri)))
