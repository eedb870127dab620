"""Wanting to know more of a trail than is here."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.remix.actions.completing import COST, ask_again_about
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import record_in, remote_record_in
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


async def post_question(request: Request[Any]) -> Response:
    """Those who have not said all that they know of a trail are asked once more."""
    viewer = require_viewer(request, Permission.FOLLOW)
    record = await record_in(request) if "key" in request.path_params else await remote_record_in(request)
    await read_form(request)
    request.state["attempts"].check(f"ask again {viewer.account.id}", cost=COST)
    is_asked = await ask_again_about(viewer.actor, record)
    said = _("They are being asked. Look again in a little while.") if is_asked else _("Everybody was asked just now.")
    return redirect(request, f"{Cards(request).record_url(record)}/lineage", said)


routes = [
    Route("/records/remote/{id:int}/lineage/ask", post_question, methods=["POST"]),
    Route("/records/{key}/lineage/ask", post_question, methods=["POST"]),
]
