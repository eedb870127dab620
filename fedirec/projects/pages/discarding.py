"""Discarding a project that was never launched."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.projects.actions.discarding import discard_project
from fedirec.projects.pages.finding import doer_in, leader_in
from fedirec.projects.pages.views import project_views
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@members_only
async def show_discarding(request: Request[Any]) -> Response:
    """Asks once more, and says what becomes of its parts."""
    _viewer, project = await leader_in(request, Deed.DISCARD_PROJECT)
    (shown,) = await project_views(Cards(request), [project])
    return render(request, "projects/discard.html", project=shown)


async def post_discarding(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await discard_project(viewer.actor, project)
    return redirect(request, "/projects", _("It is gone."))


routes = [
    Route("/p/{slug}/discard", show_discarding, methods=["GET"]),
    Route("/p/{slug}/discard", post_discarding, methods=["POST"]),
]
