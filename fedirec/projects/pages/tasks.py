"""Tasks: of one project, each by itself, and one's own in all projects.

Everybody who sees a project sees what is to be done in it. Who does it is named to those who are in the project: they
were given it perhaps, and have not said yes in public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.clock import now
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
from fedirec.projects.models import Project, Task
from fedirec.projects.pages.finding import doer_in, leader_in, parts_in_project, project_in
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url, project_views
from fedirec.projects.queries.projects import steps_of
from fedirec.projects.queries.tasks import ended_tasks, get_task, open_tasks, people_in, tasks_of
from fedirec.projects.tasks import MAX_TEXT, MAX_TITLE, is_overdue
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.cards.texts import rendered
from fedirec.remix.pages.deeds import Deed as Press
from fedirec.remix.pages.deeds import do_what_was_pressed
from fedirec.remix.pages.visitors import members_only, number_of, visitor
from fedirec.remix.powers import Deed, Part, may_do, refuse_unless
from fedirec.translatable import N_
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import Reader, reader, reading, zone_named
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import Section
from fedirec.web.times import in_words, local_input
from fedirec.web.views import Choice, PersonView, Tab

FREE: Final = 5
"""Tasks that wait for somebody, on the page of their project."""
AT_HOME: Final = 5
"""Tasks of one's own on one's first page."""
MINE: Final = 100
"""Tasks on the page of one's own."""
_SHOWN: Final = ("open", "free", "ended")
_INSIDE: Final = frozenset({Part.MEMBER, Part.TRUSTED, Part.LEADER, Part.CREATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task as lists and its own page show it."""

    title: str
    text_html: str
    url: str
    state: str
    word: str
    tone: str
    sign: str
    project_title: str
    project_url: str
    step: str = ""
    step_url: str = ""
    who: PersonView | None = None
    """Who does it; None also where whoever looks is not in the project."""
    is_taken: bool = False
    is_mine: bool = False
    due_at: datetime | None = None
    due_there: str = ""
    """The same date in the zone of the project, where that is another one than the reader's."""
    is_overdue: bool = False
    made_by: PersonView | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None
    done_by: PersonView | None = None
    may_take: bool = False
    may_finish: bool = False
    may_change: bool = False


async def show_tasks(request: Request[Any]) -> Response:
    return await _show_list(request, await project_in(request), Form())


async def post_task(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.MAKE_TASK)
    form = await read_form(request)
    draft = await _draft_in(form, project)
    if not form.errors:
        with form.collecting():
            task = await make_task(viewer.actor, project, draft)
            return redirect(request, Cards(request).here(task.uri), _("Written down."))
    return await _show_list(request, project, form, status=422)


async def show_task(request: Request[Any]) -> Response:
    project = await project_in(request)
    return await _show_task(request, project, await get_task(project, request.path_params["key"]), Form())


@members_only
async def show_edit(request: Request[Any]) -> Response:
    project, task = await _changing(request)
    form = filled_form(
        {
            "title": task.title,
            "text": task.text,
            "step": str(task.step_id or ""),
            "assignee": str(task.assignee_id or ""),
            "due": local_input(task.due_at, project.timezone) if task.due_at else "",
        }
    )
    return await _show_edit(request, project, task, form)


async def post_edit(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    task = await get_task(project, request.path_params["key"])
    form = await read_form(request)
    draft = await _draft_in(form, project, task=task)
    if not form.errors:
        with form.collecting():
            await change_task(viewer.actor, task, draft)
            return redirect(request, Cards(request).here(task.uri), _("Saved."))
    return await _show_edit(request, project, task, form, status=422)


async def post_deed(request: Request[Any]) -> Response:
    """A task is taken, handed back, done, or to be done again."""
    viewer, project = await doer_in(request)
    task = await get_task(project, request.path_params["key"])
    form, actor, page = await read_form(request), viewer.actor, Cards(request).here(task.uri)
    presses = {
        "take": Press(lambda: take_task(actor, task), page, _("It is yours. You can hand it back at any time.")),
        "hand_back": Press(lambda: hand_back(actor, task), page, _("Handed back. It waits for somebody.")),
        "finish": Press(lambda: finish_task(actor, task), page, _("Done. Thank you!")),
        "reopen": Press(lambda: reopen_task(actor, task), page, _("It is to be done again.")),
    }
    return await do_what_was_pressed(request, form, presses, on=page)


async def post_giving(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    task, form = await get_task(project, request.path_params["key"]), await read_form(request)
    person = await _person_in(form, project, required=True)
    if person is not None:
        with form.collecting():
            await give_task(viewer.actor, task, person)
            said = _("%(name)s is asked, and can hand it back.") % {"name": person.name or person.handle}
            return redirect(request, Cards(request).here(task.uri), said)
    return await _show_task(request, project, task, form, status=422)


async def post_dropping(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    task, form = await get_task(project, request.path_params["key"]), await read_form(request)
    reason = form.text("reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await drop_task(viewer.actor, task, reason=reason)
            return redirect(request, Cards(request).here(task.uri), _("Dropped. Everybody can read why."))
    return await _show_task(request, project, task, form, status=422)


@members_only
async def show_mine(request: Request[Any]) -> Response:
    """What somebody has taken on, in all projects of this place."""
    viewer, cards = require_viewer(request, Permission.READ_OWN), Cards(request)
    rows = await tasks_of(viewer.actor, limit=MINE)
    shown = [task_view(cards, row, viewer.actor, frozenset({Part.MEMBER})) for row in rows]
    return render(
        request,
        "projects/my_tasks.html",
        overdue=[each for each in shown if each.is_overdue],
        tasks=[each for each in shown if not each.is_overdue],
    )


def task_view(cards: Cards, task: Task, viewer: Actor | None, parts: frozenset[Part]) -> TaskView:
    """A task, which comes with its people, step and project, as somebody sees it who plays `parts` there."""
    is_mine = viewer is not None and task.assignee_id == viewer.id
    is_late = is_overdue(task.state, task.due_at, at=now())
    words = {
        "open": (_("overdue"), "bad", "warning") if is_late else (_("to do"), "plain", "clock"),
        "done": (_("done"), "good", "check"),
        "dropped": (_("dropped"), "plain", "close"),
    }
    word, tone, sign = words[task.state]
    url, is_inside = cards.here(task.uri), not _INSIDE.isdisjoint(parts)
    zone = zone_named(task.project.timezone)
    step_key = task.step.uri.rpartition("/")[2] if task.step else ""
    does = parts | {Part.ASSIGNEE} if is_mine else parts
    return TaskView(
        title=task.title,
        text_html=rendered(task.text) if task.text else "",
        url=url,
        state=task.state,
        word=word,
        tone=tone,
        sign=sign,
        project_title=task.project.title,
        project_url=project_url(cards, task.project),
        step=task.step.title if task.step else "",
        step_url=f"{project_url(cards, task.project)}#step-{step_key}" if step_key else "",
        who=cards.person(task.assignee) if task.assignee and (is_inside or is_mine) else None,
        is_taken=task.assignee is not None,
        is_mine=is_mine,
        due_at=task.due_at,
        due_there=in_zone(task.due_at, task.project.timezone) if task.due_at and zone != reader().zone else "",
        is_overdue=is_late,
        made_by=cards.person(task.made_by) if is_inside else None,
        made_at=task.created_at,
        ended_at=task.ended_at,
        done_by=cards.person(task.done_by) if task.done_by else None,
        may_take=task.state == "open" and not is_mine and _is_free(task) and may_do(Deed.TAKE_TASK, parts),
        may_finish=task.state == "open" and may_do(Deed.FINISH_TASK, does),
        may_change=may_do(Deed.CHANGE_TASK, parts),
    )


def in_zone(when: datetime, name: str) -> str:
    """The moment as the clock on the wall shows it in the zone of that name, which stands behind it."""
    zone = zone_named(name)
    if zone is None:
        return ""
    with reading(Reader(locale=reader().locale, zone=zone, knows_zone=True)):
        return f"{in_words(when)} ({name})"


def _is_free(task: Task) -> bool:
    return task.assignee is None or task.assignee.state != "active"


async def _show_list(request: Request[Any], project: Project, form: Form, *, status: int = 200) -> Response:
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
        **(await _choices(project) if may_make else {}),
    )


async def _show_task(request: Request[Any], project: Project, task: Task, form: Form, *, status: int = 200) -> Response:
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
        **(await _choices(project) if may_give else {}),
    )


async def _show_edit(request: Request[Any], project: Project, task: Task, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    (shown,) = await project_views(cards, [project])
    return render(
        request,
        "projects/change_task.html",
        status,
        form=form,
        project=shown,
        task=task_view(cards, task, visitor(request), frozenset()),
        **await _choices(project),
    )


async def _changing(request: Request[Any]) -> tuple[Project, Task]:
    """The task in the path, which whoever asks may change. Raises Unauthenticated, Forbidden or NotFound."""
    _viewer, project = await doer_in(request)
    refuse_unless(Deed.CHANGE_TASK, await parts_in_project(request, project))
    return project, await get_task(project, request.path_params["key"])


async def _choices(project: Project) -> dict[str, Any]:
    people, steps = await people_in(project), await steps_of(project)
    return {
        "people": [
            Choice(value="", label=_("Nobody yet")),
            *(Choice(value=str(each.id), label=_named(each)) for each in people),
        ],
        "steps": [
            Choice(value="", label=_("No step")),
            *(Choice(value=str(each.id), label=each.title) for each in steps),
        ],
        "zone": project.timezone if zone_named(project.timezone) else "UTC",
        "max_title": MAX_TITLE,
    }


def _named(person: Actor) -> str:
    handle = f"@{person.handle}" if person.is_local else f"@{person.handle}@{person.host}"
    return f"{person.name} ({handle})" if person.name else handle


async def _draft_in(form: Form, project: Project, *, task: Task | None = None) -> TaskDraft:
    """What stands in the form; mistakes are told beside its fields."""
    title, text = form.line("title", required=True, max=MAX_TITLE), form.text("text", max=MAX_TEXT)
    due = form.instant("due", zone=project.timezone)
    if (
        task is not None
        and task.due_at is not None
        and due is not None
        and due == task.due_at.replace(second=0, microsecond=0)
    ):
        due = task.due_at  # the field knows no seconds
    steps = {str(step.id): step for step in await steps_of(project)}
    if task is not None and task.step is not None:
        steps.setdefault(str(task.step_id), task.step)
    step = form.choice("step", tuple(steps), required=False)
    return TaskDraft(
        title=title,
        text=text,
        step=steps.get(step),
        assignee=await _person_in(form, project, kept=task.assignee if task else None),
        due_at=due,
    )


async def _person_in(
    form: Form, project: Project, *, required: bool = False, kept: Actor | None = None
) -> Actor | None:
    chosen = form.value("assignee")
    if not chosen and not required:
        return None
    if kept is not None and chosen == str(kept.id):
        return kept
    person = next((each for each in await people_in(project) if each.id == number_of(chosen)), None)
    if person is None:
        form.fail("assignee", _("Choose somebody who is in the project."))
    return person


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
    Route("/p/{slug}/tasks", post_task, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}", show_task, methods=["GET"]),
    Route("/p/{slug}/tasks/{key}", post_deed, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/edit", show_edit, methods=["GET"]),
    Route("/p/{slug}/tasks/{key}/edit", post_edit, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/give", post_giving, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/drop", post_dropping, methods=["POST"]),
]
