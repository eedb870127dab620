"""Comments as documents, and what was said about a record."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.asking import find_asker
from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    COMMENT_CONTEXT,
)
from fedirec.activitypub.documents import (
    ActivityResponse,
)
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json, Tombstone
from fedirec.errors import NotFound
from fedirec.remix.models import Comment, Record
from fedirec.remix.queries.comments import get_comment, is_taken_down, replies_to, said_about
from fedirec.remix.replies import conversation_at
from fedirec.remix.routes.paging import PAGE, row_in
from fedirec.remix.visibility import is_withheld, may_ask_for, refuse_unwelcome_reader
from fedirec.remix.vocab.notes import not_to_be_quoted
from fedirec.uris import same_origin


async def show_comment(request: Request[Any]) -> Response:
    """A comment of ours as it was sent, or its tombstone; one that is not for everybody only to servers of followers.

    What the author of the record hid stays what its own author said.
    """
    site: Site = request.state["site"]
    comment = await get_comment(site.uris.comment(request.path_params["key"]))
    await refuse_unwelcome_reader(request, comment.author)
    if is_taken_down(comment):
        raise NotFound("there is no such comment here")
    if comment.consent:
        return await _show_waiting(request, comment)
    if comment.visibility != "public":
        asker = await find_asker(request) if comment.visibility == "followers" and not comment.deleted_at else None
        if (
            asker is None
            or comment.author.state != "active"
            or comment.record.deleted_at
            or not await may_ask_for(comment.record, asker)
        ):
            raise NotFound("there is no such comment here")
        return ActivityResponse(comment_document(comment), is_public=False)
    if comment.deleted_at:
        tombstone = Tombstone(id=comment.uri, deleted=comment.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    if comment.author.state != "active":
        raise NotFound("there is no such comment here")
    return ActivityResponse(comment_document(comment))


async def _show_waiting(request: Request[Any], comment: Comment) -> Response:
    """A comment that waits for the consent of whom it answers, for their server alone."""
    asker = await find_asker(request)
    owner = (comment.parent or comment.record).author
    if asker is None or not same_origin(asker.uri, owner.uri) or comment.deleted_at or comment.author.state != "active":
        raise NotFound("there is no such comment here")
    return ActivityResponse(comment_document(comment), is_public=False)


async def _public_record(request: Request[Any]) -> Record:
    """The record of ours that everybody may see, but whom its author has blocked. Raises NotFound."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or record.visibility != "public" or record.deleted_at or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    return record


async def show_replies(request: Request[Any]) -> Response:
    """The public comments on a record of ours, in the order in which they came, page by page."""
    return await _replies_to(request, (await _public_record(request)).uri)


async def show_conversation(request: Request[Any]) -> Response:
    """A record of ours and everything public that was said about it, in the order in which it came (FEP-7888)."""
    record = await _public_record(request)
    uri, after = conversation_at(record.uri), request.query_params.get("after")
    if after is None:
        whole = {
            "id": uri,
            "type": "OrderedCollection",
            "attributedTo": record.author.uri,
            "first": f"{uri}?after=0",
        }
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **whole})
    rows = await said_about(record, after=row_in(after), limit=PAGE)
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [*([record.uri] if int(after) == 0 else []), *(row.uri for row in rows)],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}?after={rows[-1].id}"
    return ActivityResponse(page)


async def show_answers(request: Request[Any]) -> Response:
    """The public answers to a comment of ours."""
    site: Site = request.state["site"]
    comment = await get_comment(site.uris.comment(request.path_params["key"]))
    if comment.visibility != "public" or comment.consent:
        raise NotFound("there is no such comment here")
    if comment.author.state != "active" or is_withheld(comment.record, None):
        raise NotFound("there is no such comment here")
    await refuse_unwelcome_reader(request, comment.author)
    return await _replies_to(request, comment.uri)


async def _replies_to(request: Request[Any], uri: str) -> Response:
    after = request.query_params.get("after")
    if after is None:
        whole = {"id": f"{uri}/replies", "type": "Collection", "first": f"{uri}/replies?after=0"}
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **whole})
    rows = await replies_to(uri, after=row_in(after), limit=PAGE)
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}/replies?after={after}",
        "type": "CollectionPage",
        "partOf": f"{uri}/replies",
        "items": [row.uri for row in rows],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}/replies?after={rows[-1].id}"
    return ActivityResponse(page)


def comment_document(comment: Comment) -> Json:
    """A comment of ours as other instances see it."""
    document = comment.document or {}
    if document and "interactionPolicy" not in document:  # what was said before we said so
        document = not_to_be_quoted(document)
    return {"@context": COMMENT_CONTEXT, **document}
