"""Reminding people of what they took on, and of invitations that wait for them: once for each date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fedirec.accounts.notices import Notice
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.projects.models import ProjectMember, Task
from fedirec.projects.stages import Stage
from fedirec.projects.tasks import BEFORE, TOO_OLD, Recall, due_recall
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.web.language import zone_named
from fedirec.web.times import in_utc

BATCH: Final = 200
"""Reminders of one kind and round; the rest comes with the next."""
UNANSWERED: Final = timedelta(days=7)
"""After how long somebody is reminded of an invitation."""
FORGOTTEN: Final = timedelta(days=30)
"""After how long nobody is reminded of it any more."""
INVITATION: Final = "invitation"
DATED: Final = tuple(stage.value for stage in Stage if stage not in (Stage.RELEASED, Stage.PAUSED, Stage.ABANDONED))
"""Stages in which dates of tasks matter."""

_NOTICES: Final = {
    Recall.SOON: Notice.TASK_SOON,
    Recall.TODAY: Notice.TASK_TODAY,
    Recall.OVERDUE: Notice.TASK_OVERDUE,
}


async def remind_of_tasks() -> int:
    """Whoever does a task of a project of ours knows that its date comes, or has passed; returns how many were told."""
    moment, done = now(), 0
    for recall, after, until in (
        (Recall.OVERDUE, moment - TOO_OLD, moment),
        (Recall.TODAY, moment, moment + timedelta(days=1, hours=1)),  # a day can have 25 hours
        (Recall.SOON, moment, moment + BEFORE),
    ):
        for key in await _waiting(recall, after=after, until=until):
            async with transaction():
                done += await _remind(key, recall)
    return done


async def remind_of_invitations() -> int:
    """Whoever has not answered an invitation to a project of ours for a week was reminded of it; returns how many."""
    rows = await fetch_rows(
        f"""
        SELECT m.id FROM project_member m JOIN project p ON p.id = m.project_id
               JOIN actor g ON g.id = p.actor_id JOIN actor a ON a.id = m.actor_id
         WHERE m.state = 'invited' AND m.created_at <= ? AND m.created_at > ?
           AND g.is_local AND g.state <> 'suspended' AND a.state = 'active'
           AND p.stage IN ({", ".join("?" for _ in DATED)})
           AND NOT EXISTS (SELECT 1 FROM reminder r
                            WHERE r.subject_uri = g.uri || '#invitation-' || m.id AND r.kind = ?
                              AND r.due_at = m.created_at)
         ORDER BY m.created_at, m.id LIMIT ?
        """,  # noqa: S608  (only placeholders are spliced in)
        now() - UNANSWERED,
        now() - FORGOTTEN,
        *DATED,
        INVITATION,
        BATCH,
    )
    done = 0
    for row in rows:
        async with transaction():
            done += await _remind_invited(int(row["id"]))
    return done


async def _waiting(recall: Recall, *, after: datetime, until: datetime) -> list[int]:
    """Tasks that are due within that time, the first in front, and whose date was not recalled in that way yet."""
    rows = await fetch_rows(
        f"""
        SELECT t.id FROM task t JOIN project p ON p.id = t.project_id JOIN actor a ON a.id = p.actor_id
         WHERE t.state = 'open' AND t.due_at > ? AND t.due_at <= ? AND t.assignee_id IS NOT NULL
           AND a.is_local AND a.state <> 'suspended' AND p.stage IN ({", ".join("?" for _ in DATED)})
           AND NOT EXISTS (SELECT 1 FROM reminder r
                            WHERE r.subject_uri = t.uri AND r.kind = ? AND r.due_at = t.due_at)
         ORDER BY t.due_at, t.id LIMIT ?
        """,  # noqa: S608  (only placeholders are spliced in)
        after,
        until,
        *DATED,
        recall.value,
        BATCH,
    )
    return [int(row["id"]) for row in rows]


async def _remind(key: int, recall: Recall) -> bool:
    """Whether whoever does the task is reminded of it; part of the caller's transaction."""
    task = await Task.filter(id=key, state="open").select_related("assignee", "project__actor").first()
    if task is None or task.assignee is None or task.due_at is None:
        return False
    zone = zone_named(task.project.timezone) or UTC
    if due_recall(task.due_at, zone=zone, at=now()) is not recall:
        return False
    if not await is_first(task.uri, recall.value, task.due_at):
        return False
    about: dict[str, Any] = {"title": task.title}
    subject = f"{task.uri}#{recall.value}-{in_utc(task.due_at)}"
    group, language = task.project.actor, task.project.language
    await tell_people(group, [task.assignee], _NOTICES[recall], None, subject, task.uri, about, language=language)
    return True


async def _remind_invited(key: int) -> bool:
    """Whether somebody is reminded of their invitation; part of the caller's transaction."""
    place = await ProjectMember.filter(id=key, state="invited").select_related("project__actor", "actor").first()
    if place is None:
        return False
    group, language = place.project.actor, place.project.language
    subject = f"{group.uri}#{INVITATION}-{place.id}"
    if not await is_first(subject, INVITATION, place.created_at):
        return False
    about: dict[str, Any] = {"title": place.project.title}
    kind, once = Notice.INVITATION_WAITS, f"{subject}-{in_utc(place.created_at)}"
    await tell_people(group, [place.actor], kind, None, once, group.uri, about, language=language)
    return True
