"""How a challenge is read, and which promises are believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedirec.activitypub.vocab import TYPES as PROTOCOL_TYPES
from fedirec.activitypub.vocab import ActorObject, Json, Vocabulary
from fedirec.remix.kinds import Kind
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.vocab import (
    TYPES,
    ChallengeObject,
    PromptObject,
)

VOCABULARY = Vocabulary([*PROTOCOL_TYPES, *TYPES])
A, B = "https://a.example", "https://b.example"
ID, ANA, RAIN = f"{A}/records/1", f"{A}/u/ana", f"{A}/c/rain"
MINIMAL: Json = {"type": "Note", "id": ID, "attributedTo": ANA, "published": "2026-11-21T10:00:00Z"}


GROUP: Json = {"type": "Group", "kind": "challenge", "id": RAIN, "preferredUsername": "rain", "inbox": f"{RAIN}/inbox"}
POT = Terms(version=2, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=50_000, currency="EUR")
WIRE_TERMS = POT.write() | {"termsDigest": POT.digest}


def challenge(**keys: object) -> ChallengeObject:
    read = VOCABULARY.read(GROUP | keys)
    assert isinstance(read, ChallengeObject)
    return read


def test_a_group_is_a_challenge_only_if_it_says_so() -> None:
    assert isinstance(VOCABULARY.read(GROUP | {"kind": "project"}), ActorObject)
    assert challenge().id == RAIN


def test_the_terms_of_a_challenge_are_believed_when_they_agree_with_their_digest() -> None:
    assert challenge(terms=WIRE_TERMS).terms == POT


@pytest.mark.parametrize(
    "change",
    [
        {"minorUnits": "50001"},
        {"minorUnits": 50_000},
        {"minorUnits": "5e4"},
        {"minorUnits": "-50000"},
        {"minorUnits": "\u0665"},
        {"minorUnits": "9" * 100},
        {"currency": "USD"},
        {"currency": "XXX"},
        {"currency": None},
        {"license": "https://creativecommons.org/licenses/by/4.0/"},
        {"license": "https://elsewhere.example/licence"},
        {"pays": "nothing"},
        {"pays": "a lot"},
        {"decidedBy": "community"},
        {"decidedBy": "dice"},
        {"termsVersion": 3},
        {"termsVersion": 0},
        {"termsVersion": "2"},
        {"content": "and a bonus"},
        {"termsDigest": None},
    ],
    ids=repr,
)
def test_terms_that_were_tampered_with_are_no_terms(change: Json) -> None:
    assert challenge(terms=WIRE_TERMS | change).terms is None


@pytest.mark.parametrize("key", ["submissions", "prompt"])
def test_a_challenge_speaks_for_its_own_origin_only(key: str) -> None:
    assert getattr(challenge(**{key: f"{B}/x"}), key) is None
    assert getattr(challenge(**{key: f"{A}/x"}), key) == f"{A}/x"


def test_a_challenge_says_what_it_wants_and_until_when() -> None:
    read = challenge(
        kindsWanted=["video", "poem", "text"], endTime="2026-12-20T00:00:00Z", state="closed", attributedTo=ANA
    )
    assert read.kinds_wanted == (Kind.TEXT, Kind.VIDEO)
    assert read.deadline == datetime(2026, 12, 20, tzinfo=UTC)
    assert (read.state, read.leaders) == ("closed", (ANA,))
    assert challenge().state == "open"
    assert challenge(state="sleeping").state == "closed"


def test_a_prompt_belongs_to_the_group_that_speaks() -> None:
    prompt = VOCABULARY.read(MINIMAL | {"kind": "prompt", "attributedTo": RAIN})
    assert isinstance(prompt, PromptObject)
    assert prompt.challenge == RAIN
