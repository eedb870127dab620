"""The way of a pay proposal, from a draft to the last payment: which step leads where, and what each step asks for.

`NEXT` is the whole way; what is not in it cannot be done, and `refusal_of` says why not in a sentence. What can be
counted is a guard (`GUARDS`); everything else is for people to judge. A proposal can be called off until it is locked;
from then on nothing in it changes, and only a further proposal can adjust it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.errors import Conflict
from fedirec.translatable import N_

WINDOW: Final = timedelta(days=14)
"""How long everybody can object at least, from the first day on which they are told."""
LONGER: Final = timedelta(days=7)
"""How long whoever loses by a revision, or is new in it, can object at least."""


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REVISED = "revised"
    CLOSING = "closing"
    """The time for objections is over and each has its answer; it waits to be decided."""
    DECIDED = "decided"
    LOCKED = "locked"
    """The amounts are owed. What is contested is held back until it is heard."""
    PAYING = "paying"
    PAID = "paid"
    PARTIALLY_PAID = "partially_paid"
    """Somebody could not be paid yet, or a payment came back."""
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What can be done to a proposal, or happens to it."""

    PUBLISH = "publish"
    REVISE = "revise"
    CLOSE = "close"
    """The time for objections ends."""
    DECIDE = "decide"
    """It is agreed, by the rule that was chosen before it was published."""
    LOCK = "lock"
    RELEASE = "release"
    """What was contested is settled, and is owed like the rest."""
    PAY = "pay"
    SETTLE = "settle"
    """Everybody has been paid, or what nobody claimed is where the policy says."""
    SETTLE_PARTLY = "settle_partly"
    """The payments are through, and somebody is still owed something."""
    RETURN = "return"
    """A payment came back."""
    FINISH = "finish"
    """Nobody is owed anything, and no payment has arrived for so long that none comes back, as a rule."""
    CANCEL = "cancel"


TAKING: Final = frozenset({State.PUBLISHED, State.REVISED})
"""Where people can object."""
HEARING: Final = TAKING | {State.CLOSING}
"""Where people can accept, give their share back, and comment."""
CHANGING: Final = frozenset({State.DRAFT, State.DECIDED}) | HEARING
"""Where it can still be called off."""
BINDING: Final = frozenset({State.LOCKED, State.PAYING, State.PAID, State.PARTIALLY_PAID, State.CLOSED})
"""Where it is locked: nothing in it changes any more."""
ENDED: Final = frozenset({State.CLOSED, State.CANCELLED})
OVER: Final = ENDED | {State.PAID}
"""Where nothing of a pool waits for it any more."""

