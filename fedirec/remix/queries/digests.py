"""What stands in the digest of a week: nothing of it is ranked, and nothing counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.html import excerpt
from fedirec.remix.models import Challenge, News, Record
from fedirec.remix.news import NewsKind
from fedirec.remix.queries.challenges import open_challenges
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.parts import actors_in, challenges_in, records_in
from fedirec.remix.queries.picks import Picked, picks_made
from fedirec.remix.weeks import Week
from fedirec.web.paging import Cursor

FEW: Final = 6
"""Things of each sort."""
SOON: Final = timedelta(days=14)
"""How near a deadline is that a digest speaks of."""
_LOOKED_AT: Final = 40
_LAST: Final = 2**62
_OPENED: Final = """
    SELECT c.id FROM challenge c JOIN actor a ON a.id = c.actor_id LEFT JOIN actor l ON l.id = c.leader_id
     WHERE c.opened_at >= ? AND c.opened_at < ? AND c.state NOT IN ('draft', 'cancelled') AND a.state = 'active'
       AND (l.id IS NULL OR (l.state <> 'suspended' AND {near_leader})) AND {near}
     ORDER BY c.opened_at DESC, c.id DESC LIMIT ?
"""
_TOLD: Final = """
    SELECT n.id FROM news n JOIN actor a ON a.id = n.group_id
     WHERE n.published_at >= ? AND n.published_at < ? AND n.deleted_at IS NULL AND n.kind IN ('update', 'conclusion')
       AND a.state = 'active' AND {near}
       AND NOT EXISTS (SELECT 1 FROM challenge c LEFT JOIN actor l ON l.id = c.leader_id WHERE c.actor_id = a.id
                          AND (c.state = 'draft' OR l.state = 'suspended' OR NOT {near_leader}))
     ORDER BY n.published_at DESC, n.id DESC LIMIT ?
"""

Released: TypeAlias = Callable[[datetime, datetime, int], Awaitable[Sequence[int]]]
"""The rows of the records as which productions were released between two moments, the newest first, so many at most.

The package above knows productions; `app` and `worker` hand this over.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one week brought."""

    week: Week
    closing: Sequence[Challenge] = ()
    """Open ones whose deadline is near; only in a digest that is read about its own time."""
    opened: Sequence[Challenge] = ()
    news: Sequence[News] = ()
    released: Sequence[Record] = ()
    picks: Sequence[Picked] = ()
    unremixed: Sequence[Record] = ()
    """Made that week, free to be remixed, and by nobody so far."""

    @property
    def has_anything(self) -> bool:
        return any((self.closing, self.opened, self.news, self.released, self.picks, self.unremixed))


async def digest_of(week: Week, released: Released | None = None, *, viewer: Actor | None = None) -> Digest:
    """The digest of `week`, without what is by people from whom `viewer` keeps away. Everything in it is public."""
    since, until = week.since, min(week.until, now())
    is_fresh = now() < week.until + timedelta(days=7)
    closing = await _closing(viewer) if is_fresh else []
    opened = await _opened(since, until, viewer, but={challenge.id for challenge in closing})
    keys = await released(since, until, FEW) if released is not None else ()
    return Digest(
        week=week,
        closing=closing,
        opened=opened,
        news=await _told(since, until, viewer),
        released=await _for(viewer, await records_in(keys)),
        picks=await picks_made(since, until, viewer, limit=FEW),
        unremixed=await _unremixed(since, until, viewer),
    )


async def _closing(viewer: Actor | None) -> list[Challenge]:
    found = await open_challenges(limit=_LOOKED_AT, viewer=viewer)
    near = [each for each in found if each.deadline_at is not None and each.deadline_at < now() + SOON]
    return [each for each in near if not each.actor.is_quiet or viewer is not None][:FEW]


async def _opened(since: datetime, until: datetime, viewer: Actor | None, *, but: set[int]) -> list[Challenge]:
    near, leading = not_away(viewer), not_away(viewer, "l")
    sql = _OPENED.format(near=near.sql, near_leader=leading.sql)
    rows = await fetch_tuples(sql, since, until, *leading.values, *near.values, FEW + len(but))
    return (await challenges_in([key for (key,) in rows if key not in but]))[:FEW]


async def _told(since: datetime, until: datetime, viewer: Actor | None) -> list[News]:
    near, leading = not_away(viewer), not_away(viewer, "l")
    sql = _TOLD.format(near=near.sql, near_leader=leading.sql)
    keys = [key for (key,) in await fetch_tuples(sql, since, until, *near.values, *leading.values, FEW)]
    found = {row.id: row for row in await rows_in(News, keys)}
    groups = await actors_in({row.group_id for row in found.values()})
    for row in found.values():
        row.group = groups[row.group_id]
    return [found[key] for key in keys]


async def _for(viewer: Actor | None, records: Sequence[Record]) -> list[Record]:
    """Those that everybody may see, and whose authors `viewer` does not keep away from."""
    near = not_away(viewer)
    authors = {record.author_id for record in records}
    if not authors:
        return []
    marks = ", ".join("?" * len(authors))
    sql = f"SELECT a.id FROM actor a WHERE a.id IN ({marks}) AND a.state IN ('active', 'deleted') AND {near.sql}"  # noqa: S608
    seen = {key for (key,) in await fetch_tuples(sql, *authors, *near.values)}
    return [
        record
        for record in records
        if record.author_id in seen and record.visibility == "public" and record.deleted_at is None
    ]


async def _unremixed(since: datetime, until: datetime, viewer: Actor | None) -> list[Record]:
    wish = Wish(remixable=True, never_remixed=True)
    found = await explore(wish, viewer=viewer, after=Cursor(at=until, id=_LAST), limit=FEW)
    return [record for record in found if record.published_at >= since]


def headline_of(news: News) -> str:
    """What it says, in a line. How a challenge ended is told under its own name: what was said then says more."""
    said = excerpt(news.content, 120)
    return (news.title or said) if news.kind == NewsKind.UPDATE else (said or news.title)
