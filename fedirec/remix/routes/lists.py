"""The sources and the contributors of a record of ours that has too many to name them all itself."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.asking import find_asker
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json
from fedirec.errors import NotFound
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Contributor, Record, Source
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.routes.paging import PAGE, row_in
from fedirec.remix.visibility import is_withheld, may_ask_for, refuse_unwelcome_reader
from fedirec.remix.vocab import ContributorObject, SourceObject
from fedirec.remix.vocab.records import write_contributors, write_derivation


async def show_sources(request: Request[Any]) -> Response:
    """What a record of ours was made from, as its author says, page by page: the ids, and in `derivation` how."""
    record = await _record(request)
    after, uri = request.query_params.get("after"), f"{record.uri}/sources"
    if after is None:
        return _whole(record, uri)
    start = row_in(after)
    named = Source.filter(record_id=record.id, withdrawn_at=None, position__gte=start)
    rows = await named.exclude(added_by="reply").order_by("position", "id").limit(PAGE)
    sources = tuple(SourceObject(id=row.uri, relation=Relation(row.relation), thanks=row.thanks) for row in rows)
    page = _page(uri, start, [source.id for source in sources])
    page["derivation"] = write_derivation(sources)
    return _answer(record, page, uri, next_position=rows[-1].position + 1 if len(rows) == PAGE else None)


async def show_credits(request: Request[Any]) -> Response:
    """Who has a part in a record of ours, as its author says, page by page."""
    record = await _record(request)
    after, uri = request.query_params.get("after"), f"{record.uri}/credits"
    if after is None:
        return _whole(record, uri)
    start = row_in(after)
    rows = await Contributor.filter(record_id=record.id, position__gte=start).order_by("position", "id").limit(PAGE)
    parts = tuple(
        ContributorObject(person=row.actor_uri, role=(find_role(row.role) or CONTRIBUTOR).iri) for row in rows
    )
    page = _page(uri, start, write_contributors(parts))
    return _answer(record, page, uri, next_position=rows[-1].position + 1 if len(rows) == PAGE else None)


def _whole(record: Record, uri: str) -> Response:
    document = {
        "@context": RECORD_CONTEXT,
        "id": uri,
        "type": "OrderedCollection",
        "attributedTo": record.author.uri,
        "first": f"{uri}?after=0",
    }
    return ActivityResponse(document, is_public=record.visibility == "public")


def _page(uri: str, start: int, items: list[Any]) -> Json:
    return {
        "@context": RECORD_CONTEXT,
        "id": f"{uri}?after={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": items,
    }


def _answer(record: Record, page: Json, uri: str, *, next_position: int | None) -> Response:
    if next_position is not None:
        page["next"] = f"{uri}?after={next_position}"
    return ActivityResponse(page, is_public=record.visibility == "public")


async def _record(request: Request[Any]) -> Record:
    """The record of ours whose list is asked for by somebody who may see it. Raises NotFound."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or record.deleted_at or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    if record.visibility != "public":
        asker = await find_asker(request)
        if asker is None or not await may_ask_for(record, asker):
            raise NotFound("there is no such record here")
    return record
