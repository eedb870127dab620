"""Weeks as calendars count them (ISO 8601): they begin on Monday, and are written as 2026-W48."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

MORNING: Final = time(8)
"""When the digest of the week before is sent on Mondays, where somebody lives."""
_WRITTEN: Final = re.compile(r"(2\d{3})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One week, by the Monday on which it begins."""

    monday: date

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def since(self) -> datetime:
        """Where it begins for everybody, in UTC."""
        return datetime.combine(self.monday, time(), tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """Where the next one begins."""
        return self.since + timedelta(days=7)

    @property
    def sunday(self) -> date:
        """The day on which it ends."""
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> Week:
        return Week(self.monday - timedelta(days=7))

    @property
    def after(self) -> Week:
        return Week(self.monday + timedelta(days=7))


def week_of(moment: datetime, zone: tzinfo = UTC) -> Week:
    """The week that it is at `moment` in `zone`."""
    day = moment.astimezone(zone).date()
    return Week(day - timedelta(days=day.weekday()))


def read_week(written: str) -> Week | None:
    """The week that is written so, or None when no year has it."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return None
    try:
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError:
        return None


def last_morning(moment: datetime, zone: tzinfo) -> datetime:
    """The last Monday morning in `zone` up to `moment`: since then a digest is due, if none was sent after it."""
    monday = week_of(moment, zone).monday
    morning = datetime.combine(monday, MORNING, tzinfo=zone)
    if morning > moment:
        morning = datetime.combine(monday - timedelta(days=7), MORNING, tzinfo=zone)
    return morning.astimezone(UTC)
