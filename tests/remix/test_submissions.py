"""How challenges and submissions go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fedirec.errors import Conflict
from fedirec.remix.submissions import (
    CHALLENGE_TRANSITIONS,
    SUBMISSION_TRANSITIONS,
    ChallengeEvent,
    ChallengeState,
    SubmissionEvent,
    SubmissionState,
    accepts_submissions,
    advance_challenge,
    advance_submission,
)

DEADLINE = datetime(2026, 12, 20, tzinfo=UTC)


def test_a_challenge_lives_from_draft_to_closed() -> None:
    state: str = "draft"
    for event, after in (("open", "open"), ("extend", "extended"), ("extend", "extended"), ("close", "closed")):
        state = advance_challenge(state, ChallengeEvent(event))
        assert state == after
    assert advance_challenge(state, ChallengeEvent.REOPEN) == "extended"


@pytest.mark.parametrize("state", ChallengeState)
@pytest.mark.parametrize("event", ChallengeEvent)
def test_a_challenge_does_nothing_that_is_not_in_the_table(state: ChallengeState, event: ChallengeEvent) -> None:
    if (state, event) in CHALLENGE_TRANSITIONS:
        assert advance_challenge(state, event) == CHALLENGE_TRANSITIONS[state, event]
    else:
        with pytest.raises(Conflict, match="already" if state != "draft" else "not open yet"):
            advance_challenge(state, event)


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
