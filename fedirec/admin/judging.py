"""What a report can say, what can be decided, and how a decision is looked at again: pure words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.errors import Conflict
from fedirec.translatable import N_


class Category(StrEnum):
    """Why something is reported."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    ILLEGAL = "illegal"
    LICENCE = "licence"
    OTHER = "other"


CATEGORIES: Final[Mapping[Category, str]] = {
    Category.SPAM: N_("It is spam"),
    Category.HARASSMENT: N_("It hurts or threatens somebody"),
    Category.ILLEGAL: N_("It is against the law"),
    Category.LICENCE: N_("It is not theirs, or has the wrong licence"),
    Category.OTHER: N_("Something else"),
}


class Action(StrEnum):
    """What a moderator can do about a report."""

    DISMISS = "dismiss"
    WARN = "warn"
    HIDE = "hide"
    DELETE = "delete"
    LIMIT = "limit"
    SUSPEND = "suspend"


ACTIONS: Final[Mapping[Action, tuple[str, str]]] = {
    Action.DISMISS: (N_("Leave it"), N_("Nothing changes. Whoever reported it is told.")),
    Action.WARN: (N_("Say something"), N_("They get your words, and nothing else happens.")),
    Action.HIDE: (N_("Hide it"), N_("Nobody sees it here any more. You can undo this.")),
    Action.DELETE: (
        N_("Delete it"),
        N_("It is gone for good, and other instances are told. Only for what was made here."),
    ),
    Action.LIMIT: (
        N_("Limit them"),
        N_("Only those who follow them see what they make, and nobody else hears of it. You can undo this."),
    ),
    Action.SUSPEND: (
        N_("Suspend them"),
        N_("They are silent everywhere and signed out. You can undo this for 30 days."),
    ),
}
"""What each is called, and what it does."""

AFFECTS_THINGS: Final = frozenset({Action.HIDE, Action.DELETE})
UNDOABLE: Final = frozenset({Action.WARN, Action.HIDE, Action.LIMIT, Action.SUSPEND})

TEMPLATES: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.WARN: (
        N_("Somebody was hurt by this. Please be kind to the others here."),
        N_("Please say whose work you used. Everybody here is credited."),
        N_("Please leave advertising elsewhere. People come here to make things."),
    ),
    Action.HIDE: (
        N_("We have hidden this, because it goes against the rules of this place."),
        N_("We have hidden this, because somebody says that it is theirs. Tell us if that is wrong."),
    ),
    Action.DELETE: (N_("We had to remove this, because it is against the law."),),
    Action.LIMIT: (N_("Several people asked for a pause. For now, only those who follow you see what you make."),),
    Action.SUSPEND: (N_("This went on after we asked you to stop, so your account is suspended."),),
}
"""Words that a moderator can start from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a moderator has decided about somebody."""

    action: Action
    things: Sequence[str] = ()
    """The addresses of what is hidden or deleted."""
    words: str = ""
    """What the person is told."""
    reason: str = ""
    """What the log keeps."""


class AppealState(StrEnum):
    """Where an appeal stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"


class AppealEvent(StrEnum):
    """What can happen to an appeal."""

    GRANT = "grant"
    DECLINE = "decline"


APPEAL_STEPS: Final[Mapping[tuple[AppealState, AppealEvent], AppealState]] = {
    (AppealState.WAITING, AppealEvent.GRANT): AppealState.GRANTED,
    (AppealState.WAITING, AppealEvent.DECLINE): AppealState.DECLINED,
}
"""Whatever is not in here does not happen: an answer is final."""


def advance_appeal(state: AppealState | str, event: AppealEvent) -> AppealState:
    """Where an appeal in `state` stands after `event`. Raises Conflict when that cannot happen there."""
    try:
        return APPEAL_STEPS[AppealState(state), event]
    except KeyError:
        raise Conflict(N_("That appeal was answered already.")) from None
