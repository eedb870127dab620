"""How challenges and submissions go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict
from fedirec.remix.submissions import (
    ENDED,
    SUBMISSION_TRANSITIONS,
    ChallengeEvent,
    ChallengeState,
    SubmissionEvent,
    SubmissionState,
    Timing,
    accepts_submissions,
    advance_challenge,
    advance_submission,
    known_state,
    timing_of,
)

DEADLINE = datetime(2026, 12, 20, tzinfo=UTC)


AFTER = {
    # state: what each event makes of it, where it can happen at all
    "draft": {"open": "open"},
    "open": {"extend": "extended", "close": "closed", "cancel": "cancelled"},
    "extended": {"extend": "extended", "close": "closed", "cancel": "cancelled"},
    "closed": {"reopen": "extended", "select": "selecting", "cancel": "cancelled"},
    "selecting": {"reopen": "extended", "conclude": "concluded", "cancel": "cancelled"},
    "concluded": {"archive": "archived"},
    "cancelled": {"archive": "archived"},
    "archived": {},
}


@pytest.mark.parametrize("state", ChallengeState)
@pytest.mark.parametrize("event", ChallengeEvent)
def test_a_challenge_does_what_the_table_says_and_nothing_else(state: ChallengeState, event: ChallengeEvent) -> None:
    after = AFTER[state].get(event)
    if after is not None:
        assert advance_challenge(state, event) == after
    else:
        with pytest.raises(Conflict):
            advance_challenge(state, event)


@pytest.mark.parametrize(
    ("state", "event", "said"),
    [
        ("open", "open", "open already"),
        ("draft", "close", "not open yet"),
        ("closed", "close", "closed already"),
        ("open", "select", "close it first"),
        ("closed", "conclude", "begin to choose first"),
        ("selecting", "archive", "how it ended"),
        ("concluded", "extend", "is finished"),
        ("cancelled", "reopen", "called off"),
        ("archived", "open", "is archived"),
    ],
)
def test_what_cannot_happen_says_why(state: str, event: str, said: str) -> None:
    with pytest.raises(Conflict, match=said):
        advance_challenge(state, ChallengeEvent(event))


def test_nothing_comes_back_from_where_it_ended() -> None:
    for state in ENDED:
        assert set(AFTER[state].values()) <= set(ENDED)


def test_what_another_instance_says_of_its_challenge_is_never_taken_for_a_promise() -> None:
    for state in ChallengeState:
        assert known_state(state) == ("closed" if state == "draft" else state)
    assert known_state("sleeping") == "closed"
    assert known_state(None) == "open"


@pytest.mark.parametrize("state", SubmissionState)
@pytest.mark.parametrize("event", SubmissionEvent)
def test_a_submission_does_nothing_that_is_not_in_the_table(state: SubmissionState, event: SubmissionEvent) -> None:
    if (state, event) in SUBMISSION_TRANSITIONS:
        assert advance_submission(state, event) == SUBMISSION_TRANSITIONS[state, event]
    else:
        with pytest.raises(Conflict):
            advance_submission(state, event)


def test_a_post_without_a_licence_is_not_accepted_before_its_author_grants_one() -> None:
    with pytest.raises(Conflict, match="licence first"):
        advance_submission("licence_pending", SubmissionEvent.ACCEPT)
    granted = advance_submission("licence_pending", SubmissionEvent.GRANT)
    assert advance_submission(granted, SubmissionEvent.ACCEPT) == "accepted"


def test_leaders_can_change_their_minds_and_authors_can_always_withdraw() -> None:
    assert advance_submission("declined", SubmissionEvent.RECONSIDER) == "pending"
    assert advance_submission("accepted", SubmissionEvent.RECONSIDER) == "pending"
    for state in ("pending", "licence_pending", "accepted"):
        assert advance_submission(state, SubmissionEvent.WITHDRAW) == "withdrawn"


def test_nothing_but_its_author_brings_a_withdrawn_submission_back() -> None:
    assert {event for (state, event) in SUBMISSION_TRANSITIONS if state == "withdrawn"} == {SubmissionEvent.OFFER}


@pytest.mark.parametrize(
    ("state", "minutes_late", "deadline", "in_time"),
    [
        ("open", -1, DEADLINE, True),
        ("open", 0, DEADLINE, True),
        ("open", 1, DEADLINE, False),
        ("extended", -1, DEADLINE, True),
        ("open", 1_000_000, None, True),
        ("draft", -1, DEADLINE, False),
        ("closed", -1, DEADLINE, False),
        ("closed", -1, None, False),
    ],
)
def test_what_counts_is_when_a_submission_arrives(
    state: str, minutes_late: int, deadline: datetime | None, *, in_time: bool
) -> None:
    received_at = DEADLINE + timedelta(minutes=minutes_late)
    assert accepts_submissions(state, received_at=received_at, deadline_at=deadline) is in_time


@pytest.mark.parametrize(
    ("state", "seconds_late", "grace", "closed_after", "timing"),
    [
        ("open", 0, 60, None, "in_time"),
        ("open", 1, 60, None, "late"),
        ("open", 3_600, 60, None, "late"),
        ("open", 3_601, 60, None, "too_late"),
        ("open", 1, 0, None, "too_late"),
        ("closed", 1, 60, 0, "late"),  # the worker closed it at its deadline
        ("closed", 3_600, 60, 0, "late"),
        ("closed", 3_601, 60, 0, "too_late"),
        ("closed", 0, 60, 0, "in_time"),  # it was here, and waited to be handled
        ("closed", 1, 60, -600, "too_late"),  # its leaders closed it before
        ("closed", 1, 60, 600, "too_late"),
        ("selecting", 1, 60, 0, "too_late"),
        ("concluded", 1, 60, 0, "too_late"),
        ("cancelled", 1, 60, 0, "too_late"),
        ("archived", 1, 60, 0, "too_late"),
        ("draft", 1, 60, None, "too_late"),
    ],
)
def test_what_comes_from_elsewhere_has_some_grace_after_the_deadline(
    state: str, seconds_late: int, grace: int, closed_after: int | None, timing: str
) -> None:
    assert (
        timing_of(
            state,
            received_at=DEADLINE + timedelta(seconds=seconds_late),
            deadline_at=DEADLINE,
            closed_at=None if closed_after is None else DEADLINE + timedelta(seconds=closed_after),
            grace=timedelta(minutes=grace),
        )
        == timing
    )


@given(
    st.sampled_from(ChallengeState),
    st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=3)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)),
    st.booleans(),
)
def test_grace_lets_in_nothing_but_what_came_just_after_the_deadline(
    state: ChallengeState, late: timedelta, grace: timedelta, was_overdue: bool
) -> None:
    closed_at = DEADLINE if was_overdue else None
    strict, mild = (
        timing_of(state, received_at=DEADLINE + late, deadline_at=DEADLINE, closed_at=closed_at, grace=given)
        for given in (timedelta(0), grace)
    )
    assert (strict is Timing.IN_TIME) == (mild is Timing.IN_TIME)
    assert strict is not Timing.LATE
    if mild is Timing.LATE:
        assert timedelta(0) < late <= grace
        assert state in ("open", "extended") or (state == "closed" and was_overdue)
