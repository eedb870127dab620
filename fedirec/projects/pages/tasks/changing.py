"""Writing tasks down, changing, taking, giving, finishing and dropping them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.projects.actions.tasks import (
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
from fedirec.projects.pages.finding import doer_in, leader_in
from fedirec.projects.pages.tasks.filling import choices_in, chosen_person, draft_in
from fedirec.projects.pages.tasks.showing import render_list, render_task
from fedirec.projects.pages.tasks.views import task_view
from fedirec.projects.pages.views import project_views
from fedirec.projects.queries.tasks import get_task
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.presses import Press, do_what_was_pressed
from fedirec.remix.pages.visitors import members_only, visitor
from fedirec.remix.powers import Deed
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.times import local_input


async def post_task(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.MAKE_TASK)
    form = await read_form(request)
    draft = await draft_in(form, project)
    if not form.errors:
        with form.collecting():
            task = await make_task(viewer.actor, project, draft)
            return redirect(request, Cards(request).here(task.uri), _("Written down."))
    return await render_list(request, project, form, status=422)


@members_only
async def show_edit(request: Request[Any]) -> Response:
    _viewer, project = await leader_in(request, Deed.CHANGE_TASK)
    task = await get_task(project, request.path_params["key"])
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
    viewer, project = await leader_in(request, Deed.CHANGE_TASK)
    task = await get_task(project, request.path_params["key"])
    form = await read_form(request)
    draft = await draft_in(form, project, task=task)
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
    person = await chosen_person(form, project, required=True)
    if person is not None:
        with form.collecting():
            await give_task(viewer.actor, task, person)
            said = _("%(name)s is asked, and can hand it back.") % {"name": person.name or person.handle}
            return redirect(request, Cards(request).here(task.uri), said)
    return await render_task(request, project, task, form, status=422)


async def post_dropping(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    task, form = await get_task(project, request.path_params["key"]), await read_form(request)
    reason = form.text("reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await drop_task(viewer.actor, task, reason=reason)
            return redirect(request, Cards(request).here(task.uri), _("Dropped. Everybody can read why."))
    return await render_task(request, project, task, form, status=422)


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
        **await choices_in(project),
    )


routes = [
    Route("/p/{slug}/tasks", post_task, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}", post_deed, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/edit", show_edit, methods=["GET"]),
    Route("/p/{slug}/tasks/{key}/edit", post_edit, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/give", post_giving, methods=["POST"]),
    Route("/p/{slug}/tasks/{key}/drop", post_dropping, methods=["POST"]),
]