NEXT: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.DRAFT, Step.PUBLISH): State.PUBLISHED,
        (State.DRAFT, Step.CANCEL): State.CANCELLED,
        (State.PUBLISHED, Step.REVISE): State.REVISED,
        (State.PUBLISHED, Step.CLOSE): State.CLOSING,
        (State.PUBLISHED, Step.CANCEL): State.CANCELLED,
        (State.REVISED, Step.REVISE): State.REVISED,
        (State.REVISED, Step.CLOSE): State.CLOSING,
        (State.REVISED, Step.CANCEL): State.CANCELLED,
        (State.CLOSING, Step.REVISE): State.REVISED,
        (State.CLOSING, Step.DECIDE): State.DECIDED,
        (State.CLOSING, Step.CANCEL): State.CANCELLED,
        (State.DECIDED, Step.REVISE): State.REVISED,
        (State.DECIDED, Step.LOCK): State.LOCKED,
        (State.DECIDED, Step.CANCEL): State.CANCELLED,
        (State.LOCKED, Step.RELEASE): State.LOCKED,
        (State.LOCKED, Step.PAY): State.PAYING,
        (State.LOCKED, Step.SETTLE): State.PAID,
        (State.PAYING, Step.RELEASE): State.PAYING,
        (State.PAYING, Step.PAY): State.PAYING,
        (State.PAYING, Step.RETURN): State.PAYING,
        (State.PAYING, Step.SETTLE): State.PAID,
        (State.PAYING, Step.SETTLE_PARTLY): State.PARTIALLY_PAID,
        (State.PARTIALLY_PAID, Step.RELEASE): State.PARTIALLY_PAID,
        (State.PARTIALLY_PAID, Step.PAY): State.PAYING,
        (State.PARTIALLY_PAID, Step.SETTLE): State.PAID,
        (State.PARTIALLY_PAID, Step.RETURN): State.PARTIALLY_PAID,
        (State.PARTIALLY_PAID, Step.FINISH): State.CLOSED,
        (State.PAID, Step.RETURN): State.PARTIALLY_PAID,
        (State.PAID, Step.FINISH): State.CLOSED,
        (State.CLOSED, Step.RETURN): State.PARTIALLY_PAID,
    }
)
"""Where each step leads. A payment can come back even when all is closed: then it is open again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be counted about a proposal. Nothing stands against a step by default but what has to be shown."""

    now: datetime
    closes_at: datetime | None = None
    """Until when people can object."""
    unreasoned: int = 0
    """Lines without a reason."""
    unlisted: int = 0
    """People with a confirmed credit who have no line, not even one of 0 with a reason."""
    blocked: int = 0
    """Works that nobody may make money with, as long as their authors have not granted it."""
    departures: int = 0
    """Departures from money terms that somebody saw, to which they have not agreed."""
    unanswered: int = 0
    """Objections without an answer."""
    is_agreed: bool = False
    """Whether the rule has been followed to an end that accepts the newest revision."""
    amount: int = 0
    """Minor units that are to be shared."""
    said: int = 0
    """Minor units that the revision in force said would be shared."""
    covered: int = 0
    """Minor units that are there for it, confirmed by the treasurer."""
    held: int = 0
    """Minor units that are contested and not owed yet."""
    free: int = 0
    """Minor units that are owed at once when it is locked, or by what is released."""
    owed: int = 0
    """Minor units that are owed and neither paid nor on their way."""
    in_flight: int = 0
    """Minor units that are on their way."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a step asks for: the sentence that stands where it is not so."""

    refusal: str
    holds: Callable[[Facts], bool]


_GRANTED: Final = Guard(
    N_("A work in it may not be used for money. Its author has to grant that first."), lambda facts: not facts.blocked
)
_AS_PROMISED: Final = Guard(
    N_("It departs from what somebody was promised. They have to agree first."), lambda facts: not facts.departures
)
_COMPLETE: Final = (
    Guard(N_("Every line needs a reason."), lambda facts: not facts.unreasoned),
    Guard(
        N_("Somebody who is credited has no line. Give them one, if need be with 0 and the reason for it."),
        lambda facts: not facts.unlisted,
    ),
    _GRANTED,
    _AS_PROMISED,
)
_NOTHING_HELD: Final = Guard(N_("Something in it is still contested."), lambda facts: not facts.held)
_NOTHING_IN_FLIGHT: Final = Guard(N_("A payment is still on its way."), lambda facts: not facts.in_flight)
_NOTHING_OWED: Final = Guard(N_("Somebody is still owed something."), lambda facts: not facts.owed)

GUARDS: Final[Mapping[Step, tuple[Guard, ...]]] = MappingProxyType(
    {
        Step.PUBLISH: _COMPLETE,
        Step.REVISE: _COMPLETE,
        Step.CLOSE: (
            Guard(
                N_("People still have time to object."),
                lambda facts: facts.closes_at is not None and facts.now >= facts.closes_at,
            ),
            Guard(N_("An objection has no answer yet."), lambda facts: not facts.unanswered),
        ),
        Step.DECIDE: (
            Guard(N_("An objection has no answer yet."), lambda facts: not facts.unanswered),
            Guard(N_("It is not agreed yet, by the rule that was chosen for it."), lambda facts: facts.is_agreed),
        ),
        Step.LOCK: (
            _GRANTED,  # can be missing again, when somebody gave theirs for another time
            _AS_PROMISED,
            Guard(N_("There is nothing to share yet."), lambda facts: facts.amount > 0),
            Guard(
                N_("There is less to share than the newest revision says. Please publish another one first."),
                lambda facts: facts.amount >= facts.said,
            ),
            Guard(N_("The money for it is not there yet."), lambda facts: facts.covered >= facts.amount),
            Guard(N_("Everything in it is contested."), lambda facts: facts.free > 0),
        ),
        Step.RELEASE: (Guard(N_("Nothing in it has been settled."), lambda facts: facts.free > 0),),
        Step.PAY: (Guard(N_("Nobody is owed anything."), lambda facts: facts.owed + facts.in_flight > 0),),
        Step.SETTLE: (_NOTHING_HELD, _NOTHING_IN_FLIGHT, _NOTHING_OWED),
        Step.SETTLE_PARTLY: (
            _NOTHING_IN_FLIGHT,
            Guard(N_("Everybody has been paid."), lambda facts: facts.owed + facts.held > 0),
        ),
        Step.RETURN: (Guard(N_("Nobody is owed anything."), lambda facts: facts.owed > 0),),
        Step.FINISH: (_NOTHING_HELD, _NOTHING_IN_FLIGHT, _NOTHING_OWED),
    }
)
"""What each step asks for, in the order in which it is looked at. Steps that are not here ask for nothing."""

