"""What new records of a member start with."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.profile import edit_defaults
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.remix.pages.cards import licence_choices
from fedirec.remix.pages.composing.fields import (
    ai_choices,
    quoting_choices,
    remixing_choices,
    visibility_choices,
)
from fedirec.remix.wishes import AiPreference, Remixing
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


async def show_defaults(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    account = viewer.account
    kept = {
        "licence": account.licence or "",
        "visibility": account.visibility,
        "quoting": account.quoting,
        "remixing": account.remixing,
        "ai_preference": account.ai_preference,
    }
    return _show(request, viewer, filled_form(kept))


async def post_defaults(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    licence = form.choice("licence", [choice.value for choice in _licences()], required=False)
    visibility = form.choice("visibility", [choice.value for choice in visibility_choices()])
    quoting = form.choice("quoting", [choice.value for choice in quoting_choices()], default=viewer.account.quoting)
    remixing = form.choice("remixing", set(Remixing), default=viewer.account.remixing)
    ai_preference = form.choice("ai_preference", set(AiPreference), default=viewer.account.ai_preference)
    if form.errors:
        return _show(request, viewer, form, status=422)
    await edit_defaults(
        viewer.account,
        licence=licence or None,
        visibility=visibility,
        quoting=quoting,
        remixing=remixing,
        ai_preference=ai_preference,
    )
    return redirect(request, "/settings/making", _("Saved."))


def _show(request: Request[Any], viewer: Viewer, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "remix/defaults.html",
        status,
        form=form,
        tabs=settings_tabs(request, viewer),
        licences=_licences(),
        visibilities=visibility_choices(),
        quotings=quoting_choices(),
        remixings=remixing_choices(),
        ai_preferences=ai_choices(),
    )


def _licences() -> list[Choice]:
    open_to_change = Choice(
        value="", label=_("What suits each record"), hint=_("We suggest one that fits its sources.")
    )
    return [open_to_change, *licence_choices()]


routes = [
    Route("/settings/making", show_defaults, methods=["GET"]),
    Route("/settings/making", post_defaults, methods=["POST"]),
]
