"""Who is looking, and at which row, for pages about records, challenges and people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.errors import Forbidden, Gone, NotFound
from fedirec.remix.models import Record
from fedirec.remix.queries.records import get_record, get_remote_record
from fedirec.remix.visibility import is_withheld, may_see
from fedirec.web.render import redirect

Page: TypeAlias = Callable[[Request[Any]], Awaitable[Response]]
_MAX_ROW: Final = 2**63


def visitor(request: Request[Any]) -> Actor | None:
    """The member who is looking, as an actor."""
    viewer = viewer_of(request)
    return viewer.actor if viewer else None


def members_only(page: Page) -> Page:
    """`page` for members: whoever is not signed in is led to the door, and from there back to it."""

    @wraps(page)
    async def behind_the_door(request: Request[Any]) -> Response:
        if viewer_of(request):
            return await page(request)
        query = f"?{request.url.query}" if request.url.query else ""
        return redirect(request, f"/sign-in?next={quote(request.url.path + query, safe='')}")

    return behind_the_door


def row_in(request: Request[Any], name: str = "id") -> int:
    """The number in the path. Raises NotFound for one that no row can have."""
    number = int(request.path_params[name])
    if number >= _MAX_ROW:
        raise NotFound
    return number


def number_of(text: str) -> int | None:
    """The row that a hidden field or the address of a page names, if it can be one."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return int(text)


async def record_in(request: Request[Any]) -> Record:
    """The record of ours in the path, if whoever asks may see it. Raises NotFound."""
    record = await get_record(request.state["site"].uris.record(request.path_params["key"]))
    if is_withheld(record, viewer_of(request)) or not await may_see(record, visitor(request)):
        raise NotFound("There is no such record here.")
    return record


async def own_record_in(request: Request[Any]) -> tuple[Viewer, Record]:
    """The record in the path, and its author, who asks. Raises Unauthenticated, NotFound, Gone or Forbidden."""
    viewer = require_viewer(request, Permission.PUBLISH)
    record = await record_in(request)
    if record.author_id != viewer.actor.id:
        raise Forbidden("Only its author can change a record.")
    if record.deleted_at:
        raise Gone
    return viewer, record


async def remote_record_in(request: Request[Any]) -> Record:
    """The record of another instance in the path, if whoever asks may see it. Raises NotFound."""
    record = await get_remote_record(row_in(request))
    if is_withheld(record, viewer_of(request)) or not await may_see(record, visitor(request)):
        raise NotFound("There is no such record here.")
    return record
