"""What a project has finished, as documents: each production, and the two lists of its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import PRODUCTION_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.vocab import Json
from fedirec.errors import NotFound
from fedirec.projects.actions.productions.describing import describe_production
from fedirec.projects.manifests import Manifest
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production, manifest_of
from fedirec.projects.routes.projects import asked_project
from fedirec.remix.queries.proofs import proved_by_us
from fedirec.remix.routes.paging import row_in
from fedirec.remix.sizes import is_small


async def show_production(request: Request[Any]) -> Response:
    """A production that is frozen or released; one that is prepared is none yet."""
    production = await _asked(request)
    document = {"@context": PRODUCTION_CONTEXT, **(await describe_production(production)).write()}
    keyring = request.state["keyring"]
    return ActivityResponse(await proved_by_us(document, author=production.project.actor, keyring=keyring))


async def show_records(request: Request[Any]) -> Response:
    """The records in the manifest of a production, in its order, page by page."""
    production, manifest = await _frozen(request)
    return _list(request, f"{production.uri}/records", [record.write() for record in manifest.records])


async def show_roles(request: Request[Any]) -> Response:
    """The roles in it, likewise."""
    production, manifest = await _frozen(request)
    return _list(request, f"{production.uri}/roles", [role.write() for role in manifest.roles])


def _list(request: Request[Any], uri: str, entries: Sequence[Json]) -> Response:
    """The list at `uri`, or one of its pages, each as long as a document may be that everybody takes."""
    after = request.query_params.get("after")
    if after is None:
        whole = {"id": uri, "type": "OrderedCollection", "first": f"{uri}?after=0"}
        return ActivityResponse({"@context": PRODUCTION_CONTEXT, **whole})
    start = row_in(after)
    page: Json = {
        "@context": PRODUCTION_CONTEXT,
        "id": f"{uri}?after={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
    for entry in entries[start:]:
        if page["orderedItems"] and not is_small({**page, "orderedItems": [*page["orderedItems"], entry]}):
            break
        page["orderedItems"].append(entry)
    if (shown := start + len(page["orderedItems"])) < len(entries):
        page["next"] = f"{uri}?after={shown}"
    return ActivityResponse(page)


async def _asked(request: Request[Any]) -> Production:
    return await get_production(await asked_project(request), request.path_params["key"])


async def _frozen(request: Request[Any]) -> tuple[Production, Manifest]:
    production = await _asked(request)
    found = await manifest_of(production)
    if found is None:
        raise NotFound("there is no such production here")
    return production, found[0]
