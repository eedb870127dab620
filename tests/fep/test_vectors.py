"""The vectors of docs/fep are what this code makes, and what it says of them is what they say has to be said."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.proofs import verify_proof
from fedirec.remix.lineage_file import Level, verify
from fedirec.remix.lineage_file.findings import CODES
from tests.fep.making import BROKEN, NOW, VECTORS, told, vectors

KEYS = {each["id"]: each for each in json.loads((VECTORS / "keys.json").read_text())}
EXPECTED = json.loads((VECTORS / "expected.json").read_text())
FEP = (VECTORS.parent / "lineage-with-consent.md").read_text()


def test_they_are_made_anew_byte_for_byte() -> None:
    made = vectors()
    there = {path.relative_to(VECTORS).as_posix() for path in VECTORS.rglob("*.json")}
    assert there == set(made)
    for name, data in made.items():
        assert (VECTORS / name).read_bytes() == data, name


@pytest.mark.parametrize(
    "name", ["source.json", "remix.json", "create.json", "stamp.json", "edit.json", "witness.json"]
)
def test_each_signed_document_is_proved_by_the_key_that_it_names(name: str) -> None:
    document = json.loads((VECTORS / name).read_text())
    key = KEYS[document["proof"]["verificationMethod"]]
    assert key["owner"] == document.get("attributedTo", document.get("actor"))
    verify_proof(document, read_public_key(key["publicKeyMultibase"]), now=NOW)


@pytest.mark.parametrize("name", list(EXPECTED["files"]))
def test_each_file_is_found_to_be_what_it_is(name: str) -> None:
    expected = EXPECTED["files"][name]
    report = verify((VECTORS / name).read_bytes(), now=datetime.fromisoformat(EXPECTED["now"]))
    assert report.is_false is expected["isFalse"]
    if report.is_false:
        assert expected["mustFind"] in {finding.code for finding in report.false}
    else:
        assert told(report) == {key: value for key, value in expected.items() if key != "isFalse"}


def test_what_is_broken_is_false_in_its_parts_and_not_only_as_a_whole() -> None:
    whole = {"byte-changed", "space-added", "key-twice", "nested", "other-format", "order-changed"}
    for name, (_, make, code) in BROKEN.items():
        if name not in whole:
            assert not code.startswith("file-proof"), name
            assert b'"file-' not in make()


def test_every_finding_is_explained_in_the_document() -> None:
    for code, (level, _) in CODES.items():
        assert f"| `{code}` | {level} |" in FEP, code
    assert {level.value for level, _ in CODES.values()} == {level.value for level in Level}
