"""The rule by which a project goes to somebody else, and what is tried to bend it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.projects.stages import Stage
from fedirec.projects.takeovers import (
    ADOPTABLE,
    AT_REST,
    AT_WORK,
    LONGEST_PAUSE,
    MAX_OFFERS,
    MEMBERSHIP,
    OPEN_TO_ALL,
    WAITING,
    Candidate,
    Leading,
    becomes_adoptable,
    can_fall_silent,
    check_words,
    ends_at,
    has_to_be_warned,
    patience,
    refuse_offer,
    silent_at,
    takes_in_everybody,
    warning_at,
    winner,
)

START = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def led(*, stage: str = "early", days: int = 60, there: bool = True, since: datetime = START) -> Leading:
    return Leading(stage=stage, stage_at=since, led_at=START, silent_days=days, leaders_there=there)


def test_every_stage_that_the_rule_names_is_one() -> None:
    stages = {stage.value for stage in Stage}
    assert AT_WORK | AT_REST | {ADOPTABLE} <= stages
    assert not AT_WORK & AT_REST
    assert {stage for stage in stages if not can_fall_silent(stage)} == {"released", "abandoned", "adoptable"}


def test_leaders_are_warned_after_three_quarters_and_lose_it_at_the_end() -> None:
    leading = led(days=60)
    assert warning_at(leading) == START + 45 * DAY
    assert not has_to_be_warned(leading, at=START + 44 * DAY)
    assert has_to_be_warned(leading, at=START + 45 * DAY)
    warned = START + 45 * DAY
    assert not becomes_adoptable(leading, warned_at=warned, at=START + 59 * DAY)
    assert becomes_adoptable(leading, warned_at=warned, at=START + 60 * DAY)


@given(days=st.integers(14, 365), off=st.integers(0, 2_000), stage=st.sampled_from(sorted(AT_WORK | AT_REST)))
def test_nobody_who_is_there_loses_a_project_without_having_been_told_long_enough_before(
    days: int, off: int, stage: str
) -> None:
    leading = led(days=days, stage=stage)
    at = START + off * DAY
    assert not becomes_adoptable(leading, warned_at=None, at=at)
    assert not becomes_adoptable(leading, warned_at=at - patience(leading) / 4 + timedelta(seconds=1), at=at)
    if becomes_adoptable(leading, warned_at=warning_at(leading), at=at):
        assert at >= START + days * DAY


def test_a_pause_is_no_silence_until_it_is_very_long() -> None:
    paused = led(stage="paused", days=14, since=START + 3 * DAY)
    assert silent_at(paused) == START + 3 * DAY + LONGEST_PAUSE
    assert not has_to_be_warned(paused, at=START + 100 * DAY)
    assert silent_at(led(stage="paused", days=365)) == START + 365 * DAY


def test_leaders_who_are_gone_are_silent_at_once() -> None:
    assert becomes_adoptable(led(there=False), warned_at=None, at=START)
    assert not has_to_be_warned(led(there=False), at=START + 1000 * DAY)
    for stage in ("released", "abandoned", "adoptable"):
        assert not becomes_adoptable(led(stage=stage, there=False), warned_at=START, at=START + 1000 * DAY)


OFFER = {
    "stage": ADOPTABLE,
    "is_leader": False,
    "member_since": START - MEMBERSHIP,
    "has_offered": False,
    "waiting": 0,
    "at": START,
}


@pytest.mark.parametrize(
    ("attempt", "change", "refusal"),
    [
        ("while a leader is there", {"stage": "early"}, Conflict),
        ("of what was given up", {"stage": "abandoned"}, Conflict),
        ("of one's own", {"is_leader": True}, Conflict),
        ("from outside, or sent away", {"member_since": None}, Forbidden),
        ("a minute after joining", {"member_since": START - timedelta(minutes=1)}, Forbidden),
        ("a moment too early", {"member_since": START - MEMBERSHIP + timedelta(seconds=1)}, Forbidden),
        ("by a clock that went back", {"member_since": START + DAY}, Forbidden),
        ("twice", {"has_offered": True}, Conflict),
        ("in a flood", {"waiting": MAX_OFFERS}, Conflict),
    ],
)
def test_nobody_offers_to_lead(attempt: str, change: dict[str, object], refusal: type[FedirecError]) -> None:
    refuse_offer(**OFFER)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        refuse_offer(**{**OFFER, **change})  # type: ignore[arg-type]


def test_the_first_of_several_offers_sets_the_date() -> None:
    first = ends_at([], at=START)
    assert first == START + WAITING
    assert ends_at([first], at=START + 6 * DAY) == first


def test_the_trusted_go_first_then_whoever_was_first_and_nobody_who_left() -> None:
    def one(key: int, *, trusted: bool = False, fit: bool = True) -> Candidate:
        return Candidate(key=key, offered_at=START + key * DAY, is_trusted=trusted, may_still_lead=fit)

    for several in permutations([one(1), one(2, trusted=True), one(3, trusted=True), one(0, fit=False)]):
        chosen = winner(several)
        assert chosen is not None
        assert chosen.key == 2
    assert winner([one(1), one(2)]) == one(1)
    assert winner([one(1, fit=False)]) is None
    assert winner([]) is None


def test_an_offer_says_something() -> None:
    assert check_words(" I go on. ") == "I go on."
    for words in (" ", "x" * 1_001):
        with pytest.raises(Invalid):
            check_words(words)


@given(
    stage=st.sampled_from(list(Stage)),
    heirs=st.integers(0, 500),
    waited=st.timedeltas(min_value=-DAY, max_value=3 * OPEN_TO_ALL),
)
def test_whoever_asks_is_in_at_once_only_where_nobody_is_left_or_willing_to_take_it_over(
    stage: Stage, heirs: int, waited: timedelta
) -> None:
    is_open = takes_in_everybody(stage=stage.value, since=START, heirs=heirs, at=START + waited)
    assert is_open is (stage is Stage.ADOPTABLE and (heirs == 0 or waited >= OPEN_TO_ALL))


@given(heirs=st.integers(0, 500), joined=st.timedeltas(min_value=timedelta(0), max_value=3 * OPEN_TO_ALL))
def test_nobody_keeps_a_project_from_all_others_for_good(heirs: int, joined: timedelta) -> None:
    """Whoever joins as soon as they can leads it in the end, however many there are who do nothing."""
    asked = START + max(joined, OPEN_TO_ALL)
    assert takes_in_everybody(stage=ADOPTABLE, since=START, heirs=heirs, at=asked)
    offered = asked + MEMBERSHIP
    refuse_offer(**{**OFFER, "member_since": asked, "at": offered})  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        refuse_offer(**{**OFFER, "member_since": asked, "at": offered - timedelta(seconds=1)})  # type: ignore[arg-type]
    assert ends_at([], at=offered) == asked + MEMBERSHIP + WAITING
