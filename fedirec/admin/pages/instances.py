"""What this instance announces to those who follow it, and which other instances it follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Follow
from fedirec.admin.actions.instances import (
    announced_kinds,
    choose_announcements,
    follow_instance,
    followed_instances,
    get_followed,
    unfollow_instance,
)
from fedirec.errors import FedirecError
from fedirec.remix.actions.instance_announcements import WORDS
from fedirec.remix.pages.visitors import number_of
from fedirec.web.forms import GENERAL, Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

PLACE: Final = "/admin/federation/instances"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedView:
    """An instance that this one follows."""

    id: int
    host: str
    since: datetime
    is_accepted: bool


async def show_instances(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return await _show(request, viewer, filled_form({"announces": await announced_kinds()}))


async def post_instances(request: Request[Any]) -> Response:
    """An instance is followed, or no more; or other things are announced."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    form = await read_form(request)
    do = form.value("do")
    try:
        if do == "announce":
            await choose_announcements(viewer, form.values("announces"))
            said = _("Saved. Those who follow this place hear of it soon.")
        elif do == "unfollow":
            made = await get_followed(number_of(str(form.value("follow"))) or 0)
            await unfollow_instance(viewer, made.target)
            said = _("This place follows %(host)s no more.") % {"host": made.target.host}
        else:
            host = form.line("host", required=True, max=300)
            if form.errors:
                return await _show(request, viewer, form, status=422)
            made = await follow_instance(viewer, request.state["remote"], host)
            said = _("Followed. What it announces appears here.")
    except FedirecError as error:
        form.refuse(error, beside="host" if do == "follow" else GENERAL)
        return await _show(request, viewer, form, status=422)
    return redirect(request, PLACE, said)


async def _show(request: Request[Any], viewer: Viewer, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "admin/instances.html",
        status,
        tabs=admin_tabs(request, viewer),
        form=form,
        announces=await announced_kinds(),
        kinds=[Choice(value=kind.value, label=_(words)) for kind, words in WORDS.items()],
        followed=[_view(made) for made in await followed_instances()],
        handle=f"@actor@{request.state['site'].uris.host}",
        may_choose=viewer.can(Permission.MANAGE_INSTANCE),
    )


def _view(made: Follow) -> FollowedView:
    return FollowedView(
        id=made.id, host=made.target.host, since=made.created_at, is_accepted=made.accepted_at is not None
    )


routes = [
    Route(PLACE, show_instances, methods=["GET"]),
    Route(PLACE, post_instances, methods=["POST"]),
]
