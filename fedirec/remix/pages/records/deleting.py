"""Deleting a record, after asking once more."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.remix.actions.records import delete_record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, own_record_in
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@members_only
async def show_deletion(request: Request[Any]) -> Response:
    """Asks once more, and says what stays."""
    _viewer, record = await own_record_in(request)
    return render(request, "remix/delete_record.html", record=Cards(request).record(record))


async def post_deletion(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    await delete_record(viewer.actor, record)
    said = _("“%(title)s” is deleted. What was made from it still names you.") % {"title": record.title}
    return redirect(request, Cards(request).person_url(viewer.actor), said)


routes = [
    Route("/records/{key}/delete", show_deletion, methods=["GET"]),
    Route("/records/{key}/delete", post_deletion, methods=["POST"]),
]
