"""How many tries of a lane went well in the last days, and how many did not.

It is kept in one short text beside what else is known of the lane, and written when the lane is given back anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

DAYS: Final = 7
"""Days that are counted, today among them."""
_MOST: Final = 9_999_999
"""Of one day; more are not told apart."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What came of tries."""

    well: int = 0
    ill: int = 0

    def __add__(self, other: Tries) -> Tries:
        return Tries(self.well + other.well, self.ill + other.ill)

    @property
    def percent(self) -> int | None:
        """How many in a hundred went well, rounded down so that only all are a hundred; None when nothing was tried."""
        return 100 * self.well // (self.well + self.ill) if self.well + self.ill else None


def added(kept: str | None, tries: Tries, *, at: datetime) -> str:
    """The text `kept`, with `tries` of the day `at`, without the days that are over for long."""
    days = _days(kept, at=at)
    days[at.date()] = days.get(at.date(), Tries()) + tries
    newest = sorted(days.items(), reverse=True)
    return " ".join(f"{day}:{min(each.well, _MOST)}:{min(each.ill, _MOST)}" for day, each in newest)


def tries_in(kept: str | None, *, at: datetime) -> Tries:
    """All tries of the days that count on the day `at`."""
    return sum(_days(kept, at=at).values(), Tries())


def _days(kept: str | None, *, at: datetime) -> dict[date, Tries]:
    oldest = at.date() - timedelta(days=DAYS - 1)
    found: dict[date, Tries] = {}
    for part in (kept or "").split():
        day, well, ill = part.split(":")
        if oldest <= date.fromisoformat(day) <= at.date():
            found[date.fromisoformat(day)] = Tries(int(well), int(ill))
    return found
