"""When nobody is paid although they are owed: after whatever somebody who took over an account would do first.

The rules to know: a hold never gets shorter because another one begins, and what was said before the account changed
hands, or may have, has to be said again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class HoldCause(StrEnum):
    """Why somebody is not paid for a while; in words, `accounts.notices.WHY_HELD`."""

    MOVE = "move"
    """An account of theirs says that it lives somewhere else now."""
    KEY = "key"
    """An account of theirs, elsewhere, signs with another key."""
    DETAILS = "details"
    CODE = "code"
    """Somebody says that they are them, with the code that they were given."""
    NAME = "name"
    """Somebody who was listed without an account turned out to be them."""
    TREASURER = "treasurer"


UNSURE: Final = frozenset({HoldCause.MOVE, HoldCause.KEY, HoldCause.CODE})
"""After these it has to be said again that the details are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened to an account of somebody who is paid."""

    cause: HoldCause
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Until when nothing is paid, and whether the details have to be confirmed."""

    until: datetime | None = None
    cause: HoldCause | None = None
    is_confirmed: bool = False


def held_by(
    changes: Collection[Change],
    *,
    since: datetime,
    confirmed_at: datetime | None,
    held_until: datetime | None,
    held_for: str,
    lasts: Callable[[datetime], int],
) -> Held:
    """What holds now, whether or not it was written down: of `changes` those count that came after `since`, when the
    person was first known as a payee. `lasts`: how many days a hold is after what happened then.
    """
    until, cause = held_until, HoldCause(held_for) if held_for else None
    counting = [change for change in changes if change.at > since]
    for change in counting:
        end = change.at + timedelta(days=lasts(change.at))
        if until is None or end > until:
            until, cause = end, change.cause
    newest = max((change.at for change in counting if change.cause in UNSURE), default=None)
    is_confirmed = confirmed_at is not None and (newest is None or confirmed_at > newest)
    return Held(until=until, cause=cause, is_confirmed=is_confirmed)


def hold_from(moment: datetime, *, held_until: datetime | None, days: int) -> datetime:
    """Until when nothing is paid after something that happened at `moment`."""
    end = moment + timedelta(days=days)
    return end if held_until is None else max(end, held_until)
