"""The public log of a challenge or a project: pages of entries that stay small, and each entry at its own address."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import LOG_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, get_local_actor
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Json
from fedirec.activitypub.vocab.documents import write_instant
from fedirec.clock import now
from fedirec.remix.queries.logs import Told, get_entry, log_of
from fedirec.remix.routes.paging import PAGE, row_in
from fedirec.remix.sizes import is_small
from fedirec.web.paging import Cursor

_NEWEST: Final = str(10**18 - 1)


async def show_log(request: Request[Any]) -> Response:
    """What happened in a challenge, the newest first, as anybody may read it."""
    return await log_of_group(request, await get_local_actor(request))


async def show_entry(request: Request[Any]) -> Response:
    """One thing that happened in a challenge."""
    return await entry_of_group(request, await get_local_actor(request))


async def log_of_group(request: Request[Any], group: Actor) -> Response:
    """The log of `group`, which everybody may see, or the page of it that is asked for."""
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
        "orderedItems": [],
    }
    for entry in entries:
        items = [*page["orderedItems"], write_entry(entry, group.uri)]
        if page["orderedItems"] and not is_small({**page, "orderedItems": items}):
            break
        page["orderedItems"] = items
    shown = len(page["orderedItems"])
    if shown < len(entries) or shown == PAGE:
        page["next"] = f"{uri}?before={entries[shown - 1].id}"
    return ActivityResponse(page)


async def entry_of_group(request: Request[Any], group: Actor) -> Response:
    """The entry of the log of `group` that is asked for."""
    entry = await get_entry(group, request.path_params["key"])
    return ActivityResponse({"@context": LOG_CONTEXT, **write_entry(entry, group.uri)})


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
