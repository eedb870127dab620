"""Hiding words of thanks that stand with the credits of a record."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.remix.actions.thanks import hide_thanks
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import record_in, remote_record_in, row_in
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt


async def post_hidden(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    record = await record_in(request) if "key" in request.path_params else await remote_record_in(request)
    doing = hide_thanks(viewer, record, row_in(request, "remix"))
    return await attempt(request, Cards(request).record_url(record), doing, _("It is not shown any more."))


routes = [
    Route("/records/remote/{id:int}/thanks/{remix:int}/hide", post_hidden, methods=["POST"]),
    Route("/records/{key}/thanks/{remix:int}/hide", post_hidden, methods=["POST"]),
]
