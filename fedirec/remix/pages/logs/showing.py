"""The public log of a challenge: what was decided, by whom, and why."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs, parts_of_visitor
from fedirec.remix.pages.logs.telling import log_views, place_in_log
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.challenges import get_challenge
from fedirec.remix.queries.logs import get_entry, log_of
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.views import Tab


async def show_log(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    is_moderator = viewer is not None and viewer.can(Permission.MODERATE)
    challenge = await get_challenge(request.path_params["slug"], is_moderator=is_moderator)
    cards, wanted = Cards(request), wanted_page(request)
    only_decisions = request.query_params.get("only") == "decisions"
    rows = await log_of(
        challenge.actor,
        only_decisions=only_decisions,
        after=wanted.after,
        limit=wanted.limit,
        viewer=visitor(request),
    )
    piece = page_of(rows, request, wanted=wanted, place=lambda entry: entry.place, show=lambda entry: entry)
    url = f"{cards.challenge_url(challenge)}/log"
    return render(
        request,
        "remix/challenge_log.html",
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="log", parts=await parts_of_visitor(request, challenge)),
        entries=Page(tuple(log_views(piece.items, cards)), piece.next_url),
        shown=[
            Tab(label=_("All of it"), url=url, is_current=not only_decisions),
            Tab(label=_("Only decisions"), url=f"{url}?only=decisions", is_current=only_decisions),
        ],
    )


async def show_entry(request: Request[Any]) -> Response:
    """The address of an entry leads to the piece of the log that begins with it."""
    viewer = viewer_of(request)
    is_moderator = viewer is not None and viewer.can(Permission.MODERATE)
    challenge = await get_challenge(request.path_params["slug"], is_moderator=is_moderator)
    entry = await get_entry(challenge.actor, request.path_params["key"])
    return redirect(request, place_in_log(Cards(request).challenge_url(challenge), entry))


routes = [
    Route("/c/{slug}/log", show_log, methods=["GET"]),
    Route("/c/{slug}/log/{key}", show_entry, methods=["GET"]),
]
