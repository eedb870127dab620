"""What other instances sent that had no effect, and why."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.replaying import replay
from fedirec.admin.pages.views import peer_url
from fedirec.admin.queries.arrivals import Arrived, State, arrivals
from fedirec.admin.words import STATES
from fedirec.translatable import N_
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, render
from fedirec.web.sentences import as_sentence
from fedirec.web.views import Tab

PLACE: Final = "/admin/refused"
SHOWS: Final[dict[State | str, str]] = {"": N_("Refused or failed"), "refused": N_("Refused"), "failed": N_("Failed")}


async def show_arrivals(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_FEDERATION)
    asked = request.query_params.get("show", "")
    state: Any = asked if asked in SHOWS else ""
    rows, place = await arrivals(state=state, before=place_in(request, "before"))
    return render(
        request,
        "admin/arrivals.html",
        tabs=admin_tabs(request, viewer),
        shows=[
            Tab(label=_(label), url=f"{PLACE}?show={name}" if name else PLACE, is_current=name == state)
            for name, label in SHOWS.items()
        ],
        arrivals=page_with(request, [_shown(row) for row in rows], name="before", place=place),
        may_decide=viewer.can(Permission.MANAGE_FEDERATION),
    )


async def post_replay(request: Request[Any]) -> Response:
    """It is handled as if it had just arrived."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return await attempt(
        request,
        PLACE,
        replay(viewer, id_in(request)),
        _("It is handled again. If it fails once more, it comes back here."),
    )


def _shown(row: Arrived) -> dict[str, Any]:
    host = host_of(row.uri)
    return {
        "id": row.id,
        "type": row.type,
        "uri": row.uri,
        "sender": row.sender,
        "host": host,
        "url": peer_url(host),
        "state": _(STATES[row.state]),
        "reason": as_sentence(_(row.reason)) if row.reason else "",
        "at": row.received_at,
    }


routes = [
    Route(PLACE, show_arrivals, methods=["GET"]),
    Route(f"{PLACE}/{{id:int}}/replay", post_replay, methods=["POST"]),
]
