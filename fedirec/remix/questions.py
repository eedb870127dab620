"""What becomes of a question whether a remix may be: which states it has, what changes them, and whose that is.

Everything that happens to such a question is a step of one table. Nothing else gives it a state, so that nobody can be
brought by any order of messages to an answer that its author did not give.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal, TypeAlias, get_args

from fedirec.errors import Conflict

State: TypeAlias = Literal["held", "waiting", "approved", "refused", "revoked", "expired", "quote"]
"""held as long as nobody looked at what is asked about, and quote where only that was asked for."""

STATES: Final[tuple[State, ...]] = get_args(State)
ASKED: Final[tuple[State, ...]] = ("waiting", "approved", "refused", "revoked", "expired")
"""States of what its author knows of."""


class By(StrEnum):
    """Who makes something happen."""

    ASKER = "asker"
    OWNER = "owner"
    """The author of the source."""
    TIME = "time"


class Event(StrEnum):
    """What happens to a question."""

    ASKED = "asked"
    """About a remix that is known here."""
    HEARD = "heard"
    """From elsewhere, about something that nobody here has looked at yet."""
    FOUND = "found"
    """What is asked about is a remix of theirs, and of that source."""
    CHANGED = "changed"
    """What waits, and nobody else has seen, is another work now: the same question about that."""
    ASKED_FOR_A_QUOTE = "asked for a quote"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    """Also without having been asked."""
    DECLINED = "declined"
    TOOK_BACK = "took back"
    PASSED = "passed"
    """The time for an answer has."""
    LEFT = "left"
    """One of the two is not there any more; what was answered stays."""


WHO: Final[Mapping[Event, tuple[By, ...]]] = {
    Event.ASKED: (By.ASKER,),
    Event.HEARD: (By.ASKER,),
    Event.FOUND: (By.ASKER,),
    Event.CHANGED: (By.ASKER,),
    Event.ASKED_FOR_A_QUOTE: (By.ASKER,),
    Event.WITHDRAWN: (By.ASKER,),
    Event.AGREED: (By.OWNER,),
    Event.DECLINED: (By.OWNER,),
    Event.TOOK_BACK: (By.OWNER,),
    Event.PASSED: (By.TIME,),
    Event.LEFT: (By.ASKER, By.OWNER),
}
"""Whose doing each event is."""

STEPS: Final[Mapping[Event, Mapping[str | None, State | None]]] = {
    Event.ASKED: {None: "waiting", "expired": "waiting"},
    Event.HEARD: {None: "held", "held": "held", "expired": "held"},
    Event.FOUND: {"held": "waiting"},
    Event.CHANGED: {"held": "held", "waiting": "waiting", "approved": "waiting", "expired": "waiting"},
    Event.ASKED_FOR_A_QUOTE: {None: "quote"},
    Event.WITHDRAWN: {"held": None, "waiting": None, "expired": None},
    Event.AGREED: {
        None: "approved",
        "held": "approved",
        "waiting": "approved",
        "approved": "approved",
        "refused": "approved",
        "revoked": "approved",
        "expired": "approved",
        "quote": "approved",
    },
    Event.DECLINED: {"held": "refused", "waiting": "refused", "expired": "refused"},
    Event.TOOK_BACK: {"approved": "revoked"},
    Event.PASSED: {"held": None, "waiting": "expired"},
    Event.LEFT: {"held": None, "waiting": None},
}
"""For each event the state before it and the one after; None is no question at all. What is not here cannot happen."""


def may_happen(state: str | None, event: Event) -> bool:
    """Whether `event` can happen to a question in `state`."""
    return state in STEPS[event]


def after(state: str | None, event: Event) -> State:
    """The state of a question after `event`. Raises Conflict for what cannot happen to it, or ends it."""
    following = STEPS[event].get(state)
    if following is None:
        blanks = {"event": event.value, "state": state or "none"}
        raise Conflict("%(event)s cannot happen to a question that is %(state)s", blanks=blanks)
    return following


def before(event: Event) -> tuple[State, ...]:
    """The states in which `event` can happen to a question that there is."""
    return tuple(state for state in STATES if state in STEPS[event])
