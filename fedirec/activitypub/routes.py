"""The addresses that other servers ask: inboxes, actors, collections and the well-known ones."""

from __future__ import annotations

import logging
import re
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.activitypub.asking import address_of, headers_of
from fedirec.activitypub.documents import (
    ActivityResponse,
    ActivityRoute,
    actor_document,
    closed_collection,
    collection,
    get_local_actor,
    outbox_page,
)
from fedirec.activitypub.inbox import MAX_BODY, Delivery, Inbox
from fedirec.activitypub.intents import INTENTS, SUBSCRIBE
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import HANDLE
from fedirec.activitypub.site import Site
from fedirec.errors import FedirecError, Invalid, NotFound
from fedirec.uris import host_of
from fedirec.web.bodies import allow_body
from fedirec.web.negotiation import ACTIVITY_JSON
from fedirec.web.ratelimit import visitor_of

log = logging.getLogger(__name__)

MAX_ROW: Final = 2**62
MAX_DIGITS: Final = 19
JRD: Final = "application/jrd+json"


async def post_inbox(request: Request[Any]) -> Response:
    """202 once the activity is kept for good. All inboxes are the same: it is the content that says whom it is for."""
    inbox: Inbox = request.state["inbox"]
    allow_body(request, MAX_BODY)
    delivery = Delivery(
        method=request.method,
        url=address_of(request),
        headers=headers_of(request),
        body=request.stream(),
        visitor=visitor_of(request),
    )
    try:
        await inbox.receive(delivery)
    except FedirecError as error:
        log.info("refused a delivery from %s: %s %s", delivery.visitor, error.status, error)
        raise
    return Response(status_code=202)


async def show_instance_actor(request: Request[Any]) -> Response:
    """The Application that signs for the instance as a whole; readable without a signature (FEP-d556)."""
    site: Site = request.state["site"]
    return ActivityResponse(await actor_document(await Actor.get(uri=site.uris.instance_actor)))


async def show_followers(request: Request[Any]) -> Response:
    actor = await get_local_actor(request)
    return ActivityResponse(closed_collection(f"{actor.uri}/followers"))


async def show_instance_followers(request: Request[Any]) -> Response:
    site: Site = request.state["site"]
    return ActivityResponse(closed_collection(f"{site.uris.instance_actor}/followers"))


async def show_following(request: Request[Any]) -> Response:
    actor = await get_local_actor(request)
    return ActivityResponse(closed_collection(f"{actor.uri}/following"))


async def show_outbox(request: Request[Any]) -> Response:
    return await _outbox(request, await get_local_actor(request))


async def show_instance_outbox(request: Request[Any]) -> Response:
    """What the instance's own actor announces; nothing, where its admins did not choose anything."""
    site: Site = request.state["site"]
    return await _outbox(request, await Actor.get(uri=site.uris.instance_actor))


async def _outbox(request: Request[Any], actor: Actor) -> Response:
    before = request.query_params.get("before")
    if before is None:
        return ActivityResponse(await outbox_page(actor, None))
    if not (before.isascii() and before.isdecimal() and len(before) <= MAX_DIGITS):
        raise Invalid("that page does not exist")
    return ActivityResponse(await outbox_page(actor, min(int(before), MAX_ROW)))


async def show_featured(request: Request[Any]) -> Response:
    actor = await get_local_actor(request)
    return ActivityResponse(collection(f"{actor.uri}/featured", []))


async def webfinger(request: Request[Any]) -> Response:
    """Whom a handle or an address of ours means (RFC 7033)."""
    site: Site = request.state["site"]
    resource = request.query_params.get("resource", "")
    actor = await _whom(site, resource)
    if actor is None:
        raise NotFound("nobody here answers to that")
    links = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor.uri},
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": actor.url or actor.uri},
        {"rel": SUBSCRIBE, "template": f"{site.origin}/follow?uri={{uri}}"},
        {"rel": f"{INTENTS}Follow", "template": f"{site.origin}/follow?uri={{object}}"},
        {"rel": f"{INTENTS}Object", "template": f"{site.origin}/follow?uri={{object}}"},
        {"rel": f"{INTENTS}Create", "template": f"{site.origin}/follow?uri={{inReplyTo}}"},
        {"rel": f"{INTENTS}Like", "template": f"{site.origin}/follow?uri={{object}}"},
        {"rel": f"{INTENTS}Flag", "template": f"{site.origin}/report?about={{object}}"},
    ]
    document = {"subject": f"acct:{actor.handle}@{actor.host}", "aliases": [actor.uri], "links": links}
    return JSONResponse(document, media_type=JRD, headers={"access-control-allow-origin": "*"})


async def host_meta(request: Request[Any]) -> Response:
    """Where WebFinger is, for those who ask the old way (RFC 6415)."""
    site: Site = request.state["site"]
    template = f"{site.origin}/.well-known/webfinger?resource={{uri}}"
    if request.url.path.endswith(".json"):
        return JSONResponse({"links": [{"rel": "lrdd", "type": JRD, "template": template}]}, media_type=JRD)
    xrd = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" type="{JRD}" template={quoteattr(template)}/></XRD>\n'
    )
    return Response(xrd, media_type="application/xrd+xml")


async def nodeinfo_links(request: Request[Any]) -> Response:
    """Where NodeInfo is, and who speaks for the instance (FEP-2677)."""
    site: Site = request.state["site"]
    links = [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": f"{site.origin}/nodeinfo/2.1"},
        {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": site.uris.instance_actor},
    ]
    return JSONResponse({"links": links})


async def _whom(site: Site, resource: str) -> Actor | None:
    """The local actor that a WebFinger resource names: acct:, a bare handle, or an address of ours."""
    if resource.rstrip("/") == site.origin:
        return await Actor.get_or_none(uri=site.uris.instance_actor)
    if resource.startswith(("https://", "http://")):
        if not site.is_ours(resource):
            return None
        uri = resource.lower().replace(f"{site.origin}/@", f"{site.origin}/u/", 1)
        return await Actor.get_or_none(uri=uri, is_local=True, state="active")
    found = HANDLE.fullmatch(re.sub(r"^acct:", "", resource, flags=re.IGNORECASE))
    if found is None:
        raise Invalid("WebFinger asks for acct:name@host")
    if found[2].lower() != host_of(site.origin):
        return None
    if found[1].lower() == host_of(site.origin):
        return await Actor.get_or_none(uri=site.uris.instance_actor)
    return await Actor.get_or_none(local_handle=found[1].lower(), state="active")


routes = [
    Route("/inbox", post_inbox, methods=["POST"]),
    Route("/actor/inbox", post_inbox, methods=["POST"]),
    Route("/u/{handle}/inbox", post_inbox, methods=["POST"]),
    Route("/c/{handle}/inbox", post_inbox, methods=["POST"]),
    ActivityRoute("/actor", show_instance_actor, always=True, shows=("actor", "actor_key"), grows=("actor_key",)),
    ActivityRoute("/actor/outbox", show_instance_outbox, always=True),
    ActivityRoute("/actor/followers", show_instance_followers, always=True),
    ActivityRoute("/c/{handle}/followers", show_followers, always=True),
    ActivityRoute("/c/{handle}/following", show_following, always=True),
    Route("/.well-known/webfinger", webfinger),
    Route("/.well-known/host-meta", host_meta),
    Route("/.well-known/host-meta.json", host_meta),
    Route("/.well-known/nodeinfo", nodeinfo_links),
]
