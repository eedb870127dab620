"""Tasks of one project, each by itself, and one's own in all projects. Everybody who sees a project sees its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.projects.models import Project, Task
from fedirec.projects.pages.finding import parts_in_project, project_in
from fedirec.projects.pages.own import OF_MEMBER
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.tasks.filling import choices_in
from fedirec.projects.pages.tasks.views import TaskView, task_view
from fedirec.projects.pages.views import project_url, project_views
from fedirec.projects.queries.tasks import ended_tasks, get_task, open_tasks, tasks_of
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, visitor
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.translatable import N_
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import render
from fedirec.web.sections import Section
from fedirec.web.views import Tab

FREE: Final = 5
"""Tasks that wait for somebody, on the page of their project."""
AT_HOME: Final = 5
"""Tasks of one's own on one's first page."""
MINE: Final = 100
"""Tasks on the page of one's own."""
_SHOWN: Final = ("open", "free", "ended")


async def show_tasks(request: Request[Any]) -> Response:
    return await render_list(request, await project_in(request), Form())


async def show_task(request: Request[Any]) -> Response:
    project = await project_in(request)
    return await render_task(request, project, await get_task(project, request.path_params["key"]), Form())


@members_only
async def show_mine(request: Request[Any]) -> Response:
    """What somebody has taken on, in all projects of this place, and the projects: guests have no other first page."""
    viewer, cards = require_viewer(request, Permission.READ_OWN), Cards(request)
    rows = await tasks_of(viewer.actor, limit=MINE)
    shown = [task_view(cards, row, viewer.actor, frozenset({Part.MEMBER})) for row in rows]
    return render(
        request,
        "projects/my_tasks.html",
        overdue=[each for each in shown if each.is_overdue],
        tasks=[each for each in shown if not each.is_overdue],
        own=await OF_MEMBER.load(request, viewer.actor),
    )


async def render_list(request: Request[Any], project: Project, form: Form, *, status: int = 200) -> Response:
    cards, viewer = Cards(request), visitor(request)
    parts, wanted = await parts_in_project(request, project), wanted_page(request)
    show = request.query_params.get("show", "open")
    show = show if show in _SHOWN else "open"
    if show == "ended":
        rows = await ended_tasks(project, after=wanted.after, limit=wanted.limit)
    else:
        rows = await open_tasks(project, only_free=show == "free")
    for row in rows:
        row.project = project

    def view(row: Task) -> TaskView:
        return task_view(cards, row, viewer, parts)

    def place(row: Task) -> Cursor:
        return Cursor(at=row.ended_at or row.created_at, id=row.id)

    (shown,) = await project_views(cards, [project])
    labels = {"open": _("To do"), "free": _("Waiting for somebody"), "ended": _("Done and dropped")}
    may_make = may_do(Deed.MAKE_TASK, parts)
    return render(
        request,
        "projects/tasks.html",
        status,
        form=form,
        project=shown,
        tabs=project_tabs(cards, project, current="tasks", parts=parts),
        filters=[
            Tab(label=labels[each], url=f"{shown.url}/tasks?show={each}", is_current=each == show) for each in _SHOWN
        ],
        show=show,
        tasks=[] if show == "ended" else [view(row) for row in rows],
        ended=page_of(rows, request, wanted=wanted, place=place, show=view) if show == "ended" else None,
        may_make=may_make,
        **(await choices_in(project) if may_make else {}),
    )


async def render_task(
    request: Request[Any], project: Project, task: Task, form: Form, *, status: int = 200
) -> Response:
    cards, viewer = Cards(request), visitor(request)
    parts = await parts_in_project(request, project)
    (shown,) = await project_views(cards, [project])
    may_give = task.state == "open" and may_do(Deed.GIVE_TASK, parts)
    return render(
        request,
        "projects/task.html",
        status,
        form=form,
        project=shown,
        tabs=project_tabs(cards, project, current="tasks", parts=parts),
        task=task_view(cards, task, viewer, parts),
        may_give=may_give,
        max_reason=MAX_REASON,
        **(await choices_in(project) if may_give else {}),
    )


async def load_free(request: Request[Any], project: Project) -> Mapping[str, Any] | None:
    """What waits for somebody in a project of ours, for its page."""
    if not project.actor.is_local:
        return None
    rows = await open_tasks(project, only_free=True)
    if not rows:
        return None
    cards, viewer, parts = Cards(request), visitor(request), await parts_in_project(request, project)
    for row in rows:
        row.project = project
    return {
        "tasks": [task_view(cards, row, viewer, parts) for row in rows[:FREE]],
        "more_url": f"{project_url(cards, project)}/tasks",
    }


async def load_mine(request: Request[Any], actor: Actor) -> Mapping[str, Any] | None:
    """What somebody has taken on in all projects, for their first page."""
    rows, cards = await tasks_of(actor, limit=AT_HOME), Cards(request)
    if not rows:
        return None
    return {"tasks": [task_view(cards, row, actor, frozenset({Part.MEMBER})) for row in rows], "more_url": "/tasks"}


FREE_TASKS: Final = Section(
    name="tasks", title=N_("Waiting for somebody"), template="projects/task_section.html", load=load_free
)
OWN_TASKS: Final = Section(
    name="own-tasks", title=N_("What you took on"), template="projects/task_section.html", load=load_mine
)

routes = [
    Route("/tasks", show_mine, methods=["GET"]),
    Route("/p/{slug}/tasks", show_tasks, methods=["GET"]),
    Route("/p/{slug}/tasks/{key}", show_task, methods=["GET"]),
]
