"""What guests see of their account: who they are here, what they may do, where they are signed in, and the way out."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.guests import forget_guest
from fedirec.accounts.actions.sessions import end_session, end_sessions
from fedirec.accounts.door import let_out, require_viewer
from fedirec.accounts.home import forget_home
from fedirec.accounts.pages.settings.security import session_views
from fedirec.accounts.pages.views import number_in, once_more, person_view, settings_tabs
from fedirec.accounts.permissions import Permission, may_leave_as_guest, refuse
from fedirec.accounts.viewer import Viewer
from fedirec.translatable import N_
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


async def show_visit(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    if not may_leave_as_guest(viewer.role):
        return redirect(request, "/settings/security")
    return render(request, "accounts/visit.html", **await _visit(request, viewer))


async def post_session_end(request: Request[Any]) -> Response:
    viewer = _guest_in(request)
    form = await read_form(request)
    if form.flag("others"):
        await end_sessions(viewer.account, but=viewer.session_id)
        return redirect(request, "/settings/visit", _("Every other browser has been signed out."))
    await end_session(viewer.account, number_in(form, "session"))
    return redirect(request, "/settings/visit", _("That browser has been signed out."))


async def post_leaving(request: Request[Any]) -> Response:
    """The guest is no guest any more, and their browser keeps nothing of it."""
    viewer = _guest_in(request)
    form = await read_form(request)
    if not form.flag("sure"):
        form.fail("sure", _("Please tick the box, so that nobody leaves by mistake."))
        return once_more(request, "accounts/visit.html", form, **await _visit(request, viewer))
    await forget_guest(viewer)
    response = redirect(request, "/", _("Your visit is over, and what we kept of it is deleted. See you some time."))
    let_out(response, request)
    forget_home(response, request)
    return response


def _guest_in(request: Request[Any]) -> Viewer:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    refuse(may_leave_as_guest(viewer.role), N_("This page is for guests."))
    return viewer


async def _visit(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "person": person_view(viewer.actor, cache=request.state["media_cache"]),
        "home": viewer.actor.host,
        "home_url": viewer.actor.url or viewer.actor.uri,
        "since": viewer.account.created_at,
        "sessions": await session_views(viewer),
        "may_join": request.state["site"].instance.registration != "closed",
    }


routes = [
    Route("/settings/visit", show_visit, methods=["GET"]),
    Route("/settings/visit/sessions", post_session_end, methods=["POST"]),
    Route("/settings/visit/leave", post_leaving, methods=["POST"]),
]
