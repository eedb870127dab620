"""The collections of a project: what would be too much for its document stands here, page by page."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import LOG_CONTEXT, STEP_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, collection
from fedirec.activitypub.vocab import Json, write_instant
from fedirec.clock import now
from fedirec.projects.actions.describing import written_step
from fedirec.projects.queries.productions import productions_of
from fedirec.projects.queries.projects import steps_of
from fedirec.projects.routes.projects import asked_project
from fedirec.projects.vocab.steps import MAX_CHALLENGES
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.queries.logs import Told, log_of
from fedirec.remix.routes.paging import row_in
from fedirec.remix.sizes import is_small
from fedirec.web.paging import Cursor

LOG_PAGE: Final = 20


async def show_moderators(request: Request[Any]) -> Response:
    """Who leads a project, as groups of other software say it (FEP-1b12)."""
    project = await asked_project(request)
    named = [leader.uri for leader in await leaders_of(project.actor) if leader.state == "active"]
    return ActivityResponse(collection(f"{project.actor.uri}/moderators", named))


async def show_steps(request: Request[Any]) -> Response:
    """The published steps of a project in their order, as many on a page as make a document that everybody takes."""
    project = await asked_project(request)
    uri = f"{project.actor.uri}/steps"
    after = request.query_params.get("after")
    if after is None:
        return ActivityResponse(_whole(uri, STEP_CONTEXT, first="0"))
    start = row_in(after)
    steps = (await steps_of(project))[start:]
    page = _page(uri, after, STEP_CONTEXT)
    for step in steps:
        challenges = [each.challenge.actor.uri for each in step.challenges][:MAX_CHALLENGES]
        described = written_step(step, project.actor.uri, tuple(challenges)).write()
        if page["orderedItems"] and not is_small({**page, "orderedItems": [*page["orderedItems"], described]}):
            break
        page["orderedItems"].append(described)
    shown = len(page["orderedItems"])
    if shown < len(steps):
        page["next"] = f"{uri}?after={start + shown}"
    return ActivityResponse(page)


async def show_productions(request: Request[Any]) -> Response:
    """The productions of a project that are frozen or released, the newest first."""
    project = await asked_project(request)
    shown = [each.uri for each in await productions_of(project) if each.state != "draft"]
    return ActivityResponse(collection(f"{project.actor.uri}/productions", shown))


async def show_log(request: Request[Any]) -> Response:
    """What happened in a project, the newest first, as anybody may read it."""
    project = await asked_project(request)
    uri = f"{project.actor.uri}/log"
    before = request.query_params.get("before")
    if before is None:
        return ActivityResponse(_whole(uri, LOG_CONTEXT, first=str(10**18 - 1), key="before"))
    after = Cursor(at=now(), id=row_in(before))
    entries = await log_of(project.actor, after=after, limit=LOG_PAGE)
    page = _page(uri, before, LOG_CONTEXT, key="before")
    page["orderedItems"] = [_entry(each, project.actor.uri) for each in entries]
    if len(entries) == LOG_PAGE:
        page["next"] = f"{uri}?before={entries[-1].id}"
    return ActivityResponse(page)


def _entry(told: Told, group: str) -> Json:
    """An entry of the log: who did it, or the project itself; whom and what it concerns; and why."""
    document: Json = {
        "id": told.uri,
        "type": "Activity",
        "kind": "logEntry",
        "happening": told.kind.value,
        "context": group,
        "published": write_instant(told.at),
    }
    for key, value in (
        ("actor", told.by.uri if told.by else group if told.is_by_itself else None),
        ("person", told.person.uri if told.person else None),
        ("record", told.record.uri if told.record else None),
        ("content", told.reason),
    ):
        if value:
            document[key] = value
    return document


def _whole(uri: str, context: list[Any], *, first: str, key: str = "after") -> Json:
    return {"@context": context, "id": uri, "type": "OrderedCollection", "first": f"{uri}?{key}={first}"}


def _page(uri: str, start: str, context: list[Any], *, key: str = "after") -> Json:
    return {
        "@context": context,
        "id": f"{uri}?{key}={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
