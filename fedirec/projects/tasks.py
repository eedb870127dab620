"""Tasks: what somebody does by when, how a task may go on, and when its date is recalled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.errors import Conflict, Invalid
from fedirec.translatable import N_

MAX_TITLE: Final = 200
"""Characters."""
MAX_TEXT: Final = 5_000
"""Characters."""
MAX_OPEN: Final = 200
"""Open tasks of one project: a longer list is a plan that nobody follows."""
MAX_AHEAD: Final = timedelta(days=5 * 365)
"""How far away the date of a task may be."""

BEFORE: Final = timedelta(days=2)
"""How long before its date somebody is reminded of a task."""
TOO_OLD: Final = timedelta(days=7)
"""How long after its date somebody is told that it has passed; a machine that was off does not tell old stories."""


class TaskState(StrEnum):
    """Where a task is."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TaskEvent(StrEnum):
    """What people can do to a task."""

    TAKE = "take"
    GIVE = "give"
    HAND_BACK = "hand_back"
    CHANGE = "change"
    FINISH = "finish"
    DROP = "drop"
    REOPEN = "reopen"


TRANSITIONS: Final[Mapping[tuple[TaskState, TaskEvent], TaskState]] = MappingProxyType(
    {
        (TaskState.OPEN, TaskEvent.TAKE): TaskState.OPEN,
        (TaskState.OPEN, TaskEvent.GIVE): TaskState.OPEN,
        (TaskState.OPEN, TaskEvent.HAND_BACK): TaskState.OPEN,
        (TaskState.OPEN, TaskEvent.CHANGE): TaskState.OPEN,
        (TaskState.OPEN, TaskEvent.FINISH): TaskState.DONE,
        (TaskState.OPEN, TaskEvent.DROP): TaskState.DROPPED,
        (TaskState.DONE, TaskEvent.REOPEN): TaskState.OPEN,
        (TaskState.DROPPED, TaskEvent.REOPEN): TaskState.OPEN,
    }
)

_STANDS: Final[Mapping[TaskState, str]] = MappingProxyType(
    {
        TaskState.OPEN: N_("This task is open."),
        TaskState.DONE: N_("This task is done already."),
        TaskState.DROPPED: N_("This task was dropped."),
    }
)


class Recall(StrEnum):
    """Why somebody is reminded of a task."""

    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"


def advance_task(state: str, event: TaskEvent) -> TaskState:
    """The state of a task after `event`. Raises Conflict when that cannot happen from `state`."""
    after = TRANSITIONS.get((TaskState(state), event))
    if after is None:
        raise Conflict(_STANDS[TaskState(state)])
    return after


def check_task(*, title: str, text: str) -> tuple[str, str]:
    """Both as they are kept. Raises Invalid with the field that has to change."""
    said, more = " ".join(title.split()), text.strip()
    if not said:
        raise Invalid("Please say in a few words what is to be done.", field="title")
    if len(said) > MAX_TITLE:
        raise Invalid("Please keep the title under %(n)s characters.", field="title", blanks={"n": MAX_TITLE})
    if len(more) > MAX_TEXT:
        raise Invalid("Please keep it under %(n)s characters.", field="text", blanks={"n": MAX_TEXT})
    return said, more


def check_date(due_at: datetime | None, *, at: datetime) -> None:
    """Raise Invalid unless a date that is set `at` that time is still to come, and not too far away."""
    if due_at is not None and due_at <= at:
        raise Invalid("Please choose a time that is still to come.", field="due")
    if due_at is not None and due_at > at + MAX_AHEAD:
        raise Invalid("Please choose a date within the next five years.", field="due")


def is_overdue(state: str, due_at: datetime | None, *, at: datetime) -> bool:
    """Whether the date of an open task has passed."""
    return state == TaskState.OPEN and due_at is not None and due_at <= at


def day_of(due_at: datetime, zone: tzinfo) -> datetime:
    """When the day of a date begins, in `zone`."""
    return datetime.combine(due_at.astimezone(zone).date(), time(), tzinfo=zone)


def due_recall(due_at: datetime, *, zone: tzinfo, at: datetime) -> Recall | None:
    """Of what whoever does a task is to be reminded `at` that time, if they have not been: two days before its date, on
    its day, or, for a week, that it has passed. `zone` is that of the project.
    """
    if at >= due_at:
        return Recall.OVERDUE if at < due_at + TOO_OLD else None
    if at >= day_of(due_at, zone):
        return Recall.TODAY
    return Recall.SOON if at >= due_at - BEFORE else None


def recalls_past(due_at: datetime, *, zone: tzinfo, at: datetime) -> tuple[Recall, ...]:
    """What nobody recalls to somebody who hears of a date `at` that time: everything up to then."""
    begins = {Recall.SOON: due_at - BEFORE, Recall.TODAY: day_of(due_at, zone), Recall.OVERDUE: due_at}
    return tuple(recall for recall, begin in begins.items() if at >= begin)
