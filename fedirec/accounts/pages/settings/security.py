"""The password of a member, the codes that stand in for it, and the browsers that are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.passwords import change_password, prove_presence, renew_recovery_codes
from fedirec.accounts.actions.sessions import end_session, end_sessions
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.people import ROLES
from fedirec.accounts.pages.views import SECRET, number_in, once_more, person_view, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import has_recovery_codes, sessions_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A browser that is signed in."""

    id: int
    browser: str
    is_this: bool
    since: datetime
    used_at: datetime


async def show_security(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, "accounts/security.html", **await _security(request, viewer))


async def post_password(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    old, new = form.secret("old"), form.secret("password")
    if form.errors:
        return once_more(request, "accounts/security.html", form, **await _security(request, viewer))
    try:
        await change_password(
            viewer.account, old=old, new=new, attempts=request.state["attempts"], session_id=viewer.session_id
        )
    except FedirecError as error:
        return once_more(request, "accounts/security.html", form, error, **await _security(request, viewer))
    return redirect(
        request, "/settings/security", _("Your password is changed. Every other browser has been signed out.")
    )


async def post_codes(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    present = form.secret("present")
    if form.errors:
        return once_more(request, "accounts/security.html", form, **await _security(request, viewer))
    try:
        await prove_presence(viewer.account, present, attempts=request.state["attempts"], field="present")
    except FedirecError as error:
        return once_more(request, "accounts/security.html", form, error, **await _security(request, viewer))
    codes = await renew_recovery_codes(viewer.account)
    return render(request, "accounts/codes.html", headers=SECRET, codes=codes, name=viewer.actor.handle)


async def post_session_end(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    if form.flag("others"):
        await end_sessions(viewer.account, but=viewer.session_id)
        return redirect(request, "/settings/security", _("Every other browser has been signed out."))
    await end_session(viewer.account, number_in(form, "session"))
    return redirect(request, "/settings/security", _("That browser has been signed out."))


async def _security(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "handle": viewer.actor.handle,
        "person": person_view(viewer.actor),
        "role": _(ROLES[viewer.role][0]),
        "since": viewer.account.created_at,
        "has_codes": await has_recovery_codes(viewer.account),
        "sessions": await session_views(viewer),
    }


async def session_views(viewer: Viewer) -> list[SessionView]:
    """The browsers in which `viewer` is signed in."""
    return [
        SessionView(
            id=row.id,
            browser=row.browser,
            is_this=row.id == viewer.session_id,
            since=row.created_at,
            used_at=row.used_at,
        )
        for row in await sessions_of(viewer.account)
    ]


routes = [
    Route("/settings/security", show_security, methods=["GET"]),
    Route("/settings/password", post_password, methods=["POST"]),
    Route("/settings/codes", post_codes, methods=["POST"]),
    Route("/settings/sessions", post_session_end, methods=["POST"]),
]
