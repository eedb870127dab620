"""The public log of a challenge as a collection, in the shape that the log of a project has."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import LOG_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, get_local_actor
from fedirec.activitypub.vocab import Json
from fedirec.activitypub.vocab.documents import write_instant
from fedirec.clock import now
from fedirec.remix.queries.logs import Told, log_of
from fedirec.remix.routes.paging import PAGE, row_in
from fedirec.web.paging import Cursor

_NEWEST: Final = str(10**18 - 1)


async def show_log(request: Request[Any]) -> Response:
    """What happened in a challenge, the newest first, as anybody may read it."""
    group = await get_local_actor(request)
    uri, before = f"{group.uri}/log", request.query_params.get("before")
    if before is None:
        whole = {"id": uri, "type": "OrderedCollection", "first": f"{uri}?before={_NEWEST}"}
        return ActivityResponse({"@context": LOG_CONTEXT, **whole})
    entries = await log_of(group, after=Cursor(at=now(), id=row_in(before)), limit=PAGE)
    page: Json = {
        "@context": LOG_CONTEXT,
        "id": f"{uri}?before={before}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [write_entry(each, group.uri) for each in entries],
    }
    if len(entries) == PAGE:
        page["next"] = f"{uri}?before={entries[-1].id}"
    return ActivityResponse(page)


def write_entry(told: Told, group: str) -> Json:
    """An entry of a log: who did it, or the group itself; whom and what it concerns; and why."""
    document: Json = {
        "id": told.uri,
        "type": "Activity",
        "kind": "logEntry",
        "happening": told.kind.value,
        "context": group,
        "published": write_instant(told.at),
    }
    named = {
        "actor": told.by.uri if told.by else group if told.is_by_itself else None,
        "person": told.person.uri if told.person else None,
        "record": told.record.uri if told.record else None,
        "content": told.reason,
    }
    return document | {name: value for name, value in named.items() if value}
