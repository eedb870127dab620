"""People as documents, what they say and what they agreed to, for those whom they have not blocked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    REQUEST_CONTEXT,
)
from fedirec.activitypub.documents import (
    ActivityResponse,
    actor_document,
    get_local_actor,
)
from fedirec.activitypub.models import Outgoing
from fedirec.activitypub.outbox import document_of
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Tombstone
from fedirec.errors import Gone, NotFound
from fedirec.remix.actions.quotes import describe_stamp
from fedirec.remix.models import RemixRequest
from fedirec.remix.queries.proofs import proved_by_us
from fedirec.remix.queries.quotes import get_stamp
from fedirec.remix.queries.remix_requests import find_stamp
from fedirec.remix.visibility import refuse_unwelcome_reader
from fedirec.remix.vocab import RemixStamp


async def show_stamp(request: Request[Any]) -> Response:
    """The consent of one of our authors to a quote or a remix, as long as it stands."""
    if (agreed := await find_stamp(request.path_params["key"])) is not None:
        return await _show_remix_stamp(request, agreed)
    stamp = await get_stamp(request.path_params["key"])
    await refuse_unwelcome_reader(request, stamp.record.author)
    if stamp.state == "revoked" or stamp.record.deleted_at:
        raise Gone("that consent was taken back")
    if stamp.record.author.state != "active":
        raise NotFound("there is no such stamp here")
    return ActivityResponse({"@context": REQUEST_CONTEXT, **describe_stamp(stamp).write()}, is_public=False)


async def _show_remix_stamp(request: Request[Any], agreed: RemixRequest) -> Response:
    """A stamp with the proof of its author, the same each time that it is made; or that it was taken back.

    It outlives the works that it is about: what was agreed to was agreed to.
    """
    owner = agreed.owner
    await refuse_unwelcome_reader(request, owner)
    if agreed.state == "revoked":
        tombstone = Tombstone(id=agreed.stamp_uri or "", deleted=agreed.decided_at, former_type=RemixStamp.TYPE)
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    if owner.state != "active" or agreed.stamp is None:
        raise NotFound("there is no such stamp here")
    keyring = request.state["keyring"]
    return ActivityResponse(await proved_by_us(agreed.stamp, author=owner, keyring=keyring), is_public=False)


async def show_person(request: Request[Any]) -> Response:
    person = await get_local_actor(request)
    await refuse_unwelcome_reader(request, person)
    return ActivityResponse(await actor_document(person))


def of_person(show: Callable[[Request[Any]], Awaitable[Response]]) -> Callable[[Request[Any]], Awaitable[Response]]:
    """As `show`, a collection of a person's, for those whom they have not blocked."""

    async def shown(request: Request[Any]) -> Response:
        await refuse_unwelcome_reader(request, await get_local_actor(request))
        return await show(request)

    return shown


async def show_activity(request: Request[Any]) -> Response:
    """What somebody of ours did in public, as it was sent."""
    site: Site = request.state["site"]
    outgoing = await Outgoing.get_or_none(
        uri=site.uris.activity(request.path_params["key"]), is_public=True, actor__state__not="suspended"
    ).select_related("actor")
    if outgoing is None:
        raise NotFound("there is no such activity here")
    await refuse_unwelcome_reader(request, outgoing.actor)
    return ActivityResponse(document_of(outgoing))
