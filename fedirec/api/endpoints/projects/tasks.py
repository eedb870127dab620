"""Tasks: finding them, writing them down, taking and doing them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.projects.finding import person_at, project_in
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.tasks import Task, TaskDropped, TaskGiven, Tasks, TaskSent, TasksQuery, show_task
from fedirec.errors import Invalid, NotFound
from fedirec.projects.actions.tasks import (
    TaskDraft,
    change_task,
    drop_task,
    finish_task,
    give_task,
    hand_back,
    make_task,
    reopen_task,
    take_task,
)
from fedirec.projects.models import Project, Step
from fedirec.projects.models import Task as TaskRow
from fedirec.projects.queries.projects import may_see_project, parts_of
from fedirec.projects.queries.tasks import ended_tasks, get_task_row, open_tasks, tasks_of
from fedirec.remix.powers import is_inside
from fedirec.web.paging import Cursor

MINE = 100
"""Tasks of one's own in one answer."""


async def list_tasks(call: Call) -> Tasks:
    project, which = await project_in(call), call.asked(TasksQuery).which
    parts = await parts_of(project, call.looker) if call.looker is not None else frozenset()

    def show(row: TaskRow) -> Task:
        row.project = project
        return show_task(call, row, is_inside=is_inside(parts))

    if which == "ended":
        ended = await ended_tasks(project, after=read_place(call), limit=size_of(call) + 1)
        return piece_of(
            call, Tasks, ended, show=show, place=lambda row: Cursor(at=row.ended_at or row.created_at, id=row.id)
        )
    rows = await open_tasks(project, only_free=which == "free")
    return Tasks(items=[show(row) for row in rows], next=None)


async def list_own(call: Call) -> Tasks:
    rows = await tasks_of(call.actor, limit=MINE)
    return Tasks(items=[show_task(call, row, is_inside=True) for row in rows], next=None)


async def show_one(call: Call) -> Task:
    return await _shown(call, await _task_in(call))


async def make(call: Call) -> Task:
    project = await project_in(call)
    made = await make_task(call.actor, project, await _draft(call, project))
    call.headers["Location"] = f"/api/tasks/{made.id}"
    return await _shown(call, made)


async def change(call: Call) -> Task:
    task = await _task_in(call)
    return await _shown(call, await change_task(call.actor, task, await _draft(call, task.project)))


async def give(call: Call) -> Task:
    task = await _task_in(call)
    return await _shown(call, await give_task(call.actor, task, await person_at(call.sent(TaskGiven).assignee)))


async def drop(call: Call) -> Task:
    return await _shown(call, await drop_task(call.actor, await _task_in(call), reason=call.sent(TaskDropped).reason))


def _by_itself(act: Callable[[Actor, TaskRow], Awaitable[TaskRow]]) -> Callable[[Call], Awaitable[Task]]:
    """What needs no more than the task and who does it."""

    async def run(call: Call) -> Task:
        return await _shown(call, await act(call.actor, await _task_in(call)))

    return run


async def _task_in(call: Call) -> TaskRow:
    """The task in the path, if whoever asks may see its project. Raises NotFound."""
    task = await get_task_row(call.row())
    is_moderator = call.visitor is not None and call.visitor.can(Permission.MODERATE)
    if not await may_see_project(task.project, call.looker, is_moderator=is_moderator):
        raise NotFound("There is no such task.")
    return task


async def _shown(call: Call, row: TaskRow) -> Task:
    task = await get_task_row(row.id)
    parts = await parts_of(task.project, call.looker) if call.looker is not None else frozenset()
    return show_task(call, task, is_inside=is_inside(parts))


async def _draft(call: Call, project: Project) -> TaskDraft:
    wanted = call.sent(TaskSent)
    step = await Step.get_or_none(id=wanted.step, project_id=project.id) if wanted.step else None
    if wanted.step and step is None:
        raise Invalid("Choose one of its steps that are published.", field="step")
    return TaskDraft(
        title=wanted.title,
        text=wanted.text,
        step=step,
        assignee=await person_at(wanted.assignee) if wanted.assignee else None,
        due_at=wanted.due_at,
    )


def _deed(
    name: str, word: str, says: str, act: Callable[[Actor, TaskRow], Awaitable[TaskRow]], *, pages: tuple[str, ...] = ()
) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=f"/tasks/{{id:int}}/{word}",
        permission=Permission.TAKE_PART,
        says=says,
        run=_by_itself(act),
        answer=Task,
        pages=pages,
    )


ENDPOINTS = (
    listed(
        "list_tasks",
        "/projects/{id:int}/tasks",
        "What is to be done in a project, what is due first in front; or what was done and dropped, the newest first.",
        list_tasks,
        answer=Tasks,
        query=TasksQuery,
        is_open=True,
    ),
    Endpoint(
        name="make_task",
        method="POST",
        path="/projects/{id:int}/tasks",
        permission=Permission.TAKE_PART,
        says="There is something to do in a project; whoever shall do it is told.",
        run=make,
        body=TaskSent,
        answer=Task,
        status=201,
        pages=("/p/{slug}/tasks",),
    ),
    Endpoint(
        name="list_own_tasks",
        method="GET",
        path="/me/tasks",
        permission=Permission.READ_OWN,
        says="What you have taken on in all projects of this place, what is due first in front.",
        run=list_own,
        answer=Tasks,
    ),
    Endpoint(
        name="show_task",
        method="GET",
        path="/tasks/{id:int}",
        permission=Permission.READ_OWN,
        says="A task.",
        run=show_one,
        answer=Task,
        is_open=True,
    ),
    Endpoint(
        name="change_task",
        method="PUT",
        path="/tasks/{id:int}",
        permission=Permission.TAKE_PART,
        says="A task says something else; whoever does it is told of another date.",
        run=change,
        body=TaskSent,
        answer=Task,
        pages=("/p/{slug}/tasks/{key}/edit",),
    ),
    _deed("take_task", "take", "You do it.", take_task, pages=("/p/{slug}/tasks/{key}",)),
    _deed("hand_back_task", "hand-back", "You do not do it after all, and it waits for somebody.", hand_back),
    _deed("finish_task", "finish", "It is done.", finish_task),
    _deed("reopen_task", "reopen", "It is to be done again.", reopen_task),
    Endpoint(
        name="give_task",
        method="POST",
        path="/tasks/{id:int}/give",
        permission=Permission.TAKE_PART,
        says="Somebody in the project is asked to do it, and can hand it back.",
        run=give,
        body=TaskGiven,
        answer=Task,
        pages=("/p/{slug}/tasks/{key}/give",),
    ),
    Endpoint(
        name="drop_task",
        method="POST",
        path="/tasks/{id:int}/drop",
        permission=Permission.TAKE_PART,
        says="It does not have to be done any more, and everybody can read why.",
        run=drop,
        body=TaskDropped,
        answer=Task,
        pages=("/p/{slug}/tasks/{key}/drop",),
    ),
)
