"""Inviting people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.invitations import MAX_DAYS, MAX_USES, create_invitation, withdraw_invitation
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import SECRET, number_in, once_more, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import invitations_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """An invitation that still lets people in."""

    id: int
    uses_left: int
    made_at: datetime
    ends_at: datetime


async def show_invitations(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.INVITE)
    form = filled_form({"uses": 1, "days": 7})
    return render(request, "accounts/invitations.html", form=form, **await _shown(request, viewer))


async def post_invitation(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.INVITE)
    form = await read_form(request)
    uses = form.number("uses", required=True, min=1, max=MAX_USES)
    days = form.number("days", required=True, min=1, max=MAX_DAYS)
    if uses is None or days is None:
        return once_more(request, "accounts/invitations.html", form, **await _shown(request, viewer))
    try:
        secret = await create_invitation(viewer, uses=uses, days=days)
    except FedirecError as error:
        return once_more(request, "accounts/invitations.html", form, error, **await _shown(request, viewer))
    link = f"{request.state['site'].origin}/sign-up?invitation={secret}"
    return render(
        request,
        "accounts/invitations.html",
        headers=SECRET,
        form=form,
        **await _shown(request, viewer) | {"link": link},
    )


async def post_withdrawal(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.INVITE)
    await withdraw_invitation(viewer, number_in(await read_form(request), "invitation"))
    return redirect(request, "/invitations", _("That invitation is withdrawn."))


async def _shown(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "link": "",
        "is_closed": request.state["site"].instance.registration == "closed",
        "invitations": [
            InvitationView(id=row.id, uses_left=row.uses_left, made_at=row.created_at, ends_at=row.expires_at)
            for row in await invitations_of(viewer.account)
        ],
    }


routes = [
    Route("/invitations", show_invitations, methods=["GET"]),
    Route("/invitations", post_invitation, methods=["POST"]),
    Route("/invitations/withdraw", post_withdrawal, methods=["POST"]),
]
