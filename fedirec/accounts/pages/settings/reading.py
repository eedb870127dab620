"""The language and the clock that pages use for a member."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.profile import edit_preferences
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import languages, name_of_language, zone_names
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


async def show_reading(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    form = filled_form({"locale": viewer.account.locale, "timezone": viewer.account.timezone})
    return render(request, "accounts/reading.html", form=form, **_reading(request, viewer))


async def post_reading(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    form = await read_form(request)
    try:
        await edit_preferences(
            viewer.account, locale=form.text("locale", max=20) or None, timezone=form.text("timezone", max=60)
        )
    except FedirecError as error:
        return once_more(request, "accounts/reading.html", form, error, **_reading(request, viewer))
    return redirect(request, "/settings/reading", _("Saved."))


def _reading(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "locales": [
            Choice(value="", label=_("What my browser asks for")),
            *(Choice(value=name, label=name_of_language(name, told_in=name)) for name in languages()),
        ],
        "zones": [Choice(value=name, label=name.replace("_", " ")) for name in zone_names()],
    }


routes = [
    Route("/settings/reading", show_reading, methods=["GET"]),
    Route("/settings/reading", post_reading, methods=["POST"]),
]
