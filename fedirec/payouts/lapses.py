"""When money counts as unclaimed, and when its payee is told before: nobody loses it who could not hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

FIRST_NOTICES: Final = (timedelta(days=90), timedelta(days=30), timedelta(days=7))
"""How long before money counts as unclaimed its payee is told, each time."""
MONTH: Final = timedelta(days=30)
"""A month of waiting for who claims nothing: never shorter than a promised number of days."""


def lapses_at(oldest: datetime, months: int) -> datetime:
    """When money that has been owed since `oldest` counts as unclaimed, after so many `months`."""
    return oldest + months * MONTH


def notice_due(lapses: datetime, told: Sequence[datetime], *, at: datetime) -> datetime | None:
    """When the payee was to be told that their money will count as unclaimed, where that is now or was before `at`;
    `told` are the times at which they were. None for later, and for who was told as often as is promised.
    """
    if len(told) >= len(FIRST_NOTICES):
        return None
    due = _lapses_after(lapses, told) - FIRST_NOTICES[len(told)]
    return due if at >= due else None


def may_lapse(lapses: datetime, told: Sequence[datetime], *, at: datetime) -> bool:
    """Whether money counts as unclaimed now: the payee was told as often, and each time as long before, as is promised.

    An instance that was off for a year takes nothing from anybody who could not hear of it.
    """
    return len(told) >= len(FIRST_NOTICES) and at >= _lapses_after(lapses, told)


def _lapses_after(lapses: datetime, told: Sequence[datetime]) -> datetime:
    """When it may count as unclaimed at last: whoever was told late has as long from then on."""
    return max([lapses, *(when + early for when, early in zip(sorted(told), FIRST_NOTICES, strict=False))])
