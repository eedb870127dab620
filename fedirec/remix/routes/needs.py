"""Whom a challenge or a project looks for, as documents."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import NEED_CONTEXT
from fedirec.activitypub.documents import ActivityResponse, get_local_actor
from fedirec.errors import Gone
from fedirec.remix.actions.needs import describe_need, describe_needs
from fedirec.remix.queries.needs import get_need
from fedirec.remix.vocab.needs import write_needs


async def show_needs(request: Request[Any]) -> Response:
    """Everybody whom a group of ours looks for now."""
    group = await get_local_actor(request)
    return ActivityResponse({"@context": NEED_CONTEXT, **write_needs(group.uri, await describe_needs(group))})


async def show_need(request: Request[Any]) -> Response:
    """One of them, or 410 once it is over."""
    group = await get_local_actor(request)
    need = await get_need(group, request.path_params["key"])
    if need.state != "open":
        raise Gone("that is not looked for any more")
    return ActivityResponse({"@context": NEED_CONTEXT, **describe_need(need, group).write()})
