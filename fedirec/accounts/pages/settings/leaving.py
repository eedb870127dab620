"""Leaving for good, and staying after all."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.farewells import find_farewell, say_farewell, take_back_farewell
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

HERE: Final = "/settings/leaving"
NAMES: Final = ("pseudonym", "name")
WHEN: Final = ("week", "now")


async def show_leaving(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return await _show(request, viewer, Form())


async def post_leaving(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request)
    credit, when = form.choice("credit", NAMES), form.choice("when", WHEN)
    present = form.secret("present")
    if not form.flag("sure"):
        form.fail("sure", _("Please say that you have read this."))
    if form.errors:
        return await _show(request, viewer, form)
    try:
        await say_farewell(
            viewer.account,
            present=present,
            attempts=request.state["attempts"],
            keeps_name=credit == "name",
            at_once=when == "now",
        )
    except FedirecError as error:
        form.refuse(error)
        return await _show(request, viewer, form)
    if when == "now":
        return redirect(request, "/", _("You are being forgotten now. Farewell, and thank you for what you made."))
    return redirect(request, HERE, _("Your account will be erased in a week. Until then you can stay after all."))


async def post_staying(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    await take_back_farewell(viewer.account)
    return redirect(request, HERE, _("How good that you stay."))


async def _show(request: Request[Any], viewer: Viewer, form: Form) -> Response:
    return render(
        request,
        "accounts/leaving.html",
        422 if form.errors else 200,
        tabs=settings_tabs(request, viewer),
        form=form,
        handle=viewer.actor.handle,
        farewell=await find_farewell(viewer.account),
        credits=[
            Choice(
                value="pseudonym",
                label=_("As “Somebody who left”"),
                hint=_("Your name and your handle go. Your address stays taken, for good."),
            ),
            Choice(value="name", label=_("By my name"), hint=_("As it is today.")),
        ],
        whens=[
            Choice(value="week", label=_("In a week"), hint=_("You can change your mind until then.")),
            Choice(value="now", label=_("At once"), hint=_("Nobody can undo that.")),
        ],
    )


routes = [
    Route(HERE, show_leaving, methods=["GET"]),
    Route(HERE, post_leaving, methods=["POST"]),
    Route(f"{HERE}/undo", post_staying, methods=["POST"]),
]
