"""Answering what challenges and projects look for: in a project it means asking to join."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError
from fedirec.projects.actions.answering import answer_and_ask
from fedirec.remix.pages.needs import need_in, render_need
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.vocab.needs import MAX_WORDS
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


@members_only
async def post_answer(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.TAKE_PART)
    need, form = await need_in(request), await read_form(request)
    try:
        await answer_and_ask(viewer.actor, need, form.text("words", max=2 * MAX_WORDS))
    except FedirecError as error:
        form.refuse(error)
        return await render_need(request, form, status=422)
    said = _("Thank you! Those who lead “%(title)s” know.") % {"title": need.group.name or need.group.handle}
    return redirect(request, f"/needs/{need.id}", said)


routes = [Route("/needs/{id:int}", post_answer, methods=["POST"])]
