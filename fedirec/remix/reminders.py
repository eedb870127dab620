"""When people are reminded of a date: once for each of a few moments before it, and never after it passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment before a date, at which people are reminded of it."""

    name: str
    before: timedelta
    shortest: timedelta = timedelta()
    """How long people must have known of the date: who has just heard of it needs no reminder."""


DEADLINE: Final = (
    Moment("three_days", timedelta(days=3), shortest=timedelta(days=7)),
    Moment("one_day", timedelta(days=1), shortest=timedelta(days=3)),
)
"""Of the deadlines of challenges, the earliest moment first."""


def moment_at(moments: Sequence[Moment], *, date: datetime, at: datetime) -> Moment | None:
    """The moment before `date` that has come `at` that time; None before the first one, and from the date on.

    Only the latest counts, so that whoever missed the first is not told twice in a row. `moments` have the earliest in
    front.
    """
    if at >= date:
        return None
    return next((moment for moment in reversed(moments) if at >= date - moment.before), None)


def is_news(moment: Moment, *, date: datetime, known_since: datetime) -> bool:
    """Whether people have known of `date` for so long that they are to be reminded of it."""
    return date - known_since >= moment.shortest
