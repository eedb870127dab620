"""How a challenge and a submission may go on from where they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from fedirec.errors import Conflict
from fedirec.translatable import N_


class ChallengeState(StrEnum):
    """Where a challenge is."""

    DRAFT = "draft"
    OPEN = "open"
    EXTENDED = "extended"
    CLOSED = "closed"


class ChallengeEvent(StrEnum):
    """What its leaders, or its deadline, can do to a challenge."""

    OPEN = "open"
    EXTEND = "extend"
    CLOSE = "close"
    REOPEN = "reopen"


class SubmissionState(StrEnum):
    """Where a submission is."""

    PENDING = "pending"
    LICENCE_PENDING = "licence_pending"
    """It came as a post without a licence; its author has been asked for one."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class SubmissionEvent(StrEnum):
    """What its author and the leaders can do to a submission."""

    GRANT = "grant"
    """Its author said under which licence it is."""
    ACCEPT = "accept"
    DECLINE = "decline"
    RECONSIDER = "reconsider"
    WITHDRAW = "withdraw"
    OFFER = "offer"
    """Its author offers it again."""


CHALLENGE_TRANSITIONS: Final[Mapping[tuple[ChallengeState, ChallengeEvent], ChallengeState]] = MappingProxyType(
    {
        (ChallengeState.DRAFT, ChallengeEvent.OPEN): ChallengeState.OPEN,
        (ChallengeState.OPEN, ChallengeEvent.EXTEND): ChallengeState.EXTENDED,
        (ChallengeState.EXTENDED, ChallengeEvent.EXTEND): ChallengeState.EXTENDED,
        (ChallengeState.OPEN, ChallengeEvent.CLOSE): ChallengeState.CLOSED,
        (ChallengeState.EXTENDED, ChallengeEvent.CLOSE): ChallengeState.CLOSED,
        (ChallengeState.CLOSED, ChallengeEvent.REOPEN): ChallengeState.EXTENDED,
    }
)

SUBMISSION_TRANSITIONS: Final[Mapping[tuple[SubmissionState, SubmissionEvent], SubmissionState]] = MappingProxyType(
    {
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.GRANT): SubmissionState.PENDING,
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.DECLINE): SubmissionState.DECLINED,
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
        (SubmissionState.PENDING, SubmissionEvent.ACCEPT): SubmissionState.ACCEPTED,
        (SubmissionState.PENDING, SubmissionEvent.DECLINE): SubmissionState.DECLINED,
        (SubmissionState.PENDING, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
        (SubmissionState.ACCEPTED, SubmissionEvent.RECONSIDER): SubmissionState.PENDING,
        (SubmissionState.ACCEPTED, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
        (SubmissionState.DECLINED, SubmissionEvent.RECONSIDER): SubmissionState.PENDING,
        (SubmissionState.WITHDRAWN, SubmissionEvent.OFFER): SubmissionState.PENDING,
    }
)

_STANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        ChallengeState.DRAFT: N_("This challenge is not open yet."),
        ChallengeState.OPEN: N_("This challenge is open already."),
        ChallengeState.EXTENDED: N_("This challenge is open already."),
        ChallengeState.CLOSED: N_("This challenge is closed already."),
        SubmissionState.PENDING: N_("This waits for an answer already."),
        SubmissionState.LICENCE_PENDING: N_("This still waits for its licence."),
        SubmissionState.ACCEPTED: N_("This is part of the challenge already."),
        SubmissionState.DECLINED: N_("This was declined already."),
        SubmissionState.WITHDRAWN: N_("This was taken back by its author."),
    }
)
"""Why something cannot be done: how it stands."""

StateT = TypeVar("StateT", bound=StrEnum)
EventT = TypeVar("EventT", bound=StrEnum)


def advance(transitions: Mapping[tuple[StateT, EventT], StateT], state: StateT, event: EventT) -> StateT:
    """The state after `event`. Raises Conflict when that cannot happen from `state`."""
    after = transitions.get((state, event))
    if after is None:
        raise Conflict(_STANDS[state])
    return after


def advance_challenge(state: str, event: ChallengeEvent) -> ChallengeState:
    """The state of a challenge after `event`, or Conflict."""
    return advance(CHALLENGE_TRANSITIONS, ChallengeState(state), event)


def advance_submission(state: str, event: SubmissionEvent) -> SubmissionState:
    """The state of a submission after `event`, or Conflict."""
    if (state, event) == (SubmissionState.LICENCE_PENDING, SubmissionEvent.ACCEPT):
        raise Conflict("its author has to choose a licence first")
    return advance(SUBMISSION_TRANSITIONS, SubmissionState(state), event)


def accepts_submissions(state: str, *, received_at: datetime, deadline_at: datetime | None) -> bool:
    """Whether a submission that reaches us at `received_at` is in time.

    What counts is our clock when it arrives, never the date that it claims.
    """
    if state not in (ChallengeState.OPEN, ChallengeState.EXTENDED):
        return False
    return deadline_at is None or received_at <= deadline_at
