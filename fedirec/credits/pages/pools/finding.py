"""Which pool, or whose money, a request is about, and what whoever asks is to it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.credits.models import Pool
from fedirec.credits.queries.pools import Home, get_pool
from fedirec.credits.queries.standing import parts_to
from fedirec.projects.pages.finding import project_in
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.powers import Part
from fedirec.remix.queries.challenges import get_challenge


async def home_of_project(request: Request[Any]) -> Home:
    """The project in the path. Raises NotFound."""
    project = await project_in(request)
    return Home(group=project.actor, project=project)


async def home_of_challenge(request: Request[Any]) -> Home:
    """The challenge in the path. Raises NotFound."""
    challenge = await get_challenge(
        request.path_params["slug"], is_moderator=_moderates(request), viewer=visitor(request)
    )
    return Home(group=challenge.actor, challenge=challenge)


async def home_of_instance(request: Request[Any]) -> Home:
    """The instance itself."""
    return Home(group=await own_actor())


async def pool_in(request: Request[Any]) -> tuple[Pool, Home]:
    """The pool in the path, and what it belongs to. Raises NotFound."""
    return await get_pool(request.path_params["key"], visitor(request), is_moderator=_moderates(request))


async def parts_of_visitor(request: Request[Any], home: Home) -> frozenset[Part]:
    """What whoever looks is to the money of `home`; nothing for strangers, and for those who may do nothing here."""
    viewer = viewer_of(request)
    if viewer is None or not viewer.can(Permission.TAKE_PART):
        return frozenset()
    return await parts_to(home.group, viewer.actor)


def doer_in(request: Request[Any]) -> Viewer:
    """Whoever does something with money. Raises Unauthenticated or Forbidden."""
    return require_viewer(request, Permission.TAKE_PART)


def _moderates(request: Request[Any]) -> bool:
    viewer = viewer_of(request)
    return viewer is not None and viewer.can(Permission.MODERATE)
