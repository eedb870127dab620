"""Since when everybody knows that somebody goes on with what they began themselves, because nobody else could."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from fedirec.clock import now
from fedirec.credits.models import MoneySettings, SaidAlone


def about_entry(key: str) -> str:
    """What is said about confirming the entry of a pool with that key."""
    return f"entry:{key}"


def about_deciding(key: str) -> str:
    """What is said about deciding the proposal with that key."""
    return f"decide:{key}"


def about_locking(key: str) -> str:
    """What is said about locking it."""
    return f"lock:{key}"


def about_appeal(key: str) -> str:
    """What is said about deciding the appeal to the answer to the objection with that key."""
    return f"appeal:{key}"


async def said_of(abouts: Collection[str]) -> dict[str, SaidAlone]:
    """What was said of each of these, where it was: one query."""
    return {row.about: row for row in await SaidAlone.filter(about__in=list(abouts))} if abouts else {}


async def alone_from(about: str, *, since: datetime, settings: MoneySettings) -> datetime:
    """From when on somebody goes on alone with what began at `since`: the day that everybody was told, which later
    settings do not change. Where nobody was told yet, as many days from now on as are promised.
    """
    row = (await said_of([about])).get(about)
    if row is None or row.told_at < since:
        return now() + timedelta(days=settings.solo_days)
    return row.from_at