_STANDS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.DRAFT: N_("This proposal is not published yet."),
        State.PUBLISHED: N_("This proposal is published, and people can object to it."),
        State.REVISED: N_("This proposal was revised, and people can object to it."),
        State.CLOSING: N_("The time to object is over. This proposal waits to be decided."),
        State.DECIDED: N_("This proposal is decided, and not locked yet."),
        State.LOCKED: N_("This proposal is locked: only a further proposal can adjust it."),
        State.PAYING: N_("This proposal is being paid: only a further proposal can adjust it."),
        State.PAID: N_("Everybody has been paid: only a further proposal can adjust it."),
        State.PARTIALLY_PAID: N_("This proposal has been paid in part: only a further proposal can adjust it."),
        State.CLOSED: N_("This proposal is closed."),
        State.CANCELLED: N_("This proposal was called off."),
    }
)
"""Why something cannot be done: how it stands."""

NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.DRAFT: N_("draft"),
        State.PUBLISHED: N_("published"),
        State.REVISED: N_("revised"),
        State.CLOSING: N_("waiting to be decided"),
        State.DECIDED: N_("decided"),
        State.LOCKED: N_("locked"),
        State.PAYING: N_("being paid"),
        State.PAID: N_("paid"),
        State.PARTIALLY_PAID: N_("paid in part"),
        State.CLOSED: N_("closed"),
        State.CANCELLED: N_("called off"),
    }
)


def refusal_of(state: str, step: Step, facts: Facts | None = None) -> str | None:
    """Why `step` cannot be done from `state`, in a sentence; None when it can.

    Without facts it is only said whether a way leads from there, so that a page knows what to show.
    """
    if (State(state), step) not in NEXT:
        return _STANDS[State(state)]
    if facts is None:
        return None
    return next((guard.refusal for guard in GUARDS.get(step, ()) if not guard.holds(facts)), None)


def advance(state: str, step: Step, facts: Facts) -> State:
    """The state after `step`. Raises Conflict, which says what stands against it."""
    if refusal := refusal_of(state, step, facts):
        raise Conflict(refusal)
    return NEXT[State(state), step]


def steps_from(state: str) -> tuple[Step, ...]:
    """The steps to which a way leads from `state`, whatever they ask for."""
    return tuple(step for step in Step if (State(state), step) in NEXT)


def closes_at(
    now: datetime,
    *,
    before: datetime | None,
    loses_or_new: bool = False,
    window: timedelta = WINDOW,
    longer: timedelta = LONGER,
) -> datetime:
    """Until when people can object to what is published now; `before` is until when they could before, None at first.

    At first at least WINDOW, whatever an instance sets. A revision never shortens it; where somebody loses by it or is
    new in it (`differences.difference` says who), it runs LONGER from now at least.
    """
    if before is None:
        return now + max(window, WINDOW)
    return max(before, now + max(longer, LONGER)) if loses_or_new else before


def is_open(state: str, *, now: datetime, closes_at: datetime | None) -> bool:
    """Whether people can object now."""
    return state in TAKING and closes_at is not None and now < closes_at
