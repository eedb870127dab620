"""What the digest of the week, the calendar and the feeds are told of projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import moment_of
from fedirec.projects.models import Production, Project
from fedirec.projects.queries.projects import seen
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.parts import records_in
from fedirec.web.ical import Date
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor

MANY: Final = 100
"""Challenges of a project whose news stand in its feed."""
_SEEN: Final = f"NOT a.is_quiet AND {seen('j')}"
_RELEASED: Final = f"""
    SELECT p.record_id FROM production p JOIN project j ON j.id = p.project_id JOIN actor a ON a.id = j.actor_id
     WHERE p.released_at >= ? AND p.released_at < ? AND p.state = 'released' AND p.record_id IS NOT NULL AND {_SEEN}
     ORDER BY p.released_at DESC, p.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)
_DUE: Final = f"""
    SELECT t.uri, t.title, t.due_at, t.created_at, t.changed_at, t.ended_at, t.state, j.title, a.uri, a.is_local, a.id
      FROM task t CROSS JOIN project j CROSS JOIN actor a
     WHERE t.due_at >= ? AND t.due_at < ? AND j.id = t.project_id AND a.id = j.actor_id AND {_SEEN}
     ORDER BY t.due_at, t.id LIMIT ?
"""  # noqa: S608


async def released_in(since: datetime, until: datetime, limit: int) -> Sequence[int]:
    """The rows of the records as which productions were released between the moments, the newest first."""
    return [key for (key,) in await fetch_tuples(_RELEASED, since, until, limit)]


async def dates_in(since: datetime, until: datetime, limit: int) -> Sequence[Date]:
    """The days on which tasks of launched projects are due, the first in front; what has ended is called off."""
    dates = []
    for uri, title, due_at, made_at, changed_at, ended_at, state, project, group, is_local, _row in await fetch_tuples(
        _DUE, since, until, limit
    ):
        at, made = moment_of(due_at), moment_of(made_at)
        assert at is not None
        assert made is not None
        dates.append(
            Date(
                uid=f"{uri}#due",
                at=at,
                title=_("%(project)s: %(task)s") % {"project": project, "task": title},
                url=f"{group}/tasks" if is_local else group,
                made_at=made,
                changed_at=max(filter(None, map(moment_of, (changed_at, ended_at))), default=None),
                is_cancelled=state != "open",
            )
        )
    return dates


async def groups_in(project: Project) -> list[Actor]:
    """The Group of `project`, which comes with it, and those of its challenges that everybody may see."""
    keys = (
        await Challenge.filter(part_of_id=project.actor_id)
        .exclude(state="draft")
        .order_by("-id")
        .limit(MANY)
        .values_list("actor_id", flat=True)
    )
    found = await Actor.filter(id__in=[int(str(key)) for key in keys], state="active", is_quiet=False) if keys else []
    return [project.actor, *found]


async def releases_of(project: Project, *, after: Cursor | None, limit: int) -> list[tuple[datetime, int, Record]]:
    """What was released from `project` and everybody may see, the newest first, with the moment and the production."""
    found = Production.filter(
        project_id=project.id,
        state="released",
        record__visibility="public",
        record__deleted_at=None,
        record__author__state__in=("active", "deleted"),
    )
    if after is not None:
        found = found.filter(Q(released_at__lt=after.at) | Q(released_at=after.at, id__lt=after.id))
    rows = await found.order_by("-released_at", "-id").limit(limit)
    records = {row.id: row for row in await records_in([row.record_id for row in rows if row.record_id is not None])}
    return [
        (row.released_at, row.id, records[row.record_id])
        for row in rows
        if row.released_at is not None and row.record_id in records
    ]
