"""The collections of a project: what would be too much for its document stands here, page by page."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import STEP_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, collection
from fedirec.activitypub.vocab import Json
from fedirec.projects.actions.describing import written_step
from fedirec.projects.queries.productions import productions_of
from fedirec.projects.queries.projects import steps_of
from fedirec.projects.routes.projects import asked_project
from fedirec.projects.vocab.steps import MAX_CHALLENGES
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.routes.logs import entry_of_group, log_of_group
from fedirec.remix.routes.paging import row_in
from fedirec.remix.sizes import is_small


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
        return ActivityResponse(_whole(uri))
    start = row_in(after)
    steps = (await steps_of(project))[start:]
    page = _page(uri, after)
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
    return await log_of_group(request, (await asked_project(request)).actor)


async def show_entry(request: Request[Any]) -> Response:
    """One thing that happened in a project."""
    return await entry_of_group(request, (await asked_project(request)).actor)


def _whole(uri: str) -> Json:
    return {"@context": STEP_CONTEXT, "id": uri, "type": "OrderedCollection", "first": f"{uri}?after=0"}


def _page(uri: str, start: str) -> Json:
    return {
        "@context": STEP_CONTEXT,
        "id": f"{uri}?after={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
