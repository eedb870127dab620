"""Bringing a challenge of ours into a project of another instance."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import NotFound
from fedirec.projects.actions.offering import offer_challenge, withdraw_challenge
from fedirec.projects.pages.views import project_url
from fedirec.projects.queries.projects import get_remote_project
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import number_of, row_in
from fedirec.remix.queries.challenges import find_challenge_row
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


async def post_offer(request: Request[Any]) -> Response:
    """A challenge that whoever asks leads says that it is part of a project elsewhere, or says so no more."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    project, form = await get_remote_project(row_in(request)), await read_form(request)
    challenge = await find_challenge_row(number_of(form.line("challenge", max=20)) or 0)
    if challenge is None:
        raise NotFound("There is no such challenge here.")
    url = project_url(Cards(request), project)
    if form.value("do") == "withdraw":
        await withdraw_challenge(viewer.actor, challenge, project)
        return redirect(request, url, _("It is not part of that project any more."))
    await offer_challenge(viewer.actor, challenge, project)
    return redirect(request, url, _("Offered. Who leads the project puts it into a step."))


routes = [Route("/projects/remote/{id:int}/challenges", post_offer, methods=["POST"])]
