"""Which of somebody's own follows ended because of a decision about an instance. Nobody else ever sees it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.admin.queries.severed import severed_of
from fedirec.uris import host_of
from fedirec.web.render import render


async def show_ended(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    rows, place = await severed_of(viewer.actor, before=place_in(request, "before"))
    ended = [
        {
            "person": person_view(row.target if row.follower_id == viewer.actor.id else row.follower),
            "is_ours": row.follower_id == viewer.actor.id,
            "host": host_of(row.origin),
            "at": row.severed_at,
        }
        for row in rows
    ]
    return render(request, "admin/ended.html", ended=page_with(request, ended, name="before", place=place))


routes = [Route("/following/ended", show_ended, methods=["GET"])]
