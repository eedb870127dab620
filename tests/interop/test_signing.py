"""What is not signed, or signed by somebody else, has no effect on either side; what we sign, others can check."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from fedirec.activitypub.keys import generate_rsa
from fedirec.activitypub.signatures import Scheme, sign_request
from tests.interop.conftest import PAIRS, Two
from tests.interop.peers import until

STRANGER = generate_rsa()
CONTEXT = "https://www.w3.org/ns/activitystreams"


def follow(actor: str, whom: str) -> bytes:
    activity = {"@context": CONTEXT, "id": f"{actor}#follow", "type": "Follow", "actor": actor, "object": whom}
    return json.dumps(activity).encode()


def signed_by_a_stranger(url: str, body: bytes, key_id: str, kind: Scheme) -> dict[str, str]:
    signed = sign_request(
        method="POST", url=url, body=body, key_id=key_id, private_key=STRANGER, now=datetime.now(UTC), kind=kind
    )
    return {"content-type": "application/activity+json", **signed}


def test_nobody_is_believed_who_does_not_sign_for_themselves(two: Two) -> None:
    home, peer = two.home, two.peer
    inbox = f"{home.origin}/inbox"
    before = {each.id for each in home.received()}
    for name in (peer.actor, f"{peer.origin}/users/nobody", home.ana):
        asked = {"inbox": inbox, "as": name, "whom": home.ana}
        assert peer.tell("pretend", **asked, signed=False) == 401
        if name != peer.actor:
            assert peer.tell("pretend", **asked, signed=True) in (401, 403)
    assert {each.id for each in home.received()} == before


@pytest.mark.parametrize("kind", ["cavage", "rfc9421"])
def test_neither_does_the_other_side_believe_who_signs_for_us(two: Two, kind: Scheme) -> None:
    home, peer = two.home, two.peer
    known = peer.state["followers"]
    forged = follow(f"{home.origin}/actor", peer.actor)
    assert peer.post("/inbox", content=forged, headers={"content-type": "application/activity+json"}) == 401
    signed = signed_by_a_stranger(f"{peer.origin}/inbox", forged, f"{home.origin}/actor#main-key", kind)
    assert peer.post("/inbox", content=forged, headers=signed) == 401
    assert peer.state["followers"] == known


def test_what_we_sign_is_checked_by_the_other_side(two: Two) -> None:
    home, peer = two.home, two.peer
    record = home.ask("POST", "/records", title="Signed", text="In two ways.", licence="CC0-1.0")
    [created] = until(lambda: peer.received("Create", home.ana, record["uri"]))
    assert created["key"] == f"{home.ana}#main-key"
    assert created["proofs"] == [f"{home.ana}#ed25519"]
    # Fedify signs in RFC 9421, so we do as well from then on; apkit knows only the draft.
    ours = [each for each in peer.state["received"] if each.get("actor") == home.ana]
    assert {each["scheme"] for each in ours} == ({"cavage", "rfc9421"} if peer.make == "fedify" else {"cavage"})


# apkit 0.3.8 looks at proofs in its inbox and never finds the key, so there they count with a signature only.
@pytest.mark.parametrize("two", [pair for pair in PAIRS if pair[0] == "fedify"], indirect=True, ids="-".join)
def test_a_proof_of_ours_counts_whoever_brings_it_and_only_for_what_was_said(two: Two) -> None:
    home, peer = two.home, two.peer
    record = home.ask("POST", "/records", title="Passed on", text="By somebody.", licence="CC0-1.0")
    [created] = until(lambda: peer.received("Create", home.ana, record["uri"]))
    document = created["document"]
    unsigned = {"content-type": "application/activity+json"}
    assert peer.post("/inbox", content=json.dumps(document).encode(), headers=unsigned) == 202

    document["object"]["name"] = "Turned around"
    assert peer.post("/inbox", content=json.dumps(document).encode(), headers=unsigned) == 401
    assert peer.state["received"][-1]["proofs"] == [None]
    assert peer.state["theirs"][record["uri"]]["name"] == "Passed on"
