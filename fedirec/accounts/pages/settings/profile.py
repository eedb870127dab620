"""What members show of themselves."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.profile import MAX_ABOUT, edit_profile
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more, person_view, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.uploader import quota_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.media.actions import keep_file
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


async def show_profile(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    if not viewer.can(Permission.MANAGE_OWN):
        return redirect(request, "/settings/visit")
    form = filled_form(
        {
            "name": viewer.actor.name,
            "about": viewer.account.about,
            "approves": "on" if viewer.actor.approves_followers else None,
            "unlisted": None if viewer.actor.is_indexable else "on",
            "unnamed": "on" if viewer.actor.without_name else None,
        }
    )
    return render(request, "accounts/profile.html", form=form, **_profile(request, viewer))


async def post_profile(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    settings = request.state["settings"]
    form = await read_form(request, max_files=1, max_file_bytes=settings.max_image_bytes)
    name, about = form.line("name", max=500), form.text("about", max=MAX_ABOUT)
    upload = form.file("icon")
    if form.errors:
        return once_more(request, "accounts/profile.html", form, **_profile(request, viewer))
    try:
        icon = None
        if upload is not None:
            icon = await keep_file(
                request.state["store"],
                viewer.actor,
                file_name=upload.filename,
                source=upload.path,
                settings=settings,
                quota=quota_of(settings, viewer.role),
            )
        await edit_profile(
            request.state["site"].uris,
            viewer.account,
            name=name,
            about=about,
            icon=icon,
            without_icon=form.flag("without_icon"),
            approves_followers=form.flag("approves"),
            is_indexable=not form.flag("unlisted"),
            without_name=form.flag("unnamed"),
        )
    except FedirecError as error:
        if upload is not None and error.field in (None, "file"):
            error.field = "icon"
        return once_more(request, "accounts/profile.html", form, error, **_profile(request, viewer))
    return redirect(request, "/settings", _("Your page is up to date."))


def _profile(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    return {
        "tabs": settings_tabs(request, viewer),
        "person": person_view(viewer.actor),
        "has_icon": viewer.account.icon_id is not None,
        "max_bytes": request.state["settings"].max_image_bytes,
    }


routes = [
    Route("/settings", show_profile, methods=["GET"]),
    Route("/settings", post_profile, methods=["POST"]),
]
