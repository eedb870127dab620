"""Telling the author of a record that one likes it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import record_in, remote_record_in
from fedirec.remix.queries.consent import find_question
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


async def post_recommendation(request: Request[Any]) -> Response:
    """The author hears that somebody liked it, or that they changed their mind. Nobody else does."""
    viewer = require_viewer(request, Permission.FOLLOW)
    record = await record_in(request) if "key" in request.path_params else await remote_record_in(request)
    form = await read_form(request)
    url = Cards(request).record_url(record)
    if form.flag("undo"):
        await take_back_recommendation(viewer.actor, record)
        return redirect(request, url, _("Taken back."))
    await recommend(viewer.actor, record)
    if await find_question(viewer.actor, record, "like"):
        return redirect(request, url, _("Its author has been asked."))
    name = record.author.name or record.author.handle
    return redirect(request, url, _("%(name)s will hear that you like it.") % {"name": name})


routes = [
    Route("/records/remote/{id:int}/recommend", post_recommendation, methods=["POST"]),
    Route("/records/{key}/recommend", post_recommendation, methods=["POST"]),
]
