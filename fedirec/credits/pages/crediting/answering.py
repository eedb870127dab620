"""Whoever is named for a role says whether that is so, before a production is frozen or after."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.credits.actions.crediting.answering import answer_named_role
from fedirec.credits.pages.crediting.codes import offering_code
from fedirec.projects.pages.finding import project_in
from fedirec.projects.pages.productions.showing import production_in
from fedirec.projects.pages.productions.views import production_view
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import row_in
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


async def post_answer(request: Request[Any]) -> Response:
    """Whoever is named for a role says whether they did what is said of them, before it is frozen or after."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    production = await production_in(request, await project_in(request))
    form = await read_form(request)
    is_so = form.value("do") == "confirm"
    await answer_named_role(viewer.actor, production, row_in(request, "line"), is_so=is_so)
    said = _("Thank you. You are credited for it.") if is_so else _("Thank you. It is not said of you any more.")
    page = production_view(Cards(request), production).url
    return redirect(request, page, offering_code(said) if is_so else said)


routes = [Route("/p/{slug}/productions/{key}/answers/{line:int}", post_answer, methods=["POST"])]
