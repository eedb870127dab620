"""Tasks of a project: written down, taken or given, handed back, done, dropped, and opened again.

Everybody who sees a project sees its tasks: work that is open has to be found by those who could do it. Who sees to one
is named to those who are in the project alone, for they may have been given it, and nobody is promised to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.models import Project, Step, Task
from fedirec.projects.queries.tasks import is_in
from fedirec.projects.tasks import (
    MAX_OPEN,
    TaskEvent,
    TaskState,
    advance_task,
    check_date,
    check_task,
    recalls_past,
)
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.powers import Deed, Part
from fedirec.uris import new_key
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named


@dataclass(frozen=True, kw_only=True)
class TaskDraft:
    """What is to be done, by whom, by when."""

    title: str
    text: str = ""
    step: Step | None = None
    assignee: Actor | None = None
    due_at: datetime | None = None


async def make_task(maker: Actor, project: Project, draft: TaskDraft) -> Task:
    """There is something to do in `project`; whoever shall do it knows.

    Raises Invalid with the field that has to change, Conflict for more than MAX_OPEN open ones, and Forbidden.
    """
    title, text = check_task(title=draft.title, text=draft.text)
    check_date(draft.due_at, at=now())
    async with transaction():
        await begin_deed(Deed.MAKE_TASK, project, maker)
        await _refuse_full(project)
        _check_step(project, draft.step)
        await _check_assignee(project, draft.assignee)
        task = await Task.create(
            project=project,
            step=draft.step,
            uri=f"{project.actor.uri}/tasks/{new_key()}",
            title=title,
            text=text,
            assignee=draft.assignee,
            due_at=draft.due_at,
            made_by=maker,
            created_at=now(),
        )
        await _hand_to(task, draft.assignee, by=maker)
    return task


async def change_task(changer: Actor, task: Task, draft: TaskDraft) -> Task:
    """The task says what `draft` says; whoever does it from now on knows, and of another date as well.

    It comes with its project. Raises as `make_task`, and Conflict for one that is not open.
    """
    title, text = check_task(title=draft.title, text=draft.text)
    async with transaction():
        await begin_deed(Deed.CHANGE_TASK, task.project, changer)
        await _lock(task)
        advance_task(task.state, TaskEvent.CHANGE)
        is_moved = draft.due_at != task.due_at
        if is_moved:
            check_date(draft.due_at, at=now())
        if draft.step is not None and draft.step.id != task.step_id:
            _check_step(task.project, draft.step)
        before = task.assignee_id
        is_given = draft.assignee is not None and draft.assignee.id != before
        if is_given:
            await begin_deed(Deed.GIVE_TASK, task.project, changer)
            await _check_assignee(task.project, draft.assignee)
        task.title, task.text, task.step, task.due_at = title, text, draft.step, draft.due_at
        task.assignee, task.changed_at = draft.assignee, now()
        await task.save(update_fields=["title", "text", "step_id", "due_at", "assignee_id", "changed_at"])
        if is_given:
            await _hand_to(task, draft.assignee, by=changer)
        elif is_moved and draft.assignee is not None:
            await _know_date(task)
            await _tell(task, draft.assignee, Notice.TASK_MOVED, changer)
    return task


async def take_task(actor: Actor, task: Task) -> Task:
    """`actor`, who is in the project, does it. Raises Conflict when somebody else does, who is still there."""
    async with transaction():
        await begin_deed(Deed.TAKE_TASK, task.project, actor)
        await _lock(task)
        advance_task(task.state, TaskEvent.TAKE)
        if task.assignee is not None and task.assignee.id != actor.id and await is_in(task.project, task.assignee):
            raise Conflict(_("Somebody else sees to it already."))
        task.assignee = actor
        await task.save(update_fields=["assignee_id"])
        await _know_date(task)
        await _tell(task, task.made_by, Notice.TASK_TAKEN, actor)
    return task


async def give_task(giver: Actor, task: Task, person: Actor) -> Task:
    """`person`, who is in the project, is asked to do it, and can hand it back. Raises Invalid for who is not in it."""
    async with transaction():
        await begin_deed(Deed.GIVE_TASK, task.project, giver)
        await _lock(task)
        advance_task(task.state, TaskEvent.GIVE)
        await _check_assignee(task.project, person)
        if task.assignee_id == person.id:
            return task
        task.assignee = person
        await task.save(update_fields=["assignee_id"])
        await _hand_to(task, person, by=giver)
    return task


async def hand_back(actor: Actor, task: Task) -> Task:
    """`actor` does not do it after all, and it waits for somebody; who wrote it down knows."""
    async with transaction():
        await begin_deed(Deed.HAND_BACK_TASK, task.project, actor, also=_part(task, actor))
        await _lock(task)
        advance_task(task.state, TaskEvent.HAND_BACK)
        if task.assignee_id != actor.id:
            raise Conflict(_("You do not see to it any more."))
        task.assignee = None
        await task.save(update_fields=["assignee_id"])
        await _tell(task, task.made_by, Notice.TASK_HANDED_BACK, actor)
    return task


async def finish_task(actor: Actor, task: Task) -> Task:
    """It is done, and the public log says by whom."""
    async with transaction():
        await begin_deed(Deed.FINISH_TASK, task.project, actor, also=_part(task, actor))
        await _lock(task)
        task.state = advance_task(task.state, TaskEvent.FINISH)
        task.done_by, task.ended_at = actor, now()
        await task.save(update_fields=["state", "done_by_id", "ended_at"])
        await log(task.project.actor, Happening.TASK_DONE, by=actor, details=_logged(task))
        await _tell(task, task.made_by, Notice.TASK_DONE, actor)
        if task.assignee is not None and task.assignee_id != task.made_by_id:
            await _tell(task, task.assignee, Notice.TASK_DONE, actor)
    return task


async def drop_task(actor: Actor, task: Task, *, reason: str) -> Task:
    """Nobody has to do it any more; everybody can read why, and who would have done it is told."""
    said = check_reason(Happening.TASK_DROPPED, reason)
    async with transaction():
        await begin_deed(Deed.CHANGE_TASK, task.project, actor)
        await _lock(task)
        task.state = advance_task(task.state, TaskEvent.DROP)
        task.ended_at = now()
        await task.save(update_fields=["state", "ended_at"])
        await log(
            task.project.actor,
            Happening.TASK_DROPPED,
            by=actor,
            reason=said,
            details=_logged(task),
        )
        if task.assignee is not None:
            await _tell(task, task.assignee, Notice.TASK_DROPPED, actor, reason=said)
    return task


async def reopen_task(actor: Actor, task: Task) -> Task:
    """It is to be done after all, by whom it was before if they are still there; a date that has passed is none."""
    async with transaction():
        await begin_deed(Deed.CHANGE_TASK, task.project, actor)
        await _lock(task)
        task.state = advance_task(task.state, TaskEvent.REOPEN)
        await _refuse_full(task.project)
        task.ended_at, task.done_by, task.changed_at = None, None, now()
        if task.due_at is not None and task.due_at <= now():
            task.due_at = None
        if task.assignee is not None and not await is_in(task.project, task.assignee):
            task.assignee = None
        await task.save(update_fields=["state", "done_by_id", "ended_at", "changed_at", "due_at", "assignee_id"])
        await _hand_to(task, task.assignee, by=actor)
    return task


async def free_tasks(project: int, person: int) -> None:
    """What that person, who is in the project no more, has not done waits for somebody else; part of the caller's
    transaction. Both are rows.
    """
    await Task.filter(project_id=project, assignee_id=person, state=TaskState.OPEN.value).update(assignee_id=None)


async def forget_tasks(actor: Actor) -> None:
    """What `actor`, who leaves for good, wrote down says nothing but its title; part of the caller's transaction."""
    await Task.filter(made_by_id=actor.id).exclude(text="").update(text="")
    await Task.filter(assignee_id=actor.id, state=TaskState.OPEN.value).update(assignee_id=None)


