"""What becomes of a question whether a remix may be is a step of one table, whoever does what in which order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict
from fedirec.remix.questions import STATES, STEPS, WHO, By, Event, after, before, may_happen
from fedirec.remix.standing import Acknowledgement, acknowledgement_of

DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0019-consent-to-remixes.md"
ANSWERED = {"approved", "refused", "revoked"}
EVENTS = st.lists(st.sampled_from(list(Event)), max_size=30)


def lived(events: list[Event]) -> list[tuple[str | None, Event, str | None]]:
    """What each of `events` made of a question, beginning with none; those that cannot happen make nothing of it."""
    state: str | None = None
    steps: list[tuple[str | None, Event, str | None]] = []
    for event in events:
        if may_happen(state, event):
            following = STEPS[event][state]
            steps.append((state, event, following))
            state = following
    return steps


@given(EVENTS)
def test_no_order_of_events_leaves_the_table_or_answers_for_the_owner(events: list[Event]) -> None:
    for state, event, following in lived(events):
        assert following is None or following in STATES
        if following in ANSWERED and following != state:
            assert WHO[event] == (By.OWNER,)
        if state in ANSWERED and following not in ANSWERED:
            # What still waits can become another work, about which the owner is asked anew; nothing else is unsaid.
            assert (state, event, following) == ("approved", Event.CHANGED, "waiting")
        if following == "approved":
            assert event is Event.AGREED
        if state == "revoked":
            assert following == "approved"
        if state == "quote":
            assert event is Event.AGREED


@given(EVENTS.filter(lambda events: Event.AGREED not in events))
def test_whoever_never_agreed_is_never_said_to_have(events: list[Event]) -> None:
    for _state, _event, following in lived(events):
        assert not acknowledgement_of(following, is_automatic=False).is_agreed


def test_what_cannot_happen_is_refused() -> None:
    for event in Event:
        for state in (None, *STATES):
            following = STEPS[event].get(state)
            if following is None:
                with pytest.raises(Conflict):
                    after(state, event)
            else:
                assert after(state, event) == following
        assert set(before(event)) == {state for state in STEPS[event] if state is not None}
    assert set(WHO) == set(STEPS) == set(Event)
    assert {acknowledgement_of(state, is_automatic=False) for state in STATES} == set(Acknowledgement) - {
        Acknowledgement.AUTOMATIC
    }


def test_the_table_is_the_one_that_is_documented() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| ([a-z, ]+) \| (.* → .*) \|$", DECISION.read_text(), re.MULTILINE)
    said = {
        name: (tuple(who.split(", ")), {tuple(step.split(" → ")) for step in steps.split(", ")})
        for name, who, steps in rows
    }
    assert said == {
        event.value: (
            tuple(who.value for who in WHO[event]),
            {(state or "none", following or "none") for state, following in STEPS[event].items()},
        )
        for event in Event
    }
