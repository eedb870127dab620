"""The programs that may act for a member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.tokens import create_token, revoke_token
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import SECRET, number_in, once_more, settings_tabs
from fedirec.accounts.permissions import Permission, Scope
from fedirec.accounts.queries import tokens_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A program that may act for somebody."""

    id: int
    name: str
    scopes: str
    since: datetime
    used_at: datetime | None


async def show_programs(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, "accounts/programs.html", **await _programs(request, viewer))


async def post_token(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    name = form.line("name", required=True, max=100)
    scopes = form.many("scopes", [scope.value for scope in viewer.scopes], required=True)
    if form.errors:
        return once_more(request, "accounts/programs.html", form, **await _programs(request, viewer))
    try:
        token = await create_token(viewer.account, name=name, scopes=scopes, within=viewer.scopes)
    except FedirecError as error:
        return once_more(request, "accounts/programs.html", form, error, **await _programs(request, viewer))
    return render(
        request, "accounts/programs.html", headers=SECRET, **await _programs(request, viewer) | {"token": token}
    )


async def post_token_revocation(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    await revoke_token(viewer.account, number_in(await read_form(request), "token"))
    return redirect(request, "/settings/programs", _("That token opens nothing any more."))


async def _programs(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "token": "",
        "scopes": [
            Choice(value=Scope.READ, label=_("Read what you can read")),
            Choice(
                value=Scope.WRITE, label=_("Publish, remix, comment and take part in challenges and projects as you")
            ),
            Choice(value=Scope.FOLLOW, label=_("Follow people and challenges, and say what you like")),
            Choice(value=Scope.ACCOUNT, label=_("Look after your account: password, programs, invitations")),
            Choice(value=Scope.ADMIN, label=_("Look after this place, as far as you may")),
        ],
        "tokens": [
            TokenView(id=row.id, name=row.name, scopes=row.scopes, since=row.created_at, used_at=row.used_at)
            for row in await tokens_of(viewer.account)
        ],
    }


routes = [
    Route("/settings/programs", show_programs, methods=["GET"]),
    Route("/settings/programs", post_token, methods=["POST"]),
    Route("/settings/programs/revoke", post_token_revocation, methods=["POST"]),
]
