"""One other instance: what is known of it, what was decided, and what can be done."""

from __future__ import annotations

from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.audit import event_views
from fedirec.accounts.pages.views import once_more, person_view
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import audit_events
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.policies import BLOCK, OPEN
from fedirec.admin.actions.policies import list_peer, treat_peer
from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.actions.queue import drop_host, retry_host
from fedirec.admin.hosts import origin_named
from fedirec.admin.pages.views import peer_url, peer_view
from fedirec.admin.queries.consequences import consequences_of_block
from fedirec.admin.queries.peers import KnownPeer, errors_of, federation, find_peer
from fedirec.admin.treatment import MAX_COMMENT, WORDS, Policy, Treatment
from fedirec.admin.words import error_in_words
from fedirec.errors import FedirecError
from fedirec.media.cache import MediaCache
from fedirec.uris import host_of
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render, turn_back
from fedirec.web.views import Choice

PEOPLE: Final = 12
"""People of an instance that its page shows."""
PLACE: Final = "/admin/federation/peers/{host}"


async def show_peer(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_FEDERATION)
    peer = await _peer(request)
    treatment = peer.treatment
    form = filled_form(
        {
            "policy": treatment.policy,
            "rejects_media": treatment.rejects_media,
            "rejects_reports": treatment.rejects_reports,
            "public_comment": treatment.public_comment,
            "private_comment": treatment.private_comment,
            "is_obfuscated": treatment.is_obfuscated,
        }
    )
    return render(request, "admin/peer.html", form=form, **await _shown(request, viewer, peer))


async def post_policy(request: Request[Any]) -> Response:
    """What was decided holds; before a block, whom it cuts off is shown first."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    form = await read_form(request)
    treatment = Treatment(
        policy=cast(Policy, form.choice("policy", list(WORDS))),
        rejects_media=form.flag("rejects_media"),
        rejects_reports=form.flag("rejects_reports"),
        public_comment=form.text("public_comment", max=MAX_COMMENT),
        private_comment=form.text("private_comment", max=MAX_COMMENT),
        is_obfuscated=form.flag("is_obfuscated"),
    )
    if form.errors:
        return once_more(request, "admin/peer.html", form, **await _shown(request, viewer, peer))
    is_new_block = treatment.policy == BLOCK and peer.treatment.policy != BLOCK
    if is_new_block and form.value("do") != "decide":
        foreseen = await consequences_of_block([peer.origin])
        values: dict[str, Any] = {"tabs": admin_tabs(request, viewer), "peer": peer_view(peer), "foreseen": foreseen}
        return render(request, "admin/before_block.html", form=form, **values)
    try:
        await treat_peer(viewer, request.state["site"], peer.host, treatment)
    except FedirecError as error:
        return once_more(request, "admin/peer.html", form, error, **await _shown(request, viewer, peer))
    done = _("That holds from now on. What it means for what is here follows soon.")
    return redirect(request, peer_url(peer.host), done)


async def post_listing(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    form = await read_form(request)
    listed = form.value("do") == "list"
    done = _("It is listed.") if listed else _("It is not listed any more.")
    return await attempt(
        request, peer_url(peer.host), list_peer(viewer, request.state["site"], peer.host, is_listed=listed), done
    )


async def post_retry(request: Request[Any]) -> Response:
    """Whatever waits for it is tried at once."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    return await attempt(
        request,
        peer_url(peer.host),
        retry_host(viewer, request.state["site"], peer.host),
        _("Everything for it is tried at once."),
    )


async def post_drop(request: Request[Any]) -> Response:
    """What was given up is let go."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    return await attempt(
        request,
        peer_url(peer.host),
        drop_host(viewer, request.state["site"], peer.host),
        _("What was given up is gone."),
    )


async def show_purge(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    try:
        cached = await plan_purge(viewer, request.state["site"], peer.host)
    except FedirecError as error:
        return turn_back(request, peer_url(peer.host), error)
    tabs = admin_tabs(request, viewer)
    return render(request, "admin/before_purge.html", tabs=tabs, peer=peer_view(peer), cached=cached)


async def post_purge(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    peer = await _peer(request)
    done = _("What is kept of it goes, a little at a time.")
    return await attempt(request, peer_url(peer.host), purge_peer(viewer, request.state["site"], peer.host), done)


async def _peer(request: Request[Any]) -> KnownPeer:
    """The instance in the path, be it one that we never had to do with."""
    return await find_peer(origin_named(request.state["site"], request.path_params["host"]))


async def _shown(request: Request[Any], viewer: Viewer, peer: KnownPeer) -> dict[str, Any]:
    cache: MediaCache = request.state["media_cache"]
    people = (
        Actor.filter(host=host_of(peer.origin), is_local=False).exclude(state="deleted").order_by("-id").limit(PEOPLE)
    )
    may_decide = viewer.can(Permission.MANAGE_FEDERATION)
    events = (await audit_events(subject_uri=peer.origin, limit=10))[0] if viewer.can(Permission.SEE_AUDIT) else []
    return {
        "tabs": admin_tabs(request, viewer),
        "peer": peer_view(peer),
        "stance": peer.stance,
        "treatment": peer.treatment,
        "decided_at": peer.decided_at,
        "people": [person_view(actor, cache=cache) for actor in await people],
        "foreseen": await consequences_of_block([peer.origin]) if may_decide else None,
        "errors": [error_in_words(error) for error in await errors_of(peer)],
        "events": await event_views(events),
        "may_decide": may_decide,
        "everybody_may_come": await federation() == OPEN,
        "may_purge": may_decide and (peer.stance.is_blocked or peer.is_dead),
        "policies": [Choice(value=name, label=_(words)) for name, words in WORDS.items()],
    }


routes = [
    Route(PLACE, show_peer, methods=["GET"]),
    Route(f"{PLACE}/policy", post_policy, methods=["POST"]),
    Route(f"{PLACE}/listing", post_listing, methods=["POST"]),
    Route(f"{PLACE}/retry", post_retry, methods=["POST"]),
    Route(f"{PLACE}/drop", post_drop, methods=["POST"]),
    Route(f"{PLACE}/purge", show_purge, methods=["GET"]),
    Route(f"{PLACE}/purge", post_purge, methods=["POST"]),
]
