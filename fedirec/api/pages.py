"""The API as people read it: all of the table, how to ask, and what to do about each problem."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import TABLE
from fedirec.api.openapi import openapi_document, plain_path
from fedirec.errors import NotFound
from fedirec.translatable import N_
from fedirec.web.errors import words_of_problem
from fedirec.web.language import gettext as _
from fedirec.web.render import render, site_of

NOUNS: Final = {
    "me": N_("You"),
    "records": N_("Records"),
    "feed": N_("Your feed"),
    "bookmarks": N_("Bookmarks"),
    "files": N_("Files"),
    "drafts": N_("Drafts"),
    "challenges": N_("Challenges"),
    "submissions": N_("Submissions"),
    "projects": N_("Projects"),
    "productions": N_("Productions"),
    "credits": N_("Credits"),
    "pools": N_("Pools of money"),
    "proposals": N_("Pay proposals"),
    "treasury": N_("The treasury"),
    "tasks": N_("Tasks"),
    "groups": N_("Challenges and projects alike"),
    "news": N_("News"),
    "comments": N_("Comments"),
    "quotes": N_("Quotes"),
    "suggestions": N_("Suggested changes"),
    "pens": N_("Writing together"),
    "requests": N_("Questions about remixes"),
    "people": N_("People"),
    "following": N_("Following"),
    "tags": N_("Tags"),
    "lookup": N_("Finding things elsewhere"),
    "instance": N_("This instance"),
    "vocabularies": N_("What can be chosen from"),
    "members": N_("Members"),
    "sign-ups": N_("Requests to join"),
    "audit": N_("Audit log"),
    "federation": N_("Other servers"),
    "queue": N_("The queue"),
    "arrivals": N_("What was refused"),
    "reports": N_("Reports"),
    "cases": N_("People who were reported"),
    "decisions": N_("Decisions of moderators"),
    "appeals": N_("Appeals"),
    "picks": N_("Picked by the editors"),
    "needs": N_("Who is looked for"),
    "claims": N_("What is not right about a trail"),
    "waiting-claims": N_("Claims that wait for a moderator"),
    "watch": N_("Doors and words"),
}
_STATUSES: Final = (400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 500, 502, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A line of the table, as the page shows it."""

    name: str
    method: str
    path: str
    says: str
    scope: str
    is_open: bool
    sent: str
    """The names of what is sent."""
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What can be asked about one noun."""

    noun: str
    title: str
    endpoints: tuple[Described, ...]


async def show_api(request: Request[Any]) -> Response:
    """The readable page."""
    origin = site_of(request).origin
    nouns = dict.fromkeys(each.noun for each in TABLE)
    return render(
        request,
        "api/index.html",
        sections=[
            Section(
                noun=noun,
                title=_(NOUNS[noun]),
                endpoints=tuple(_described(each, origin) for each in TABLE if each.noun == noun),
            )
            for noun in nouns
        ],
        origin=origin,
        per_minute=request.state["settings"].api_per_minute,
        statuses=[(status, HTTPStatus(status).phrase) for status in _STATUSES],
    )


async def show_openapi(request: Request[Any]) -> Response:
    """The description for programs."""
    headers = {"Cache-Control": "public, max-age=300"}
    return JSONResponse(openapi_document(site_of(request).origin), headers=headers)


async def show_problem(request: Request[Any]) -> Response:
    """What to do about a problem of that status."""
    status = int(request.path_params["status"])
    if status not in _STATUSES:
        raise NotFound
    title, advice = words_of_problem(status)
    phrase = HTTPStatus(status).phrase
    return render(request, "api/problem.html", title=title, advice=advice, status_code=status, phrase=phrase)


def _described(endpoint: Endpoint, origin: str) -> Described:
    path = plain_path(endpoint)
    sent = [*endpoint.body.model_fields] if endpoint.body else []
    asked = [*endpoint.query.model_fields] if endpoint.query else []
    lines = [f"curl{'' if endpoint.method == 'GET' else f' -X {endpoint.method}'} {origin}{path.replace('{id}', '1')}"]
    lines.append('  -H "Authorization: Bearer $TOKEN"')
    if endpoint.body:
        wanted = {
            name: _sample(field.annotation) for name, field in endpoint.body.model_fields.items() if field.is_required()
        }
        lines += ['  -H "Content-Type: application/json"', f"  -d '{json.dumps(wanted, ensure_ascii=False)}'"]
    return Described(
        name=endpoint.name,
        method=endpoint.method,
        path=path,
        says=endpoint.says,
        scope=endpoint.scope.value,
        is_open=endpoint.is_open,
        sent=", ".join([*sent, *(f"?{name}" for name in asked)]),
        curl=" \\\n".join(lines),
    )


def _sample(kind: Any) -> Any:
    return {int: 1, bool: True, str: "…"}.get(kind, [] if str(kind).startswith("list") else "…")


routes = [
    Route("/api", show_api, methods=["GET"]),
    Route("/api/openapi.json", show_openapi, methods=["GET"]),
    Route("/api/problems/{status:int}", show_problem, methods=["GET"]),
]
