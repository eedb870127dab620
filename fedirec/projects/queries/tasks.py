"""What pages and programs ask about tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import moment_of
from fedirec.errors import NotFound
from fedirec.projects.models import Project, ProjectMember, Task
from fedirec.projects.queries.projects import seen
from fedirec.remix.models import GroupLeader
from fedirec.web.ical import Date
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor

MAX_PEOPLE: Final = 500
"""People among whom a form lets choose."""
_ENDED: Final = ("done", "dropped")
_DUE: Final = f"""
    SELECT t.uri, t.title, t.due_at, t.created_at, t.changed_at, t.ended_at, t.state, j.title, a.uri, a.is_local
      FROM task t CROSS JOIN project j CROSS JOIN actor a
     WHERE t.due_at >= ? AND t.due_at < ? AND j.id = t.project_id AND a.id = j.actor_id
       AND NOT a.is_quiet AND {seen("j")}
     ORDER BY t.due_at, t.id LIMIT ?
"""  # noqa: S608  (only constants are spliced in)


async def get_task(project: Project, key: str) -> Task:
    """The task of `project` with that key, with its people and its step. Raises NotFound."""
    task = await _dressed(Task.filter(uri=f"{project.actor.uri}/tasks/{key}", project_id=project.id)).first()
    if task is None:
        raise NotFound("There is no such task.")
    task.project = project
    return task


async def get_task_row(key: int) -> Task:
    """The task in row `key`, with its people, its step and its project. Raises NotFound."""
    task = await _dressed(Task.filter(id=key)).select_related("project__actor").first()
    if task is None:
        raise NotFound("There is no such task.")
    return task


async def open_tasks(project: Project, *, only_free: bool = False, limit: int = 200) -> Sequence[Task]:
    """What is to be done in `project`, what is due first in front and what has no date at the end."""
    found = Task.filter(project_id=project.id, state="open")
    if only_free:
        found = found.filter(assignee_id=None)
    rows = await _dressed(found.order_by("id").limit(limit))
    return sorted(rows, key=lambda task: (task.due_at is None, task.due_at and task.due_at.timestamp(), task.id))


async def ended_tasks(project: Project, *, after: Cursor | None, limit: int) -> Sequence[Task]:
    """What was done or dropped in `project`, the newest first."""
    found = Task.filter(project_id=project.id, state__in=_ENDED)
    if after is not None:
        found = found.filter(Q(ended_at__lt=after.at) | Q(ended_at=after.at, id__lt=after.id))
    return await _dressed(found.order_by("-ended_at", "-id").limit(limit))


async def tasks_of(actor: Actor, *, limit: int) -> Sequence[Task]:
    """What `actor` has taken on in all projects of ours, what is due first in front, each with its project.

    Not of projects that were given up, or that nobody sees.
    """
    mine = Task.filter(assignee_id=actor.id, state="open", project__actor__state__in=("active", "pending"))
    mine = mine.exclude(project__stage="abandoned")
    rows = await _dressed(mine.filter(due_at__not_isnull=True).order_by("due_at", "id").limit(limit))
    if len(rows) < limit:
        rows += await _dressed(mine.filter(due_at=None).order_by("id").limit(limit - len(rows)))
    return rows


async def dates_in(since: datetime, until: datetime, limit: int) -> Sequence[Date]:
    """The days on which tasks of launched projects are due, the first in front; what has ended is called off."""
    dates = []
    rows = await fetch_tuples(_DUE, since, until, limit)
    for uri, title, due_at, made_at, changed_at, ended_at, state, project, group, is_local in rows:
        at, made = moment_of(due_at), moment_of(made_at)
        assert at is not None
        assert made is not None
        dates.append(
            Date(
                uid=f"{uri}#due",
                at=at,
                title=_("%(project)s: %(task)s") % {"project": project, "task": title},
                url=uri if is_local else group,
                made_at=made,
                changed_at=max(filter(None, map(moment_of, (changed_at, ended_at))), default=None),
                is_cancelled=state != "open",
            )
        )
    return dates


async def tasks_around(actor: Actor, project: Project) -> Sequence[Task]:
    """What `actor` wrote down in `project`, or has to do with otherwise, the newest first."""
    theirs = Q(made_by_id=actor.id) | Q(assignee_id=actor.id) | Q(done_by_id=actor.id)
    return await Task.filter(theirs, project_id=project.id).order_by("-id").limit(MAX_PEOPLE)


async def is_in(project: Project, person: Actor) -> bool:
    """Whether `person` is in `project` just now: leads it or is a member, and is not gone or suspended."""
    if person.state != "active":
        return False
    if await ProjectMember.exists(project_id=project.id, actor_id=person.id, state="active"):
        return True
    return await GroupLeader.exists(group_id=project.actor_id, actor_id=person.id)


async def people_in(project: Project) -> Sequence[Actor]:
    """Those who are in `project`: its leaders in front, then its members, each once."""
    leaders = GroupLeader.filter(group_id=project.actor_id, actor__state="active").order_by("id").limit(MAX_PEOPLE)
    members = ProjectMember.filter(project_id=project.id, state="active", actor__state="active").order_by("id")
    people = [row.actor for row in await leaders.select_related("actor")]
    people += [row.actor for row in await members.limit(MAX_PEOPLE).select_related("actor")]
    return list({person.id: person for person in people}.values())


def _dressed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("assignee", "made_by", "done_by", "step", "project__actor")
