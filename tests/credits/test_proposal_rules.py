"""The way of a pay proposal: every state with every step, what each step asks for, and how long people have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.credits.proposals import (
    BINDING,
    CHANGING,
    ENDED,
    GUARDS,
    LONGER,
    NEXT,
    TAKING,
    WINDOW,
    Facts,
    State,
    Step,
    advance,
    closes_at,
    is_open,
    refusal_of,
    steps_from,
)
from fedirec.errors import Conflict

NOW = datetime(2026, 11, 23, tzinfo=UTC)
READY = {
    Step.PUBLISH: Facts(now=NOW),
    Step.REVISE: Facts(now=NOW),
    Step.CLOSE: Facts(now=NOW, closes_at=NOW),
    Step.DECIDE: Facts(now=NOW, is_agreed=True),
    Step.LOCK: Facts(now=NOW, amount=100, said=100, covered=100, free=80, held=20),
    Step.RELEASE: Facts(now=NOW, free=20),
    Step.PAY: Facts(now=NOW, owed=100),
    Step.SETTLE: Facts(now=NOW),
    Step.SETTLE_PARTLY: Facts(now=NOW, owed=1),
    Step.RETURN: Facts(now=NOW, owed=1),
    Step.FINISH: Facts(now=NOW),
    Step.CANCEL: Facts(now=NOW),
}
"""For each step, facts against which nothing stands."""
WAYS = {
    State.DRAFT: {Step.PUBLISH: State.PUBLISHED, Step.CANCEL: State.CANCELLED},
    State.PUBLISHED: {Step.REVISE: State.REVISED, Step.CLOSE: State.CLOSING, Step.CANCEL: State.CANCELLED},
    State.REVISED: {Step.REVISE: State.REVISED, Step.CLOSE: State.CLOSING, Step.CANCEL: State.CANCELLED},
    State.CLOSING: {Step.REVISE: State.REVISED, Step.DECIDE: State.DECIDED, Step.CANCEL: State.CANCELLED},
    State.DECIDED: {Step.REVISE: State.REVISED, Step.LOCK: State.LOCKED, Step.CANCEL: State.CANCELLED},
    State.LOCKED: {Step.RELEASE: State.LOCKED, Step.PAY: State.PAYING, Step.SETTLE: State.PAID},
    State.PAYING: {
        Step.RELEASE: State.PAYING,
        Step.PAY: State.PAYING,
        Step.RETURN: State.PAYING,
        Step.SETTLE: State.PAID,
        Step.SETTLE_PARTLY: State.PARTIALLY_PAID,
    },
    State.PARTIALLY_PAID: {
        Step.RELEASE: State.PARTIALLY_PAID,
        Step.PAY: State.PAYING,
        Step.SETTLE: State.PAID,
        Step.RETURN: State.PARTIALLY_PAID,
        Step.FINISH: State.CLOSED,
    },
    State.PAID: {Step.RETURN: State.PARTIALLY_PAID, Step.FINISH: State.CLOSED},
    State.CLOSED: {Step.RETURN: State.PARTIALLY_PAID},
    State.CANCELLED: {},
}


def lacks(step: Step, facts: Facts) -> list[str]:
    return [guard.refusal for guard in GUARDS.get(step, ()) if not guard.holds(facts)]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_every_state_has_an_answer_to_every_step(state: State, step: Step) -> None:
    if step in WAYS[state]:
        assert refusal_of(state, step) is None
        assert advance(state.value, step, READY[step]) is WAYS[state][step]
    else:
        assert refusal_of(state, step)
        with pytest.raises(Conflict):
            advance(state.value, step, READY[step])
    assert (step in steps_from(state)) is (step in WAYS[state])


def test_a_proposal_is_called_off_before_it_is_locked_and_never_after() -> None:
    assert {state for state, step in NEXT if step is Step.CANCEL} == CHANGING
    assert {state for state, step in NEXT if step is Step.REVISE} <= CHANGING
    assert set(State) == BINDING | CHANGING | ENDED
    for (state, _step), after in NEXT.items():
        assert after in BINDING or state not in BINDING


@pytest.mark.parametrize(
    ("step", "wrong", "why"),
    [
        (Step.PUBLISH, {"unreasoned": 1}, "needs a reason"),
        (Step.PUBLISH, {"unlisted": 1}, "has no line"),
        (Step.PUBLISH, {"blocked": 1}, "grant that first"),
        (Step.PUBLISH, {"departures": 1}, "was promised"),
        (Step.REVISE, {"departures": 1}, "was promised"),
        (Step.CLOSE, {"closes_at": NOW + timedelta(seconds=1)}, "still have time"),
        (Step.CLOSE, {"closes_at": None}, "still have time"),
        (Step.CLOSE, {"unanswered": 1}, "no answer"),
        (Step.DECIDE, {"unanswered": 1}, "no answer"),
        (Step.DECIDE, {"is_agreed": False}, "not agreed"),
        (Step.LOCK, {"blocked": 1}, "grant that first"),
        (Step.LOCK, {"departures": 1}, "was promised"),
        (Step.LOCK, {"amount": 0, "said": 0}, "nothing to share"),
        (Step.LOCK, {"amount": 99}, "less to share than"),
        (Step.LOCK, {"covered": 99}, "not there yet"),
        (Step.LOCK, {"free": 0}, "Everything in it is contested"),
        (Step.RELEASE, {"free": 0}, "Nothing in it has been settled"),
        (Step.PAY, {"owed": 0}, "Nobody is owed"),
        (Step.SETTLE, {"held": 1}, "contested"),
        (Step.SETTLE, {"in_flight": 1}, "on its way"),
        (Step.SETTLE, {"owed": 1}, "still owed"),
        (Step.SETTLE_PARTLY, {"in_flight": 1}, "on its way"),
        (Step.SETTLE_PARTLY, {"owed": 0}, "has been paid"),
        (Step.RETURN, {"owed": 0}, "Nobody is owed"),
        (Step.FINISH, {"held": 1}, "contested"),
        (Step.FINISH, {"in_flight": 1}, "on its way"),
        (Step.FINISH, {"owed": 1}, "still owed"),
    ],
)
def test_a_step_says_what_it_still_lacks(step: Step, wrong: dict[str, Any], why: str) -> None:
    state = next(state for state, ways in WAYS.items() if step in ways)
    facts = replace(READY[step], **wrong)
    with pytest.raises(Conflict, match=why):
        advance(state, step, facts)
    assert len(lacks(step, facts)) == 1
    assert not lacks(step, READY[step])


def test_what_is_on_its_way_can_be_paid_on_and_what_is_held_is_not_paid_yet() -> None:
    assert not lacks(Step.PAY, Facts(now=NOW, owed=0, in_flight=5))
    assert not lacks(Step.SETTLE_PARTLY, Facts(now=NOW, owed=0, held=5))


def test_every_guard_belongs_to_a_step_and_calling_off_needs_none() -> None:
    assert set(Step) - GUARDS.keys() == {Step.CANCEL}


def test_what_has_no_number_in_the_table_is_not_taken_for_a_state() -> None:
    with pytest.raises(ValueError, match="paid_twice"):
        refusal_of("paid_twice", Step.PAY)


@given(
    days=st.integers(0, 60),
    later=st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=6),
)
def test_everybody_has_two_weeks_and_whoever_loses_by_a_revision_another_one(
    days: int, later: list[tuple[int, bool]]
) -> None:
    at = NOW
    until = closes_at(at, before=None, window=timedelta(days=days))
    assert until - at >= WINDOW == timedelta(days=14)
    for passed, loses in later:
        at += timedelta(days=passed)
        before, until = until, closes_at(at, before=until, loses_or_new=loses, longer=timedelta(days=days))
        assert until >= before
        assert not loses or until - at >= max(LONGER, timedelta(days=days)) >= timedelta(days=7)
        assert loses or until == before


def test_people_can_object_until_the_time_is_over_and_only_where_it_is_heard() -> None:
    until = NOW + WINDOW
    for state in State:
        assert is_open(state, now=NOW, closes_at=until) is (state in TAKING)
        assert not is_open(state, now=until, closes_at=until)
        assert not is_open(state, now=NOW, closes_at=None)
