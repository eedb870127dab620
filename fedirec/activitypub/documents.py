"""What this instance shows of its actors to programs: actor documents and collections.

Collections tell no totals and lists of followers no names: who follows whom is nobody else's business here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from fedirec.activitypub.actors import describe_actor
from fedirec.activitypub.asking import is_for_signers, refuse_strangers
from fedirec.activitypub.contexts import ACTIVITY_CONTEXT, ACTOR_CONTEXT
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import document_of
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json
from fedirec.errors import Gone, NotFound
from fedirec.web.conditional import is_known
from fedirec.web.negotiation import ACTIVITY_JSON, wants_activity
from fedirec.web.ready import may_keep

PAGE: Final = 20
CACHE: Final = "public, max-age=120"
PRIVATE: Final = "private, no-store"


class ActivityResponse(JSONResponse):
    """An ActivityStreams document; caches keep it apart from the page at the same address."""

    media_type = ACTIVITY_JSON

    def __init__(self, document: Json, *, status: int = 200, is_public: bool = True) -> None:
        headers = {"vary": "Signature, Accept", "cache-control": CACHE if is_public else PRIVATE}
        super().__init__(document, status_code=status, headers=headers)


def answer_with(request: Request[Any], document: Json) -> Response:
    """`document`, which is for everybody, with its ETag; or that nothing has changed, to whoever has it already."""
    answer = ActivityResponse(document)
    answer.headers["ETag"] = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
    if not is_known(request.headers, answer.headers):
        return answer
    kept = {name: answer.headers[name] for name in ("ETag", "vary", "cache-control")}
    return Response(status_code=304, headers=kept)


class ActivityRoute(Route):
    """A route for those who ask for ActivityPub; others are left to the page at the same address, unless `always`.

    `shows` names all the tables of which its public documents show rows, and `grows` those of which they show all that
    one has: such a document is made once, and given to everybody until a row is changed in one or added to the other.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request[Any]], Any],
        *,
        always: bool = False,
        shows: Sequence[str] = (),
        grows: Sequence[str] = (),
    ) -> None:
        super().__init__(path, endpoint)
        self._always = always
        self._shows = tuple(shows)
        self._grows = tuple(grows)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await refuse_strangers(Request(scope, receive))
        if await is_for_signers(scope):
            send = _privately(send)
        elif self._shows:
            may_keep(scope, shows=self._shows, grows=self._grows)
        await super().handle(scope, receive, send)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = super().matches(scope)
        if found[0] is Match.FULL and not self._always and not wants_activity(HTTPConnection(scope)):
            return Match.NONE, {}
        return found


def _privately(send: Send) -> Send:
    """As `send`, and no cache in between keeps the answer, whatever it makes of `Vary`."""

    async def send_privately(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["cache-control"] = PRIVATE
        await send(message)

    return send_privately


async def get_local_actor(request: Request[Any]) -> Actor:
    """The local actor whose address, or a collection of theirs, is asked for.

    Raises NotFound, also for one who is suspended and may come back, and Gone for one that was deleted.
    """
    site: Site = request.state["site"]
    handle = request.path_params["handle"].lower()
    places = {"c": site.uris.challenge, "p": site.uris.project}
    uri = places.get(request.url.path.split("/")[1], site.uris.person)(handle)
    actor = await Actor.get_or_none(uri=uri, is_local=True)
    if actor is None or actor.state in ("pending", "suspended"):
        raise NotFound("nobody here has that name")
    if actor.state != "active":
        raise Gone("that account is not here any more")
    return actor


async def actor_document(actor: Actor) -> Json:
    """A local actor as its own address shows it."""
    return {"@context": ACTOR_CONTEXT, **(await describe_actor(actor)).write()}


def collection(uri: str, items: Sequence[str | Json], *, context: Sequence[Any] = ACTIVITY_CONTEXT) -> Json:
    """A short collection, whole; `context` has the terms of what stands in it."""
    return {"@context": list(context), "id": uri, "type": "OrderedCollection", "orderedItems": list(items)}


def closed_collection(uri: str) -> Json:
    """A collection that exists and whose members are not shown."""
    return {"@context": ACTIVITY_CONTEXT, "id": uri, "type": "OrderedCollection"}


async def outbox_page(actor: Actor, before: int | None) -> Json:
    """The public activities of `actor`, newest first: the collection, or the page that starts before row `before`."""
    uri = f"{actor.uri}/outbox"
    if before is None:
        first = f"{uri}?before={2**62}"
        return {"@context": ACTIVITY_CONTEXT, "id": uri, "type": "OrderedCollection", "first": first}
    shown = ("Create", "Announce", "Add")
    rows = (
        await Outgoing.filter(actor_id=actor.id, is_public=True, type__in=shown, id__lt=before)
        .order_by("-id")
        .limit(PAGE)
    )
    page: Json = {
        "@context": ACTIVITY_CONTEXT,
        "id": f"{uri}?before={before}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [document_of(row) for row in rows],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}?before={rows[-1].id}"
    return page
