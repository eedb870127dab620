"""The credit list of a production as documents: page by page, and each line with the digest of what it says."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import CREDIT_CONTEXT
from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.documents import answer_with
from fedirec.activitypub.vocab import Json
from fedirec.credits.actions.crediting.describing import credit_uri, describe_credit
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import credits_of, get_credit, shown_name
from fedirec.credits.routes.pages import MAX_ON_PAGE, collection, page_of
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production, manifest_of
from fedirec.projects.routes.projects import asked_project
from fedirec.remix.routes.paging import row_in


async def show_credits(request: Request[Any]) -> Response:
    """All lines of a production, the nearest first: where they are with the digest of all, and each page of them."""
    production, manifest = await _asked(request)
    uri, after = f"{production.uri}/credits", request.query_params.get("after")
    if after is None:
        whole = [write_credit(production, manifest, line) for line in await credits_of(production)]
        return answer_with(request, collection(uri, context=CREDIT_CONTEXT, digestMultibase=digest_json(whole)))
    start = row_in(after)
    rows = await credits_of(production, after=start, limit=MAX_ON_PAGE + 1)
    lines = (write_credit(production, manifest, line) for line in rows)
    return answer_with(request, page_of(uri, lines, start=start, context=CREDIT_CONTEXT))


async def show_credit(request: Request[Any]) -> Response:
    """One line."""
    production, manifest = await _asked(request)
    line = await get_credit(production, request.path_params["line"])
    return answer_with(request, {"@context": CREDIT_CONTEXT, **write_credit(production, manifest, line)})


def write_credit(production: Production, manifest: str, line: ProductionCredit) -> Json:
    """A line as everybody may see it: whoever is not to be named is not, and then there is nothing to digest."""
    shared: Json = {"generation": line.generation, "creditState": line.state}
    label = {"roleLabel": line.role_label} if line.role_label else {}
    if not shown_name(line):
        anonymous: Json = {"type": "Role", "kind": "credit", "id": credit_uri(production, line)}
        return {**anonymous, "isPartOf": production.uri, "roleName": line.role, **label, **shared}
    if line.actor is not None:
        return {**describe_credit(production, manifest, line).write(), "name": line.name, **shared}
    return {
        "type": "Role",
        "kind": "credit",
        "id": credit_uri(production, line),
        "isPartOf": production.uri,
        "roleName": line.role,
        **label,
        "name": line.name,
        **shared,
    }


async def _asked(request: Request[Any]) -> tuple[Production, str]:
    production = await get_production(await asked_project(request), request.path_params["key"])
    found = await manifest_of(production)
    if found is None:
        raise NotFound("there is no such production here")
    return production, found[1]
