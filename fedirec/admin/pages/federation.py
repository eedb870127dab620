"""The instances that this one knows, and with whom it federates at all."""

from __future__ import annotations

from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.policies import LISTED, OPEN
from fedirec.admin.actions.policies import choose_federation
from fedirec.admin.hosts import origin_named
from fedirec.admin.pages.views import MAX_COMMENT_SHOWN, peer_url, peer_view
from fedirec.admin.queries.consequences import consequences_of_listing
from fedirec.admin.queries.peers import PAGE, Show, federation, peers
from fedirec.admin.treatment import obfuscated
from fedirec.admin.words import POLICIES
from fedirec.errors import FedirecError, Invalid
from fedirec.translatable import N_
from fedirec.uris import MAX_URI
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page
from fedirec.web.render import attempt, redirect, render, turn_back
from fedirec.web.views import Choice, Tab

PLACE: Final = "/admin/federation"
SHOWS: Final[dict[Show, str]] = {
    "": N_("All"),
    "decided": N_("Decided about"),
    "listed": N_("Listed"),
    "silent": N_("Silent"),
}


async def show_peers(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_FEDERATION)
    words = " ".join(request.query_params.get("q", "").split())[:100]
    asked = request.query_params.get("show", "")
    show: Show = asked if asked in get_args(Show) else ""  # type: ignore[assignment]
    after = request.query_params.get("after", "")[:MAX_URI]
    rows = await peers(after=after, show=show, words=words, limit=PAGE + 1)
    next_url = request.url.include_query_params(after=rows[PAGE - 1].origin) if len(rows) > PAGE else None
    return render(
        request,
        "admin/peers.html",
        tabs=admin_tabs(request, viewer),
        peers=Page(tuple(map(peer_view, rows[:PAGE])), f"{next_url.path}?{next_url.query}" if next_url else None),
        words=words,
        shown=show,
        shows=[
            Tab(label=_(label), url=f"{PLACE}?show={name}", is_current=name == show) for name, label in SHOWS.items()
        ],
        federation=await federation(),
        may_decide=viewer.can(Permission.MANAGE_FEDERATION),
    )


async def find_peer(request: Request[Any]) -> Response:
    """The page of the instance whose host was typed, be it known or not."""
    require_viewer(request, Permission.SEE_FEDERATION)
    try:
        origin = origin_named(request.state["site"], request.query_params.get("host", "")[:300])
    except FedirecError as error:
        return turn_back(request, PLACE, error)
    return redirect(request, peer_url(origin.partition("://")[2]))


async def show_mode(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return render(request, "admin/mode.html", **await _mode(request, viewer))


async def post_mode(request: Request[Any]) -> Response:
    """This instance federates with everybody, or with those who are listed."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    form = await read_form(request)
    chosen = form.choice("federation", [OPEN, LISTED])
    if form.errors:
        raise Invalid("Choose one of the answers that are offered.")
    return await attempt(
        request,
        f"{PLACE}/mode",
        choose_federation(viewer, request.state["site"], chosen),
        _("That is so from now on. What it means for what is here follows soon."),
    )


async def _mode(request: Request[Any], viewer: Any) -> dict[str, Any]:
    chosen = await federation()
    return {
        "tabs": admin_tabs(request, viewer),
        "federation": chosen,
        "choices": [
            Choice(value=OPEN, label=_("With everybody"), hint=_("except those whom you block")),
            Choice(
                value=LISTED, label=_("With those who are listed"), hint=_("others are treated as if you blocked them")
            ),
        ],
        "foreseen": await consequences_of_listing() if chosen == OPEN else None,
    }


async def show_policies(request: Request[Any]) -> Response:
    """What everybody may know: with whom this instance does not exchange everything, and why."""
    after = request.query_params.get("after", "")[:MAX_URI]
    rows = await peers(after=after, show="decided", limit=PAGE + 1)
    next_url = request.url.include_query_params(after=rows[PAGE - 1].origin) if len(rows) > PAGE else None
    shown = [
        {
            "host": obfuscated(row.host) if row.treatment.is_obfuscated else row.host,
            "policy": _(POLICIES[row.treatment.policy]),
            "rejects": peer_view(row).rejects,
            "comment": row.treatment.public_comment[:MAX_COMMENT_SHOWN],
        }
        for row in rows[:PAGE]
    ]
    return render(
        request,
        "admin/policies.html",
        policies=Page(tuple(shown), f"{next_url.path}?{next_url.query}" if next_url else None),
        federation=await federation(),
    )


routes = [
    Route(PLACE, show_peers, methods=["GET"]),
    Route(f"{PLACE}/find", find_peer, methods=["GET"]),
    Route(f"{PLACE}/mode", show_mode, methods=["GET"]),
    Route(f"{PLACE}/mode", post_mode, methods=["POST"]),
    Route("/about/servers", show_policies, methods=["GET"]),
]
