"""What a lineage file proves, to whom, and that nothing in it can be changed without being found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.digests import canonical, digest_json
from fedirec.activitypub.keys import PublicKey, generate_ed25519
from fedirec.activitypub.proofs import Proof
from fedirec.remix.digest import record_digest
from fedirec.remix.lineage_file import KnownKeys, Level, Report, read_file, verify, write_file
from fedirec.remix.lineage_file.keys import MAX_OF_ONE_NAME, MAX_SAID
from fedirec.remix.lineage_file.witnesses import MAX_PEOPLE, address_of_statement, batches
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.remix.vocab import RecordObject
from fedirec.uris import MAX_URI
from tests.fep.making import (
    ANA,
    B_ACTOR,
    BO,
    C_ACTOR,
    C_STATEMENT,
    CY,
    DRUM_VERSION,
    FILE,
    KEYS,
    NOW,
    RAIN,
    RAIN_VERSION,
    REMIX,
    THIEF,
    TO_DRUM,
    TO_RAIN,
    bytes_of,
    day,
    key_of,
    lineage,
    public_key,
    report_of,
    statement_of,
    with_derivations,
    with_document,
    with_versions,
)

WHOLE = lineage()
UNSIGNED = bytes_of(FILE)
ANAS = key_of(ANA).public.fingerprint


def found(report: Report, source: str) -> dict[str, Level]:
    """What is said of the step from `source` to the remix."""
    return {
        finding.code: finding.level
        for each in report.derivations
        if (each.record, each.source) == (REMIX, source)
        for finding in each.findings
    }


def about_key(report: Report, owner: str) -> dict[str, Level]:
    return {each.code: each.level for key in report.keys if key.owner == owner for each in key.findings}


def test_what_was_signed_is_proved_for_the_key_that_signed_it() -> None:
    report = report_of(WHOLE)
    assert not report.is_false
    assert (report.record, report.exporter, report.is_whole) == (REMIX, B_ACTOR, True)
    assert found(report, RAIN) == dict.fromkeys(
        ("derivation-signed", "permission-granted", "stamp-signed"), Level.PROVED
    )
    keys = {finding.code: finding.key for each in report.derivations for finding in each.findings}
    assert keys["stamp-signed"] == ANAS
    assert keys["derivation-signed"] == key_of(BO).public.fingerprint
    assert report.silent == (("https://a.example", "no answer"),)


def test_the_same_lineage_is_the_same_file_in_whatever_order_it_was_put_together() -> None:
    turned = replace(
        FILE,
        versions=FILE.versions[::-1],
        derivations=FILE.derivations[::-1],
        keys=FILE.keys[::-1],
        witnesses=FILE.witnesses[::-1],
    )
    assert write_file(turned) == write_file(FILE)
    assert write_file(read_file(WHOLE)) == WHOLE


@given(place=st.integers(0, len(WHOLE) - 1), bits=st.integers(1, 255))
def test_no_byte_of_a_signed_file_can_be_another_one(place: int, bits: int) -> None:
    changed = bytearray(WHOLE)
    changed[place] ^= bits
    assert _is_found(report_of(bytes(changed)))


@given(place=st.integers(0, len(WHOLE)), data=st.binary(min_size=1, max_size=4))
def test_nothing_can_be_put_into_a_signed_file_or_left_out_of_it(place: int, data: bytes) -> None:
    assert _is_found(report_of(WHOLE[:place] + data + WHOLE[place:]))
    if place < len(WHOLE):
        assert _is_found(report_of(WHOLE[:place] + WHOLE[place + 1 :]))


def _is_found(report: Report) -> bool:
    """Whether a change to a signed file shows: where it is one in how the proof of the whole is to be read, nothing is
    false, and the file is not proved as a whole any more.
    """
    return report.is_false or report.findings[0].code == "file-proof-strange"


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in _leaves(part, (*path, name))]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in _leaves(part, (*path, place))]
    return [path]


PARTS = json.loads(UNSIGNED)
PROVED = [
    path
    for path in _leaves(PARTS)
    if "document" in path or "envelope" in path or "stamp" in path or path[0] == "witnesses"
]
"""Every single value in what somebody signed."""


@given(path=st.sampled_from(PROVED))
def test_no_value_that_anybody_signed_can_be_another_one_in_a_file_that_nobody_signed(path: tuple[Any, ...]) -> None:
    changed = json.loads(UNSIGNED)
    part = changed
    for step in path[:-1]:
        part = part[step]
    value = part[path[-1]]
    part[path[-1]] = value[:-1] + ("x" if value[-1:] != "x" else "y") if isinstance(value, str) else "other"
    for version in changed["records"]:
        version["digest"] = with_document(RAIN_VERSION, version["document"]).digest
    report = report_of(canonical(changed))
    assert report.is_false or _lost_its_key(report, path), path


def _lost_its_key(report: Report, path: tuple[Any, ...]) -> bool:
    """Whether what was changed is how the proof is to be read: then nothing is false, and nothing proved any more."""
    codes = {finding.code for finding in report.all_findings()}
    if path[-2:] in (("proof", "type"), ("proof", "cryptosuite")):
        return bool(codes & {"record-proof-strange", "stamp-proof-strange"})
    return path[-1] == "verificationMethod" and bool(
        codes & {"record-key-missing", "stamp-key-missing", "witness-wrong"}
    )


def test_who_witnesses_with_keys_that_nobody_knows_is_told_from_who_is_known() -> None:
    """Whoever invents a key can invent witnesses too, and hosts below their own domain cost nothing at all."""
    known = KnownKeys.of([(C_ACTOR, key_of(C_ACTOR).public.fingerprint, day(1))])
    assert "witnesses-unknown" in {each.code for each in report_of(WHOLE).findings}
    assert "witnesses-unknown" not in {each.code for each in verify(WHOLE, now=NOW, trusting=known).findings}

    neighbour = "https://below.b.example/actor"
    alone = replace(FILE, keys=(*FILE.keys, public_key(neighbour)), witnesses=(statement_of(neighbour, {ANA: day(2)}),))
    report = report_of(bytes_of(alone))
    assert about_key(report, ANA) == dict.fromkeys(("key-by-exporter", "key-by-nobody"), Level.CLAIMED)


@given(st.binary(max_size=200))
def test_whatever_else_somebody_calls_a_lineage_file_is_none(data: bytes) -> None:
    report = report_of(data)
    assert report.is_false
    assert report.false[0].sentence.endswith(".")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
        max_leaves=20,
    ),
    st.sampled_from([*PARTS]),
)
def test_no_part_of_another_shape_upsets_the_check(value: Any, name: str) -> None:
    try:
        data = canonical(PARTS | {name: value})
    except Exception:
        return
    assert value == PARTS[name] or report_of(data).is_false or name in ("isWhole", "silent", "leftOut", "witnesses")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "no type"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a":1,"a":1}', "same key twice"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
        (b'{"a":NaN}', "not JSON"),
        (WHOLE[:-1], "not whole: its end is missing"),
        (WHOLE[: len(WHOLE) // 2], "not whole: its end is missing"),
    ],
)
def test_what_is_no_file_is_told_in_one_sentence(data: bytes, says: str) -> None:
    (finding,) = report_of(data).findings
    assert finding.code == "file-unreadable"
    assert says in finding.sentence


def test_a_file_that_is_too_large_is_not_read() -> None:
    (finding,) = verify(WHOLE, now=NOW, max_bytes=1_000).findings
    assert finding.code == "file-unreadable"


def test_what_is_checked_grows_with_the_file_and_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions times stamps, keys of one name times proofs, keys times what was witnessed: each was once quadratic."""
    many = 60
    rain = next(version for version in FILE.versions if version.record == RAIN)
    documents = [{**(rain.document or {}), "summary": str(number)} for number in range(many)]
    versions = [replace(rain, document=each, digest=digest_json(each), is_current=False) for each in documents]
    step = next(each for each in FILE.derivations if each.source == RAIN)
    wrong = replace(step, stamp={**(step.stamp or {}), "published": "2026-01-01T00:00:00Z"})
    ana = next(key for key in FILE.keys if key.owner == ANA)
    others = [replace(ana, multibase=generate_ed25519().public.multibase) for _ in range(many)]
    data = bytes_of(
        replace(
            FILE,
            versions=(*FILE.versions, *versions),
            derivations=(*FILE.derivations, *[step] * many, *[wrong] * many),
            keys=(*FILE.keys, *others, *[ana] * many),
        )
    )
    digested, proved = 0, 0
    prove = Proof.verify

    def digesting(work: RecordObject) -> str:
        nonlocal digested
        digested += 1
        return record_digest(work)

    def proving(proof: Proof, key: PublicKey, *, now: datetime) -> None:
        nonlocal proved
        proved += 1
        prove(proof, key, now=now)

    monkeypatch.setattr("fedirec.remix.lineage_file.records.record_digest", digesting)
    monkeypatch.setattr(Proof, "verify", proving)
    report = verify(data, now=NOW)
    assert "file-twice" in {finding.code for finding in report.findings}
    assert digested <= 4 * (many + len(FILE.versions))
    assert proved <= (MAX_OF_ONE_NAME + 1) * (3 * many + 20)
    assert max(len(each.findings) for each in report.keys) <= MAX_SAID + 1


