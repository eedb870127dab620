"""What our authors signed is verified by software that knows nothing of us."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from fedirec.clock import now
from fedirec.remix.lineage_file import verify
from tests.conftest import skip_or_fail
from tests.interop.conftest import HomeOn
from tests.interop.home import Home
from tests.interop.peers import Json, Peer, running, until, why_not


@pytest.fixture(scope="module")
def home(home_on: HomeOn) -> Home:
    return home_on("sqlite")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    if reason := why_not("fedify"):
        skip_or_fail(reason)
    with running("fedify", tmp_path_factory.mktemp("stamps")) as peer:
        yield peer


def test_fedify_verifies_a_stamp_of_ours_and_the_remix_that_it_is_for(home: Home, peer: Peer) -> None:
    source = home.ask("POST", "/records", title="Rain on tin", text="Drip.", licence="CC-BY-4.0")
    remix = home.ask_as(
        "olga",
        "POST",
        "/records",
        title="Rain, slowed",
        text="Drip … drip.",
        licence="CC-BY-SA-4.0",
        sources=[{"record": source["id"], "relation": "adapts"}],
    )

    def stamped() -> Json:
        document = home.document(remix["uri"]).json()
        return document if document.get("remixAuthorization") else None

    document = until(stamped)
    [address] = document["remixAuthorization"]
    stamp = home.document(address).json()
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (remix["uri"], source["uri"])
    assert stamp["interactingDigest"] == document["recordDigest"]

    proved = peer.tell("prove", address=address)
    assert proved["owner"] == home.ana == stamp["attributedTo"]
    assert proved["key"] == stamp["proof"]["verificationMethod"]
    assert proved["document"] == stamp
    for changed in (
        {"interactingObject": f"{remix['uri']}x"},
        {"interactingDigest": stamp["targetDigest"]},
        {"license": "http://creativecommons.org/publicdomain/zero/1.0/"},
    ):
        assert peer.tell("prove", address=address, changed=changed) is None

    assert peer.tell("believe", address=remix["uri"]) == remix["uri"]

    told = json.loads(home.command("lineage", "export", remix["uri"]))
    kept = [each["stamp"] for each in told["derivations"]]
    assert kept == [stamp]
    said = {finding.code for finding in verify(home_file(home, remix["uri"]), now=now()).all_findings()}
    assert {"derivation-signed", "permission-licence", "stamp-signed"} <= said


def home_file(home: Home, record: str) -> bytes:
    """The same file from the command that does not ask anybody."""
    return home.command("lineage", "export", record, "--no-ask").strip().encode()
