"""Which project, step or person a request is about, and what whoever asks is to it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.errors import Invalid, NotFound
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.projects import get_project, get_step, parts_of
from fedirec.remix.actions.following import find_whom
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.people import find_known
from fedirec.web.language import gettext as _


async def project_in(request: Request[Any]) -> Project:
    """The project of ours in the path, if whoever looks may see it. Raises NotFound."""
    viewer = viewer_of(request)
    is_moderator = viewer is not None and viewer.can(Permission.MODERATE)
    return await get_project(request.path_params["slug"], visitor(request), is_moderator=is_moderator)


async def parts_in_project(request: Request[Any], project: Project) -> frozenset[Part]:
    """What whoever looks is to `project`; nothing for strangers, and for those who may do nothing here."""
    viewer = viewer_of(request)
    if viewer is None or not viewer.can(Permission.TAKE_PART):
        return frozenset()
    return await parts_of(project, viewer.actor)


async def doer_in(request: Request[Any]) -> tuple[Viewer, Project]:
    """Whoever does something in the project in the path. Raises Unauthenticated, Forbidden or NotFound."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    return viewer, await project_in(request)


async def leader_in(request: Request[Any], deed: Deed) -> tuple[Viewer, Project]:
    """Whoever may do `deed` in the project in the path. Raises Unauthenticated, Forbidden or NotFound."""
    viewer, project = await doer_in(request)
    refuse_unless(deed, await parts_of(project, viewer.actor))
    return viewer, project


async def step_in(request: Request[Any], project: Project) -> Step:
    """The step of `project` in the path. Raises NotFound."""
    return await get_step(project, request.path_params["key"])


async def person_in(request: Request[Any]) -> Actor:
    """The person whose row is in the path. Raises NotFound."""
    person = await Actor.get_or_none(id=row_in(request, "person"))
    if person is None:
        raise NotFound(_("There is nobody like that."))
    return person


async def whom(request: Request[Any], typed: str) -> Actor:
    """Who is meant: of people here the name is enough. Raises Invalid, and what `find_whom` raises."""
    name = typed.removeprefix("@")
    if not name.isidentifier():
        return await find_whom(remote_for(request), typed)
    found = await find_known(f"{request.state['site'].origin}/u/{name.lower()}")
    if found is None:
        raise Invalid(_("Nobody here is called “%(name)s”.") % {"name": name}, field="who")
    return found