# Whose keys they are


def test_a_key_that_you_knew_is_known_and_one_that_nobody_knew_is_nobodys() -> None:
    trusting = KnownKeys.of([(CY, key_of(CY).public.fingerprint, day(3)), (CY, key_of(CY).public.fingerprint, day(2))])
    report = verify(WHOLE, now=NOW, trusting=trusting)
    assert about_key(report, CY)["key-known"] is Level.PROVED
    assert about_key(report_of(WHOLE), CY) == {"key-by-exporter": Level.CLAIMED, "key-by-nobody": Level.CLAIMED}
    assert about_key(report_of(WHOLE), ANA)["key-witnessed"] is Level.WITNESSED


def test_whoever_knows_other_keys_of_somebody_finds_that_these_are_not_theirs() -> None:
    trusting = KnownKeys.of([(CY, THIEF.public.fingerprint, day(1))])
    report = verify(WHOLE, now=NOW, trusting=trusting)
    assert about_key(report, CY)["key-not-yours"] is Level.FALSE
    assert report.is_false


def test_a_key_that_only_others_have_seen_is_said_to_be_new_to_whoever_knew_another_one() -> None:
    trusting = KnownKeys.of([(ANA, THIEF.public.fingerprint, day(1))])
    report = verify(WHOLE, now=NOW, trusting=trusting)
    assert about_key(report, ANA)["key-new-to-you"] is Level.CLAIMED
    assert not report.is_false


