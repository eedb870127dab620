"""One line of a credit list: the person says whether it is so, and those who lead the project answer."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.credits.actions.crediting.answering import answer_credit, correct_credit, keep_credit
from fedirec.credits.lines import MAX_LABEL, MAX_REASON, CreditHappening
from fedirec.credits.models import ProductionCredit
from fedirec.credits.pages.crediting.codes import offering_code
from fedirec.credits.pages.crediting.finding import frozen_in
from fedirec.credits.pages.crediting.views import line_view
from fedirec.credits.pages.crediting.words import SAID
from fedirec.credits.queries.credits import get_credit, held_lines, own_people
from fedirec.errors import FedirecError, NotFound
from fedirec.projects.models import Project
from fedirec.projects.pages.finding import parts_in_project
from fedirec.projects.pages.productions.views import production_view
from fedirec.projects.pages.tabs import project_tabs
from fedirec.remix.pages.cards import Cards
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.roles import ROLES
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


async def show_line(request: Request[Any]) -> Response:
    """One line, with what whoever looks can say of it."""
    production, project = await frozen_in(request)
    line = await get_credit(production, request.path_params["line"])
    return await _show_line(request, project, line, Form())


async def post_line(request: Request[Any]) -> Response:
    """The person says whether it is so, or those who lead the project answer."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    production, project = await frozen_in(request)
    line, form = await get_credit(production, request.path_params["line"]), await read_form(request)
    happening = CreditHappening(form.choice("do", [each.value for each in CreditHappening]) or "confirm")
    reason = form.text("reason", max=10_000).strip()
    role, label = form.line("role", max=300), form.line("label", max=MAX_LABEL)
    if form.errors:
        return await _show_line(request, project, line, form)
    doing: Awaitable[object]
    if happening is CreditHappening.CORRECT:
        doing = correct_credit(viewer.actor, line, role=role, label=label, reason=reason)
    elif happening is CreditHappening.KEEP:
        doing = keep_credit(viewer.actor, line, reason=reason)
    else:
        doing = answer_credit(viewer.actor, line, happening, reason=reason)
    return await _done(request, doing, happening, project, line, form)


async def _show_line(request: Request[Any], project: Project, line: ProductionCredit, form: Form) -> Response:
    cards, parts = Cards(request), await parts_in_project(request, project)
    held = await held_lines(line.production)
    viewer = viewer_of(request)
    able = viewer is not None and viewer.can(Permission.CLAIM_CREDIT)
    view = line_view(
        cards,
        line,
        held=held,
        viewer=viewer.actor if viewer is not None and able else None,
        own=await own_people(viewer.actor if viewer is not None and able else None),
        leads=able and may_do(Deed.ANSWER_CREDIT, parts),
    )
    return render(
        request,
        "credits/line.html",
        status=422 if form.errors else 200,
        line=view,
        form=form,
        production=production_view(cards, line.production),
        tabs=project_tabs(cards, project, current="", parts=parts),
        roles=[
            Choice(value="", label=_("None of these")),
            *(Choice(value=role.code, label=_(role.label)) for role in ROLES),
        ],
        max_reason=MAX_REASON,
        max_label=MAX_LABEL,
    )


async def _done(
    request: Request[Any],
    doing: Awaitable[object],
    happening: CreditHappening,
    project: Project,
    line: ProductionCredit,
    form: Form,
) -> Response:
    """The page of the line after `doing`, or the form once more with what stood against it."""
    try:
        await doing
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await _show_line(request, project, line, form)
    page = f"{production_view(Cards(request), line.production).url}/credits/{line.key}"
    said = _(SAID[happening])
    return redirect(request, page, offering_code(said) if happening is CreditHappening.CONFIRM else said)


routes = [
    Route("/p/{slug}/productions/{key}/credits/{line}", show_line, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/credits/{line}", post_line, methods=["POST"]),
]
