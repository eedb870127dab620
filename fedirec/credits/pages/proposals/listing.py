"""Proposals in lists: those that wait for whoever looks, those in which they are listed, those of a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.credits.pages.proposals.views import ProposalView, proposal_view
from fedirec.credits.queries.proposals import open_appeals, own_proposals, waiting_proposals
from fedirec.credits.queries.waiting import led_waiting, unspoken
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.sections import Section

PIECE: Final = 20
_AT_HOME: Final = 5


@members_only
async def show_own(request: Request[Any]) -> Response:
    """What waits for a word of whoever looks, and everything in which they are listed."""
    viewer, cards = require_viewer(request, Permission.READ_OWN), Cards(request)
    before = number_of(request.query_params.get("before", ""))
    listed = await own_proposals(viewer.actor, before=before, limit=PIECE + 1)
    pays = viewer.can(Permission.PAY) and before is None
    judges = (pays or viewer.can(Permission.MODERATE)) and before is None
    return render(
        request,
        "credits/proposals/own.html",
        waiting=[] if before is not None else await _waiting(cards, viewer.actor, limit=PIECE),
        to_decide=[proposal_view(cards, each) for each in await waiting_proposals(limit=PIECE)] if pays else [],
        to_judge=[
            (each.objection, proposal_view(cards, each.proposal))
            for each in (await open_appeals(limit=PIECE) if judges else [])
        ],
        listed=[proposal_view(cards, each) for each in listed[:PIECE]],
        next_url=f"/pay?before={listed[PIECE - 1].id}" if len(listed) > PIECE else "",
    )


async def load_waiting(request: Request[Any], actor: Actor) -> Mapping[str, Any] | None:
    """The proposals that wait for a word of `actor`, for their first page."""
    waiting = await _waiting(Cards(request), actor, limit=_AT_HOME)
    return {"waiting": waiting} if waiting else None


async def _waiting(cards: Cards, actor: Actor, *, limit: int) -> list[tuple[ProposalView, str]]:
    """Each with what is asked: those who lead it owe answers, those who are listed can say something."""
    led = [
        (proposal_view(cards, each), _("an objection waits for your answer"))
        for each in await led_waiting(actor, limit=limit)
    ]
    mine = [
        (proposal_view(cards, each), _("you are listed, and have not said anything to this revision"))
        for each in await unspoken(actor, limit=limit)
    ]
    return [*led, *mine][:limit]


WAITING: Final = Section(
    name="waiting-proposals",
    title=N_("Waits for your word"),
    template="credits/proposals/waiting_section.html",
    load=load_waiting,
)

routes = [Route("/pay", show_own, methods=["GET"])]
