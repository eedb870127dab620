"""What happened in a project and its challenges, told in one line: the log, the news, and what was taken up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import away_from
from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, LogEntry, News, Submission
from fedirec.remix.queries.logs import Told, told
from fedirec.remix.queries.parts import records_in
from fedirec.web.paging import Cursor

_SOURCES: Final = 3
_LOG, _NEWS, _TAKEN = range(_SOURCES)
_TOLD_OTHERWISE: Final = (Happening.CHOSEN.value,)
"""What stands in the story as the record that was taken up."""

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One thing that happened: exactly one of `entry`, `news` and `taken`."""

    at: datetime
    key: int
    """Its place among what happened at the same moment."""
    group: Actor | None = None
    """The challenge in which it happened; None for the project itself."""
    entry: Told | None = None
    news: News | None = None
    taken: Submission | None = None
    """With its record."""

    @property
    def place(self) -> Cursor:
        return Cursor(at=self.at, id=self.key)


async def story_of(project: Project, *, viewer: Actor | None, after: Cursor | None = None, limit: int) -> list[Chapter]:
    """What happened in `project` and in its challenges, the newest first, as `viewer` may read it."""
    challenges = {
        each.actor_id: each.actor
        for each in await Challenge.filter(part_of_id=project.actor_id, actor__state="active")
        .exclude(state="draft")
        .order_by("-id")
        .limit(500)
        .select_related("actor")
    }
    groups = [project.actor_id, *challenges]
    kept = await away_from(viewer)
    logged = LogEntry.filter(group_id__in=groups).exclude(kind__in=_TOLD_OTHERWISE)
    entries = await _newest(logged, "created_at", _LOG, after, limit)
    told_entries = {entry.id: entry for entry in await told(entries, viewer=viewer)}
    spoken = News.filter(group_id__in=groups, deleted_at=None).select_related("author", "group")
    spoken = spoken.filter(Q(author_id=None) | Q(author__state__not="suspended"))
    news = [each for each in await _newest(spoken, "published_at", _NEWS, after, limit) if not kept.has(each.author)]
    chosen = Submission.filter(
        challenge__part_of_id=project.actor_id,
        challenge__actor__state="active",
        state="accepted",
        decided_at__not_isnull=True,
        record__deleted_at=None,
        record__visibility="public",
        record__author__state="active",
    )
    taken = await _newest(chosen.select_related("challenge"), "decided_at", _TAKEN, after, limit)
    records = {record.id: record for record in await records_in([row.record_id for row in taken])}
    chapters = [
        Chapter(
            at=row.created_at,
            key=_key(row.id, _LOG),
            group=challenges.get(row.group_id),
            entry=told_entries[row.id],
        )
        for row in entries
    ]
    chapters += [
        Chapter(at=row.published_at, key=_key(row.id, _NEWS), group=challenges.get(row.group_id), news=row)
        for row in news
    ]
    for row in taken:
        row.record = records[row.record_id]
        if row.decided_at is not None and not kept.has(row.record.author):
            group = challenges.get(row.challenge.actor_id)
            chapters.append(Chapter(at=row.decided_at, key=_key(row.id, _TAKEN), group=group, taken=row))
    return sorted(chapters, key=attrgetter("at", "key"), reverse=True)[:limit]


def _key(row: int, source: int) -> int:
    return row * _SOURCES + source


async def _newest(rows: QuerySet[Row], moment: str, source: int, after: Cursor | None, limit: int) -> Sequence[Any]:
    if after is not None:
        same: dict[str, Any] = {moment: after.at, "id__lte": (after.id - source - 1) // _SOURCES}
        earlier: dict[str, Any] = {f"{moment}__lt": after.at}
        rows = rows.filter(Q(**earlier) | Q(**same))
    return await rows.order_by(f"-{moment}", "-id").limit(limit)
