"""Appeals that wait for an answer."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, once_more, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.admin.actions.appealing import answer_appeal
from fedirec.admin.pages.cases.showing import past_view
from fedirec.admin.queries.cases import PAGE, get_appeal, waiting_appeals
from fedirec.errors import FedirecError
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


async def show_appeals(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    return await _appeals(request, viewer, filled_form())


async def post_answer(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form = await read_form(request)
    answer = form.choice("answer", ["grant", "decline"])
    words = form.text("words", max=10_000)
    if not form.errors:
        try:
            await answer_appeal(viewer, await get_appeal(id_in(request)), grants=answer == "grant", words=words)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, "/admin/appeals", _("They are told."))
    return await _appeals(request, viewer, form)


async def _appeals(request: Request[Any], viewer: Viewer, form: Form) -> Response:
    rows = await waiting_appeals(after=place_in(request, "after"))
    place = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [
        {
            "id": row.id,
            "person": person_view(row.decision.about),
            "case": row.decision.about_id,
            "words": row.words,
            "at": row.created_at,
            "decision": past_view(row.decision, {}),
        }
        for row in rows[:PAGE]
    ]
    values: dict[str, Any] = {
        "tabs": admin_tabs(request, viewer),
        "appeals": page_with(request, shown, name="after", place=place),
    }
    if form.errors:
        return once_more(request, "admin/appeals.html", form, **values)
    return render(request, "admin/appeals.html", form=form, **values)


routes = [
    Route("/admin/appeals", show_appeals, methods=["GET"]),
    Route("/admin/appeals/{id:int}", post_answer, methods=["POST"]),
]
