"""Days that everybody may know of: when challenges close, and what the packages above hand over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples
from fedirec.remix.models import Challenge
from fedirec.remix.queries.parts import challenges_in
from fedirec.web.ical import Date
from fedirec.web.language import gettext as _
from fedirec.web.times import in_zone

PAST: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=400)
MANY: Final = 500
"""Dates in a calendar."""
_DATED: Final = """
    SELECT c.id FROM challenge c JOIN actor a ON a.id = c.actor_id LEFT JOIN actor l ON l.id = c.leader_id
     WHERE c.deadline_at >= ? AND c.deadline_at < ? AND c.state <> 'draft' AND c.opened_at <= ? AND a.state = 'active'
       AND (l.id IS NULL OR (l.state <> 'suspended' AND {near_leader})) AND {near}
     ORDER BY c.deadline_at, c.id LIMIT ?
"""

Dates: TypeAlias = Callable[[datetime, datetime, int], Awaitable[Sequence[Date]]]
"""Further public days between two moments, the first in front, so many at most: those of projects."""


async def challenges_dated(since: datetime, until: datetime, viewer: Actor | None, *, limit: int) -> list[Challenge]:
    """The challenges whose deadline is between the moments, called off or not, the first in front; none of people from
    whom `viewer` keeps away.
    """
    near, leading = not_away(viewer), not_away(viewer, "l")
    sql = _DATED.format(near=near.sql, near_leader=leading.sql)
    rows = await fetch_tuples(sql, since, until, now(), *leading.values, *near.values, limit)
    return await challenges_in([key for (key,) in rows])


def date_of(challenge: Challenge, *, url: str) -> Date | None:
    """When `challenge` closes, which comes with its actor; None when it has no deadline.

    What was closed before that day is called off in calendars: nothing comes any more.
    """
    if challenge.deadline_at is None:
        return None
    is_early = challenge.closed_at is not None and challenge.closed_at < challenge.deadline_at
    return Date(
        uid=f"{challenge.actor.uri}#deadline",
        at=challenge.deadline_at,
        title=_("“%(title)s” closes") % {"title": challenge.title},
        text=_("Where it was opened: %(when)s") % {"when": in_zone(challenge.deadline_at, challenge.timezone)},
        url=url,
        made_at=challenge.opened_at,
        changed_at=max(filter(None, (challenge.updated_at, challenge.closed_at, challenge.concluded_at)), default=None),
        is_cancelled=challenge.state == "cancelled" or is_early,
    )