def test_a_key_that_was_given_up_is_not_known_as_one_that_still_is_theirs() -> None:
    report = verify(WHOLE, now=NOW, trusting=KnownKeys.of([(ANA, ANAS, day(1))], ended=[(ANA, ANAS, day(2))]))
    assert about_key(report, ANA)["key-known-until"] is Level.WITNESSED
    assert "key-known" not in about_key(report, ANA)
    assert not report.is_false


def test_an_earlier_file_can_be_trusted() -> None:
    report = verify(WHOLE, now=NOW, trusting=KnownKeys.in_file(read_file(WHOLE)))
    assert all("key-known" in about_key(report, key.owner) for key in KEYS)


def test_an_instance_cannot_be_a_witness_for_its_own_people() -> None:
    report = report_of(bytes_of(replace(FILE, witnesses=(statement_of("https://a.example/actor", {ANA: day(1)}),))))
    # The key of that instance is not in the file, so that nothing shows that it said so.
    assert "witness-wrong" in {finding.code for finding in report.findings}
    own = replace(FILE.keys[0], id="https://a.example/actor#ed25519-key", owner="https://a.example/actor")
    own = replace(own, multibase=key_of("https://a.example/actor").public.multibase)
    with_own = replace(FILE, keys=(*KEYS, own), witnesses=(statement_of("https://a.example/actor", {ANA: day(1)}),))
    assert about_key(report_of(bytes_of(with_own)), ANA) == {
        "key-by-own-instance": Level.CLAIMED,
        "key-by-nobody": Level.CLAIMED,
    }


