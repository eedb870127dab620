"""A project, its introduction and its steps as documents."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import PROJECT_CONTEXT, RECORD_CONTEXT, STEP_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, collection, get_local_actor
from fedirec.activitypub.routes import show_outbox
from fedirec.errors import NotFound
from fedirec.projects.actions.describing import describe_introduction, describe_project, describe_step
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import get_step, may_see_project, project_of
from fedirec.remix.queries.proofs import proved_by_us

_NONE = "there is no such project here"


async def show_project(request: Request[Any]) -> Response:
    project = await asked_project(request)
    return ActivityResponse({"@context": PROJECT_CONTEXT, **(await describe_project(project)).write()})


async def show_introduction(request: Request[Any]) -> Response:
    project = await asked_project(request)
    document = {"@context": RECORD_CONTEXT, **(await describe_introduction(project)).write()}
    return ActivityResponse(await proved_by_us(document, author=project.actor, keyring=request.state["keyring"]))


async def show_featured(request: Request[Any]) -> Response:
    """What a project pins: its introduction, so that a server that meets it shows at once what it is."""
    project = await asked_project(request)
    pinned = (await describe_introduction(project)).write()
    return ActivityResponse(collection(f"{project.actor.uri}/featured", [pinned], context=RECORD_CONTEXT))


async def show_step(request: Request[Any]) -> Response:
    """A published step; drafts are nobody's business but the leaders'."""
    project = await asked_project(request)
    step = await get_step(project, request.path_params["key"])
    if step.state == "draft":
        raise NotFound("There is no such step.")
    return ActivityResponse({"@context": STEP_CONTEXT, **(await describe_step(step)).write()})


async def show_outbox_of_project(request: Request[Any]) -> Response:
    """What a project says in public."""
    await asked_project(request)
    return await show_outbox(request)


async def asked_project(request: Request[Any]) -> Project:
    """The project whose address, or a list of which, is asked for. Raises NotFound unless everybody may see it."""
    group = await get_local_actor(request)
    project = await project_of(group)
    if project is None or project.launched_at is None or not await may_see_project(project, None):
        raise NotFound(_NONE)
    return project