async def _hand_to(task: Task, person: Actor | None, *, by: Actor) -> None:
    if person is None:
        return
    await _know_date(task)
    await _tell(task, person, Notice.TASK_GIVEN, by)


async def _know_date(task: Task) -> None:
    """Whoever does it hears of its date now, and is not reminded at once of what they have just heard."""
    if task.due_at is None:
        return
    zone = zone_named(task.project.timezone) or UTC
    for recall in recalls_past(task.due_at, zone=zone, at=now()):
        await is_first(task.uri, recall.value, task.due_at)


async def _tell(task: Task, person: Actor, kind: Notice, by: Actor, *, reason: str = "") -> None:
    about = {**_about(task), "reason": reason} if reason else _about(task)
    # The same can happen again to the same task.
    subject = f"{task.uri}#{new_key()}"
    group = task.project.actor
    await tell_people(group, [person], kind, by, subject, task.uri, about, language=task.project.language)


async def _lock(task: Task) -> None:
    """Nobody else changes it until the transaction ends, and it is as it is now."""
    fresh = await Task.filter(id=task.id).select_for_update().get()
    task.state, task.due_at, task.ended_at, task.title = fresh.state, fresh.due_at, fresh.ended_at, fresh.title
    if fresh.assignee_id != task.assignee_id:
        task.assignee = await Actor.get(id=fresh.assignee_id) if fresh.assignee_id else None


async def _refuse_full(project: Project) -> None:
    if await Task.filter(project_id=project.id, state=TaskState.OPEN.value).count() >= MAX_OPEN:
        raise Conflict("There are %(n)s open tasks already. Please finish or drop some first.", blanks={"n": MAX_OPEN})


def _check_step(project: Project, step: Step | None) -> None:
    if step is not None and (step.project_id != project.id or step.state == "draft"):
        raise Invalid("Choose one of its steps that are published.", field="step")


async def _check_assignee(project: Project, person: Actor | None) -> None:
    if person is not None and not await is_in(project, person):
        raise Invalid("Choose somebody who is in the project.", field="assignee")


def _part(task: Task, actor: Actor) -> Part | None:
    return Part.ASSIGNEE if task.assignee_id == actor.id else None


def _about(task: Task) -> Mapping[str, Any]:
    return {"title": task.title}


def _logged(task: Task) -> Mapping[str, Any]:
    return {"title": task.title, "url": task.uri}