def test_a_key_that_changed_is_not_called_invented_as_long_as_another_instance_has_seen_it() -> None:
    (statement,) = (C_STATEMENT,)
    assert "key-contradicted" not in about_key(report_of(bytes_of(replace(FILE, witnesses=(statement,)))), ANA)


# What is only claimed


def test_what_nobody_signed_is_claimed_and_not_false() -> None:
    document = {name: value for name, value in RAIN_VERSION.document.items() if name != "proof"}  # type: ignore[union-attr]
    rain = with_document(RAIN_VERSION, document)
    file = replace(with_versions(rain=rain), derivations=(replace(TO_RAIN, source_version=rain.digest), TO_DRUM))
    report = report_of(bytes_of(file))
    assert not report.is_false
    assert found(report, RAIN) == {
        "derivation-signed": Level.PROVED,
        "permission-claimed": Level.CLAIMED,
        "stamp-author": Level.CLAIMED,
    }


@pytest.mark.parametrize(
    ("acknowledgement", "code"),
    [
        (Acknowledgement.ACKNOWLEDGED, "stamp-claimed"),
        (Acknowledgement.AUTOMATIC, "stamp-claimed"),
        (Acknowledgement.REFUSED, "stamp-refused"),
        (Acknowledgement.REQUESTED, "stamp-none"),
        (Acknowledgement.IGNORED, "stamp-none"),
    ],
)
def test_without_a_stamp_an_answer_is_what_the_maker_of_the_file_says(
    acknowledgement: Acknowledgement, code: str
) -> None:
    changed = replace(TO_RAIN, stamp=None, acknowledgement=acknowledgement)
    report = report_of(bytes_of(with_derivations(changed, TO_DRUM)))
    assert not report.is_false
    assert found(report, RAIN) == {
        "derivation-signed": Level.PROVED,
        "permission-claimed": Level.CLAIMED,
        code: Level.CLAIMED,
    }


def test_a_stamp_that_was_taken_back_grants_nothing_any_more() -> None:
    changed = replace(TO_RAIN, acknowledgement=Acknowledgement.REVOKED, permission=Clearance.BLOCKED)
    report = report_of(bytes_of(with_derivations(changed, TO_DRUM)))
    assert found(report, RAIN) == {
        "derivation-signed": Level.PROVED,
        "permission-breach": Level.CLAIMED,
        "stamp-revoked": Level.CLAIMED,
    }


def test_a_source_of_which_only_notes_are_left_is_claimed() -> None:
    file = with_versions(drum=replace(DRUM_VERSION, document=None, envelope=None, is_gone=True))
    report = report_of(bytes_of(file))
    assert not report.is_false
    assert found(report, DRUM_VERSION.record) == {
        "derivation-signed": Level.PROVED,
        "permission-claimed": Level.CLAIMED,
        "stamp-none": Level.CLAIMED,
    }


def test_proofs_from_the_future_prove_nothing() -> None:
    assert verify(UNSIGNED, now=datetime(2026, 10, 1, tzinfo=UTC)).is_false


# Asking witnesses


@given(st.lists(st.text("abc", min_size=1, max_size=1_900), max_size=60))
def test_questions_to_witnesses_are_of_a_usual_length_and_leave_nobody_out_who_fits(names: list[str]) -> None:
    people = [f"https://a.example/u/{name}" for name in names]
    asked = batches("https://c.example", people)
    assert all(len(address_of_statement("https://c.example", batch)) <= MAX_URI for batch in asked)
    assert all(0 < len(batch) <= MAX_PEOPLE for batch in asked)
    fitting = {each for each in people if len(address_of_statement("https://c.example", [each])) <= MAX_URI}
    assert sorted(person for batch in asked for person in batch) == sorted(fitting)
