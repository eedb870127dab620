"""The other accounts of a member, and going to live at one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.moving import (
    LONGEST,
    add_alias,
    aliases_of,
    find_other_account,
    move_back,
    move_to,
    remove_alias,
)
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more, person_view, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.moving import COOLDOWN
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import PersonView

HERE: Final = "/settings/moving"
TEMPLATE: Final = "accounts/moving.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasView:
    """Another account of a member."""

    uri: str
    person: PersonView | None


async def show_moving(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, TEMPLATE, **await _moving(request, viewer))


async def post_alias(request: Request[Any]) -> Response:
    """Another account is theirs too."""
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    typed = form.line("alias", required=True, max=LONGEST)
    if form.errors:
        return once_more(request, TEMPLATE, form, **await _moving(request, viewer))
    try:
        request.state["attempts"].check(f"alias {viewer.account.id}", cost=0.5)
        other = await find_other_account(request.state["remote"], typed)
        await add_alias(viewer.actor, other)
    except FedirecError as error:
        form.refuse(error, beside="alias")
        return once_more(request, TEMPLATE, form, **await _moving(request, viewer))
    return redirect(
        request, HERE, _("%(handle)s is yours too, and can move here.") % {"handle": person_view(other).handle}
    )


async def post_alias_removal(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    await remove_alias(viewer.actor, form.value("uri"))
    return redirect(request, HERE, _("That account is not named any more."))


async def post_move(request: Request[Any]) -> Response:
    """Their followers are told that they live somewhere else now."""
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    typed, present = form.line("who", required=True, max=LONGEST), form.secret("present")
    if form.errors:
        return once_more(request, TEMPLATE, form, **await _moving(request, viewer))
    try:
        request.state["attempts"].check(f"move {viewer.account.id}", cost=0.5)
        target = await find_other_account(request.state["remote"], typed)
        found = await move_to(
            request.state["remote"], viewer.account, target, present=present, attempts=request.state["attempts"]
        )
    except FedirecError as error:
        form.refuse(error, beside="who")
        return once_more(request, TEMPLATE, form, **await _moving(request, viewer))
    return redirect(
        request,
        HERE,
        _("You live at %(handle)s now. Your followers are being told.") % {"handle": person_view(found).handle},
    )


async def post_return(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    await move_back(viewer.actor)
    return redirect(request, HERE, _("Welcome back. You live here again."))


async def _moving(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    actor, cache = viewer.actor, request.state["media_cache"]
    new = await Actor.get_or_none(uri=actor.moved_to) if actor.moved_to else None
    return {
        "tabs": settings_tabs(request, viewer),
        "handle": actor.handle,
        "own_handle": f"@{actor.handle}@{actor.host}",
        "aliases": [
            AliasView(uri=uri, person=person_view(other, cache=cache) if other else None)
            for uri, other in await aliases_of(actor)
        ],
        "moved_to": actor.moved_to,
        "new": person_view(new, cache=cache) if new else None,
        "may_move_at": actor.moved_at + COOLDOWN
        if actor.moved_at is not None and actor.moved_at + COOLDOWN > now()
        else None,
    }


routes = [
    Route(HERE, show_moving, methods=["GET"]),
    Route(HERE, post_move, methods=["POST"]),
    Route(f"{HERE}/aliases", post_alias, methods=["POST"]),
    Route(f"{HERE}/aliases/remove", post_alias_removal, methods=["POST"]),
    Route(f"{HERE}/back", post_return, methods=["POST"]),
]
