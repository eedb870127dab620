"""The code with which somebody proves who they are: having one, using one, and saying that it was not oneself."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import SECRET, once_more, person_view
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.credits.queries.settings import money_settings
from fedirec.errors import FedirecError
from fedirec.payouts.actions.payees.codes import deny_code, make_code, use_code
from fedirec.payouts.addresses import CODE
from fedirec.payouts.codes import UNDECIDED, CodeState
from fedirec.payouts.pages.views import PRIVATE, money_tabs, presence_of
from fedirec.payouts.queries.codes import code_of, code_used_by, decidable_at, is_in_hand
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.ratelimit import visitor_of
from fedirec.web.render import redirect, render

_PAGE: Final = "payouts/code.html"


async def show_code(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    return render(request, _PAGE, headers=PRIVATE, **await _code(request, viewer))


async def post_new_code(request: Request[Any]) -> Response:
    """The code, on a page that is shown once."""
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    try:
        code = await make_code(
            viewer,
            present=form.secret("present", required=False),
            vault=request.state["vault"],
            post=request.state["post"],
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return await _again(request, viewer, form, error)
    return render(request, "payouts/new_code.html", headers=SECRET, code=code)


async def post_use(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    code = form.secret("code", max=100)
    if form.errors:
        return await _again(request, viewer, form)
    try:
        await use_code(
            viewer,
            code,
            vault=request.state["vault"],
            post=request.state["post"],
            visitor=visitor_of(request),
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return await _again(request, viewer, form, error)
    return redirect(
        request, CODE, _("Thank you. Everybody whom it concerns is told, and after some days a treasurer decides.")
    )


async def post_denial(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    try:
        await deny_code(
            viewer,
            present=form.secret("present", required=False),
            vault=request.state["vault"],
            post=request.state["post"],
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return await _again(request, viewer, form, error)
    return redirect(request, CODE, _("Both of you are told. Nobody is paid until two treasurers have decided it."))


async def _again(request: Request[Any], viewer: Viewer, form: Form, error: FedirecError | None = None) -> Response:
    response = once_more(request, _PAGE, form, error, **await _code(request, viewer))
    response.headers["Cache-Control"] = PRIVATE["Cache-Control"]
    return response


async def _code(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    person, settings = await person_of(viewer.actor), await money_settings()
    mine, claimed = await code_of(person), await code_used_by(viewer.actor)
    is_used = mine is not None and mine.state in UNDECIDED
    cache = request.state["media_cache"]
    return {
        "tabs": money_tabs(request),
        "has_code": is_in_hand(mine),
        "made_at": mine.created_at if mine else None,
        "claimant": person_view(mine.used_by, cache=cache) if mine and is_used and mine.used_by else None,
        "used_at": mine.used_at if mine and is_used else None,
        "is_denied": mine is not None and mine.state == CodeState.DENIED,
        "claimed": claimed.person.name if claimed else "",
        "claim_state": claimed.state if claimed else "",
        "claim_reason": claimed.reason if claimed and claimed.state == CodeState.REFUSED else "",
        "decidable_at": decidable_at(claimed, settings) if claimed else None,
        **await presence_of(viewer),
        "days": settings.hold_days,
    }


routes = [
    Route(CODE, show_code, methods=["GET"]),
    Route(CODE, post_new_code, methods=["POST"]),
    Route(f"{CODE}/use", post_use, methods=["POST"]),
    Route(f"{CODE}/deny", post_denial, methods=["POST"]),
]
