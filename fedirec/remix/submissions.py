"""How a challenge and a submission may go on from where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from fedirec.errors import Conflict
from fedirec.remix.kinds import Kind
from fedirec.translatable import N_


class ChallengeState(StrEnum):
    """Where a challenge is."""

    DRAFT = "draft"
    OPEN = "open"
    EXTENDED = "extended"
    CLOSED = "closed"
    SELECTING = "selecting"
    """Its leaders choose among what was offered."""
    CONCLUDED = "concluded"
    """Its leaders said what became of what was made."""
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    """Over for good: it has left the lists, and keeps its page."""


TAKING: Final = frozenset({ChallengeState.OPEN, ChallengeState.EXTENDED})
"""Where a challenge takes what is offered."""
DECIDING: Final = TAKING | {ChallengeState.CLOSED, ChallengeState.SELECTING}
"""Where its leaders still answer what was offered."""
ENDED: Final = frozenset({ChallengeState.CONCLUDED, ChallengeState.CANCELLED, ChallengeState.ARCHIVED})
"""Where nothing more comes."""


ASIDE: Final = "aside"
"""The visibility of a post in words alone that stands below the challenge it answers, and nowhere else."""


class ChallengeEvent(StrEnum):
    """What its leaders, or its deadline, can do to a challenge."""

    OPEN = "open"
    EXTEND = "extend"
    CLOSE = "close"
    REOPEN = "reopen"
    SELECT = "select"
    CONCLUDE = "conclude"
    CANCEL = "cancel"
    ARCHIVE = "archive"


class Timing(StrEnum):
    """How what is offered stands to the deadline."""

    IN_TIME = "in_time"
    LATE = "late"
    """After the deadline, and within the grace that what comes from elsewhere has."""
    TOO_LATE = "too_late"


class Outcome(StrEnum):
    """What became of something that a challenge accepted. Nobody wins, and nobody loses."""

    USED = "used"
    """It is in what was made."""
    BUILT_ON = "built_on"
    """What was made comes from it."""
    THANKED = "thanked"


class SubmissionState(StrEnum):
    """Where a submission is."""

    PENDING = "pending"
    LICENCE_PENDING = "licence_pending"
    """It came as a post without a licence; its author has been asked for one."""
    PROPOSED = "proposed"
    """Somebody who leads the challenge found it; its author has been asked whether they offer it."""
    REMARK = "remark"
    """Words alone in answer to what a challenge asks: no offer, unless its author or a leader says that it is one."""
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
    """Its author offers it, or offers it again."""
    TAKE = "take"
    """What was said is taken for an offer."""


CHALLENGE_TRANSITIONS: Final[Mapping[tuple[ChallengeState, ChallengeEvent], ChallengeState]] = MappingProxyType(
    {
        (ChallengeState.DRAFT, ChallengeEvent.OPEN): ChallengeState.OPEN,
        (ChallengeState.OPEN, ChallengeEvent.EXTEND): ChallengeState.EXTENDED,
        (ChallengeState.EXTENDED, ChallengeEvent.EXTEND): ChallengeState.EXTENDED,
        (ChallengeState.OPEN, ChallengeEvent.CLOSE): ChallengeState.CLOSED,
        (ChallengeState.EXTENDED, ChallengeEvent.CLOSE): ChallengeState.CLOSED,
        (ChallengeState.CLOSED, ChallengeEvent.REOPEN): ChallengeState.EXTENDED,
        (ChallengeState.CLOSED, ChallengeEvent.SELECT): ChallengeState.SELECTING,
        (ChallengeState.SELECTING, ChallengeEvent.REOPEN): ChallengeState.EXTENDED,
        (ChallengeState.SELECTING, ChallengeEvent.CONCLUDE): ChallengeState.CONCLUDED,
        (ChallengeState.OPEN, ChallengeEvent.CANCEL): ChallengeState.CANCELLED,
        (ChallengeState.EXTENDED, ChallengeEvent.CANCEL): ChallengeState.CANCELLED,
        (ChallengeState.CLOSED, ChallengeEvent.CANCEL): ChallengeState.CANCELLED,
        (ChallengeState.SELECTING, ChallengeEvent.CANCEL): ChallengeState.CANCELLED,
        (ChallengeState.CONCLUDED, ChallengeEvent.ARCHIVE): ChallengeState.ARCHIVED,
        (ChallengeState.CANCELLED, ChallengeEvent.ARCHIVE): ChallengeState.ARCHIVED,
    }
)

SUBMISSION_TRANSITIONS: Final[Mapping[tuple[SubmissionState, SubmissionEvent], SubmissionState]] = MappingProxyType(
    {
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.GRANT): SubmissionState.PENDING,
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.DECLINE): SubmissionState.DECLINED,
        (SubmissionState.LICENCE_PENDING, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
        (SubmissionState.PROPOSED, SubmissionEvent.OFFER): SubmissionState.PENDING,
        (SubmissionState.PROPOSED, SubmissionEvent.GRANT): SubmissionState.PENDING,
        (SubmissionState.PROPOSED, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
        (SubmissionState.REMARK, SubmissionEvent.GRANT): SubmissionState.PENDING,
        (SubmissionState.REMARK, SubmissionEvent.TAKE): SubmissionState.LICENCE_PENDING,
        (SubmissionState.REMARK, SubmissionEvent.WITHDRAW): SubmissionState.WITHDRAWN,
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
        ChallengeState.SELECTING: N_("Its leaders are choosing already."),
        ChallengeState.CONCLUDED: N_("This challenge is finished."),
        ChallengeState.CANCELLED: N_("This challenge was called off."),
        ChallengeState.ARCHIVED: N_("This challenge is archived."),
        SubmissionState.PENDING: N_("This waits for an answer already."),
        SubmissionState.LICENCE_PENDING: N_("This still waits for its licence."),
        SubmissionState.PROPOSED: N_("Its author has not said yet whether they offer it."),
        SubmissionState.REMARK: N_("This was said about the challenge; it was not offered to it."),
        SubmissionState.ACCEPTED: N_("This is part of the challenge already."),
        SubmissionState.DECLINED: N_("This was declined already."),
        SubmissionState.WITHDRAWN: N_("This was taken back by its author."),
    }
)
"""Why something cannot be done: how it stands."""

_BEFORE: Final[Mapping[ChallengeEvent, frozenset[ChallengeState]]] = MappingProxyType(
    {
        ChallengeEvent.SELECT: TAKING,
        ChallengeEvent.CONCLUDE: TAKING | {ChallengeState.CLOSED},
        ChallengeEvent.ARCHIVE: DECIDING,
    }
)
_FIRST: Final[Mapping[ChallengeEvent, str]] = MappingProxyType(
    {
        ChallengeEvent.SELECT: N_("Please close it first."),
        ChallengeEvent.CONCLUDE: N_("Please close it and begin to choose first."),
        ChallengeEvent.ARCHIVE: N_("Please say first how it ended."),
    }
)
"""What has to come before an event, where that is missing."""

StateT = TypeVar("StateT", bound=StrEnum)
EventT = TypeVar("EventT", bound=StrEnum)


def advance(transitions: Mapping[tuple[StateT, EventT], StateT], state: StateT, event: EventT) -> StateT:
    """The state after `event`. Raises Conflict when that cannot happen from `state`."""
    after = transitions.get((state, event))
    if after is None:
        raise Conflict(_STANDS[state])
    return after


def advance_challenge(state: str, event: ChallengeEvent) -> ChallengeState:
    """The state of a challenge after `event`, or Conflict, which says what has to come first."""
    if event in _FIRST and state in _BEFORE[event]:
        raise Conflict(_FIRST[event])
    return advance(CHALLENGE_TRANSITIONS, ChallengeState(state), event)


def advance_submission(state: str, event: SubmissionEvent) -> SubmissionState:
    """The state of a submission after `event`, or Conflict."""
    if (state, event) == (SubmissionState.LICENCE_PENDING, SubmissionEvent.ACCEPT):
        raise Conflict("its author has to choose a licence first")
    return advance(SUBMISSION_TRANSITIONS, SubmissionState(state), event)


def timing_of(
    state: str,
    *,
    received_at: datetime,
    deadline_at: datetime | None,
    closed_at: datetime | None = None,
    grace: timedelta = timedelta(0),
) -> Timing:
    """How a submission that reaches us at `received_at` stands to the deadline of a challenge in `state`.

    What counts is our clock when it arrives, never the date that it claims. `grace` is for what comes from elsewhere,
    whose clocks differ and whose servers may have been down; a challenge that its leaders closed themselves has none.
    """
    is_closed_by_deadline = state == ChallengeState.CLOSED and deadline_at is not None and closed_at == deadline_at
    if not (state in TAKING or is_closed_by_deadline):
        return Timing.TOO_LATE
    if deadline_at is None or received_at <= deadline_at:
        return Timing.IN_TIME  # perhaps it waited here while the deadline passed
    return Timing.LATE if received_at <= deadline_at + grace else Timing.TOO_LATE


def accepts_submissions(state: str, *, received_at: datetime, deadline_at: datetime | None) -> bool:
    """Whether a submission that reaches us at `received_at` is in time."""
    return timing_of(state, received_at=received_at, deadline_at=deadline_at) is Timing.IN_TIME


def wants_words(kinds: Collection[str]) -> bool:
    """Whether a challenge that asks for `kinds`, or for anything where there are none, can be answered with words."""
    return not kinds or Kind.TEXT in kinds


def known_state(word: str | None) -> ChallengeState:
    """What another instance says of its challenge. A word that we do not know promises nothing: it is closed to us.

    Nothing at all is open, as older versions of other software say it.
    """
    if not word:
        return ChallengeState.OPEN
    known = next((state for state in ChallengeState if state == word), ChallengeState.CLOSED)
    return ChallengeState.CLOSED if known is ChallengeState.DRAFT else known
