"""On the page of a challenge that may pay, whoever offered something allows that money is made with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.credits.actions.granting.ahead import MAX_WORKS, grant_ahead, grants_to_offer
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.challenges import get_challenge
from fedirec.translatable import N_
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt
from fedirec.web.sections import Section


async def load_grants(request: Request[Any], challenge: Challenge) -> Mapping[str, Any] | None:
    """What whoever looks could allow; nothing for everybody else."""
    viewer = viewer_of(request)
    if viewer is None or not viewer.can(Permission.CLAIM_CREDIT):
        return None
    asked = await grants_to_offer(viewer.actor, challenge)
    if not asked:
        return None
    return {
        "url": f"{Cards(request).challenge_url(challenge)}/grants",
        "works": [(each.digest, each.record.title or _("Untitled"), each.words) for each in asked],
    }


async def post_grants(request: Request[Any]) -> Response:
    """The author allows it for the works that they chose."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    challenge = await get_challenge(request.path_params["slug"], viewer=visitor(request))
    form = await read_form(request)
    said = _("Thank you. They can go on with it, and you keep your share.")
    doing = grant_ahead(viewer.actor, challenge, form.many("work", max=MAX_WORKS))
    return await attempt(request, Cards(request).challenge_url(challenge), doing, said)


GRANTING: Final = Section(
    name="grants",
    title=N_("May money be made with your work?"),
    template="credits/granting_section.html",
    load=load_grants,
)
routes = [Route("/c/{slug}/grants", post_grants, methods=["POST"])]
