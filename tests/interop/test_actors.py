"""Our actors before activitypub-testing, which holds them to the wording of the standard."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable

import pytest

from tests.cli.command import environment
from tests.conftest import skip_or_fail
from tests.interop.conftest import HomeOn
from tests.interop.home import Home
from tests.interop.peers import HERE, NODE, NODE_PARTS, PATIENCE, Json

PROGRAM = NODE_PARTS / "activitypub-testing" / "src" / "cli.js"


@pytest.fixture(scope="module")
def home(home_on: HomeOn) -> Home:
    if NODE is None or not PROGRAM.exists():
        skip_or_fail("activitypub-testing is not installed; tests/interop/install does it")
    home = home_on("sqlite")
    home.ask("POST", "/records", title="A record", text="So that the outbox has something.", licence="CC0-1.0")
    home.ask("POST", "/challenges", title="Words", slug="words", text="Say.", terms={"licence": "CC0-1.0"})
    return home


SERVES = {"actor-objects-must-have-inbox-outbox-properties", "actor-must-serve-as2-object-to-get"}
COLLECTS = {"outbox-must-be-an-orderedcollection"}
KNOWS_PEOPLE = {"followers-collection-must-be-a-collection", "following-collection-must-be-a-collection"}


@pytest.mark.parametrize(
    ("path", "passed"),
    [
        ("/u/ana", SERVES | COLLECTS | KNOWS_PEOPLE),
        ("/c/words", SERVES | COLLECTS | KNOWS_PEOPLE),
        ("/actor", SERVES | COLLECTS | {"followers-collection-must-be-a-collection"}),
    ],
)
def test_no_actor_of_ours_fails_what_the_standard_asks_of_actors(home: Home, path: str, passed: set[str]) -> None:
    outcomes = dict(outcomes_of(f"{home.origin}{path}"))
    assert {name for name, outcome in outcomes.items() if outcome == "passed"} == passed
    # What remains is about collections that we do not have, and about clients that post to an outbox.
    undecided = {name for name, outcome in outcomes.items() if outcome not in ("passed", "inapplicable")}
    assert {outcomes[name] for name in undecided} <= {"cantTell"}
    assert all(name.startswith("outbox-post") for name in undecided), undecided


def outcomes_of(actor: str) -> Iterable[tuple[str, str]]:
    """The name and the outcome of each test of the actor."""
    answer = subprocess.run(
        [str(NODE), "--import", "./testing/words.js", str(PROGRAM), "test", "actor", actor, "--output", "json"],
        cwd=HERE,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    report: Json = json.loads(answer.stdout)
    for assertion in report["credentialSubject"]["assertions"]:
        test, result = assertion["earl:test"], assertion["earl:result"]
        yield test["earl:slug"], result["earl:outcome"]
