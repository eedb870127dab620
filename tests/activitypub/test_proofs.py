from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fedirec.activitypub import keys
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.digests import canonical, read_multibase, write_multibase
from fedirec.activitypub.proofs import Proof, add_proof, verify_proof
from fedirec.errors import FedirecError, Invalid, Unauthenticated, Unsupported

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
KEY = keys.generate_ed25519()
METHOD = "https://here.example/u/ana#ed25519-key"

# What is published was compared with the files TestVectors/keyPair.json and TestVectors/eddsa-jcs-2022/* of
# https://github.com/w3c/vc-di-eddsa, and with fep-8b32.feature and fep-521a.feature of the Fediverse Enhancement
# Proposals. The other vectors of vc-di-eddsa are of suites that need RDF (eddsa-rdfc-2022, Ed25519Signature2020), which
# nobody in the fediverse uses; so are its sets and chains of proofs, of which we refuse the former as a whole.
PUBLISHED_KEY = keys.read_private_key("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
PUBLISHED_AT = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)

FEP_8B32: dict[str, Any] = {  # https://w3id.org/fep/8b32, fep-8b32.feature
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
VC_DI_EDDSA: dict[str, Any] = {  # https://www.w3.org/TR/vc-di-eddsa/#representation-eddsa-jcs-2022
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
VECTORS = {
    "FEP-8b32": (
        FEP_8B32,
        "https://server.example/users/alice#ed25519-key",
        "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
    ),
    "vc-di-eddsa": (
        VC_DI_EDDSA,
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
    ),
}

NOTE: dict[str, Any] = {
    "@context": RECORD_CONTEXT,
    "id": "https://here.example/records/1",
    "type": "Note",
    "attributedTo": "https://here.example/u/ana",
    "content": "<p>Rain on tin</p>",
    "sensitive": False,
    "tag": [{"type": "Hashtag", "name": "#rain"}],
}


def proved(document: dict[str, Any] = NOTE, *, created: datetime = NOW) -> dict[str, Any]:
    return add_proof(document, key=KEY, verification_method=METHOD, created=created)


def with_options(**options: Any) -> dict[str, Any]:
    """A proof by the right key over options that its holder made up."""
    document = copy.deepcopy(proved())
    document["proof"] |= options
    document["proof"] = {name: value for name, value in document["proof"].items() if value is not None}
    draft = Proof.read(document | {"proof": document["proof"] | {"proofValue": write_multibase(bytes(64))}})
    assert draft is not None
    document["proof"]["proofValue"] = write_multibase(KEY.sign(draft.signed))
    return document


@pytest.mark.parametrize("name", VECTORS)
def test_the_published_proofs_come_out_letter_for_letter(name: str) -> None:
    document, method, value = VECTORS[name]
    made = add_proof(document, key=PUBLISHED_KEY, verification_method=method, created=PUBLISHED_AT)
    assert made["proof"] == {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": "2023-02-24T23:36:38Z",
        "proofValue": value,
    }
    verify_proof(made, keys.read_public_key("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"), now=NOW)


def test_the_published_steps_of_making_a_proof_come_out_byte_for_byte() -> None:
    document, method, value = VECTORS["vc-di-eddsa"]
    assert canonical(document) == (  # canonDocJCS.txt
        b'{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],'
        b'"credentialSubject":{"alumniOf":"The School of Examples","id":"did:example:abcdefgh"},'
        b'"description":"A minimum viable example of an Alumni Credential.",'
        b'"id":"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33","issuer":"https://vc.example/issuers/5678",'
        b'"name":"Alumni Credential","type":["VerifiableCredential","AlumniCredential"],'
        b'"validFrom":"2023-01-01T00:00:00Z"}'
    )
    made = add_proof(document, key=PUBLISHED_KEY, verification_method=method, created=PUBLISHED_AT)
    assert canonical({name: said for name, said in made["proof"].items() if name != "proofValue"}) == (
        b'{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],'
        b'"created":"2023-02-24T23:36:38Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod",'
        b'"type":"DataIntegrityProof","verificationMethod":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'
        b'#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"}'  # proofCanonJCS.txt
    )
    proof = Proof.read(made)
    assert proof is not None
    assert proof.signed.hex() == (  # combinedHashJCS.txt: proofHashJCS.txt and docHashJCS.txt
        "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
        "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    )
    assert read_multibase(value).hex() == (  # sigHexJCS.txt
        "407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b803"
        "51da3f253d725c6f00b07c9e5448d50b3ef78012b9ab54255116d069c6dd2808"
    )


def test_the_published_set_of_proofs_is_no_proof_for_us() -> None:
    """Of proof-set-chain/signedProofSet2.json, the proofs."""
    shared = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "proofPurpose": "assertionMethod",
    }
    proofs = [
        shared
        | {
            "id": "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544",
            "verificationMethod": "did:key:z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7"
            "#z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7",
            "proofValue": "z66vWyqwAghu52WbpRkCwFRTu6Msn92ArtjpJ3gGMSVoU5RADwBfszoDt1QWY8owqLPz4nTj7hAwV7xFti1p93zdr",
        },
        shared
        | {
            "id": "urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54",
            "verificationMethod": "did:key:z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E"
            "#z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E",
            "proofValue": "z2scr94SNNrGpP2bE7ajvKWeUHm7HJ2edDkxpARvFAQ8V3USzwEzibqrXKaLHBrWostswsfvg82twQR88BgtnsrXY",
        },
    ]
    for offered in (proofs, proofs[0], proofs[1]):
        with pytest.raises((Invalid, Unsupported)):
            Proof.read(VC_DI_EDDSA | {"proof": offered})


def test_a_proof_holds_after_a_journey_through_json_in_any_order() -> None:
    arrived = json.loads(json.dumps(proved(), sort_keys=True, indent=3))
    verify_proof(arrived, KEY.public, now=NOW)
    verify_proof(dict(reversed(arrived.items())), KEY.public, now=NOW)


def test_a_proof_names_its_key_and_time_before_it_is_believed() -> None:
    proof = Proof.read(proved())
    assert proof is not None
    assert (proof.verification_method, proof.created, proof.expires) == (METHOD, NOW, None)
    assert Proof.read(NOTE) is None


def test_proving_leaves_the_document_alone_and_repeats_its_context() -> None:
    before = copy.deepcopy(NOTE)
    made = proved()
    assert before == NOTE
    assert made["proof"]["@context"] == made["@context"]
    assert isinstance(made["proof"]["@context"], list)
    made["proof"]["@context"].append("x")
    assert before == NOTE


@pytest.mark.parametrize(
    "document",
    [
        NOTE | {"@context": "https://www.w3.org/ns/activitystreams"},
        {name: value for name, value in NOTE.items() if name != "@context"},
        proved(),
        NOTE | {"totalItems": 2**60},
    ],
    ids=["context is no list", "no context", "proved already", "no canonical form"],
)
def test_what_cannot_be_proved_for_everybody_is_not_proved(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        proved(document)


def test_rsa_makes_and_checks_no_proofs() -> None:
    rsa = keys.generate_rsa()
    with pytest.raises(Invalid):
        add_proof(NOTE, key=rsa, verification_method=METHOD, created=NOW)
    with pytest.raises(Unauthenticated):
        verify_proof(proved(), rsa.public, now=NOW)


def test_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify_proof(proved(), keys.generate_ed25519().public, now=NOW)


def test_without_a_proof_nothing_is_proved() -> None:
    with pytest.raises(Unauthenticated):
        verify_proof(NOTE, KEY.public, now=NOW)


@pytest.mark.parametrize(
    "options",
    [
        {"created": None},
        {"@context": None},
        {"expires": "2026-11-21T10:00:01Z"},
        {"created": "2026-11-21T11:59:59+01:00"},
        {"created": "2026-11-21T10:59:59.5Z"},
        {"nonce": "abc"},
        {"id": "urn:uuid:1"},
    ],
    ids=repr,
)
def test_what_a_proof_may_say_or_leave_out(options: dict[str, Any]) -> None:
    verify_proof(with_options(**options), KEY.public, now=NOW)


def test_a_single_proof_may_come_in_a_list_and_beside_a_linked_data_signature() -> None:
    document = proved()
    verify_proof(document | {"proof": [document["proof"]]}, KEY.public, now=NOW)
    verify_proof(document | {"signature": {"type": "RsaSignature2017"}}, KEY.public, now=NOW)


@pytest.mark.parametrize(
    "options", [{"created": "2026-11-21T11:00:01Z"}, {"expires": "2026-11-21T10:00:00Z"}], ids=repr
)
def test_a_proof_from_the_future_or_past_its_end_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify_proof(with_options(**options), KEY.public, now=NOW)


def test_an_old_proof_still_holds() -> None:
    verify_proof(proved(), KEY.public, now=NOW + timedelta(days=3650))


def changed(**options: Any) -> Callable[[], dict[str, Any]]:
    return lambda: proved() | {"proof": proved()["proof"] | options}


MALFORMED: dict[str, Callable[[], dict[str, Any]]] = {
    "two proofs": lambda: proved() | {"proof": [proved()["proof"], proved()["proof"]]},
    "no proofs": lambda: proved() | {"proof": []},
    "a proof by address": lambda: proved() | {"proof": "https://here.example/proofs/1"},
    "another purpose": changed(proofPurpose="authentication"),
    "no purpose": changed(proofPurpose=None),
    "two purposes": changed(proofPurpose=["assertionMethod"]),
    "a shorter context": changed(**{"@context": RECORD_CONTEXT[:2]}),
    "a longer context": changed(**{"@context": [*RECORD_CONTEXT, "https://w3id.org/security/v1"]}),
    "the document's context was extended": lambda: proved() | {"@context": [*RECORD_CONTEXT, {"kind": "as:actor"}]},
    "no key": changed(verificationMethod=None),
    "a key that is an object": changed(verificationMethod={"id": METHOD}),
    "a key with an endless name": changed(verificationMethod="https://here.example/" + "x" * 3000),
    "no value": changed(proofValue=None),
    "a value in another base": changed(proofValue="u" + "A" * 86),
    "a short value": changed(proofValue=write_multibase(bytes(63))),
    "a long value": changed(proofValue=write_multibase(bytes(65))),
    "a second value": changed(proofValue=[proved()["proof"]["proofValue"]]),
    "a domain": changed(domain="https://here.example"),
    "a challenge": changed(challenge="1"),
    "a chain": changed(previousProof="urn:uuid:1"),
    "a time that is none": changed(created="yesterday"),
    "a day that is none": changed(created="2026-02-30T00:00:00Z"),
    "a time without a zone": changed(created="2026-11-21T10:00:00"),
    "a time in seconds": changed(created=1795255200),
    "an end that is none": changed(expires="never"),
    "an end that is null": changed(expires=None),
    "a number without canonical form": lambda: proved() | {"totalItems": 2**60},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_proof_is_invalid(name: str) -> None:
    with pytest.raises(Invalid):
        verify_proof(MALFORMED[name](), KEY.public, now=NOW)


@pytest.mark.parametrize(
    "options",
    [{"cryptosuite": "eddsa-rdfc-2022"}, {"cryptosuite": None}, {"type": "Ed25519Signature2020"}, {"type": ["x"]}],
    ids=repr,
)
def test_another_suite_is_unsupported_so_that_other_evidence_may_be_used(options: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        Proof.read(changed(**options)())


paths = st.sampled_from(
    [
        ("id",),
        ("type",),
        ("attributedTo",),
        ("content",),
        ("tag", 0, "name"),
        ("@context", 2, "kind"),
        ("proof", "created"),
        ("proof", "verificationMethod"),
    ]
)


@given(path=paths, position=st.integers(0, 1000), letter=st.characters(exclude_categories=["Cs"]))
def test_no_letter_can_be_changed(path: tuple[str | int, ...], position: int, letter: str) -> None:
    document = proved()
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    text = holder[path[-1]]
    position %= len(text)
    holder[path[-1]] = text[:position] + letter + text[position + 1 :]
    assume(holder[path[-1]] != text)
    with pytest.raises((Unauthenticated, Invalid)):
        verify_proof(document, KEY.public, now=NOW)


@given(
    name=st.text(st.characters(exclude_categories=["Cs"])),
    value=st.none() | st.booleans() | st.integers(-5, 5) | st.text(st.characters(exclude_categories=["Cs"])),
)
def test_nothing_can_be_added(name: str, value: object) -> None:
    assume(name not in NOTE and name not in ("proof", "signature"))
    with pytest.raises(Unauthenticated):
        verify_proof(proved() | {name: value}, KEY.public, now=NOW)
    document = proved()
    document["tag"][0][name] = value
    assume(document != proved())
    with pytest.raises(Unauthenticated):
        verify_proof(document, KEY.public, now=NOW)


@given(position=st.integers(0, 63), change=st.integers(1, 255))
def test_no_byte_of_the_signature_can_be_changed(position: int, change: int) -> None:
    document = proved()
    signature = bytearray(read_multibase(document["proof"]["proofValue"]))
    signature[position] ^= change
    document["proof"]["proofValue"] = write_multibase(bytes(signature))
    with pytest.raises(Unauthenticated):
        verify_proof(document, KEY.public, now=NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*proved()["proof"], "expires"]), json_values) | json_values)
def test_nonsense_for_a_proof_is_refused_and_nothing_worse(proof: object) -> None:
    try:
        verify_proof(NOTE | {"proof": proof}, KEY.public, now=NOW)
    except FedirecError:
        return
    pytest.fail("nonsense was believed")
