"""The credit list of a production."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.lines import CreditState
from fedirec.credits.pages.crediting.finding import frozen_in
from fedirec.credits.pages.crediting.views import LineView, line_view
from fedirec.credits.queries.credits import credits_of, held_lines, own_people
from fedirec.projects.pages.finding import parts_in_project
from fedirec.projects.pages.productions.views import production_view
from fedirec.projects.pages.tabs import project_tabs
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import number_of, visitor
from fedirec.remix.powers import Deed, may_do
from fedirec.web.render import render

SHOWN: Final = 200
"""Lines that a page shows at once."""


async def show_credits(request: Request[Any]) -> Response:
    """The credit list of a production: what stands in front, and each generation of what it was made from."""
    production, project = await frozen_in(request)
    cards, start = Cards(request), number_of(request.query_params.get("from", "")) or 0
    lines = list(await credits_of(production, after=start, limit=SHOWN + 1))
    held = await held_lines(production)
    viewer, parts = visitor(request), await parts_in_project(request, project)
    leads, own = may_do(Deed.ANSWER_CREDIT, parts), await own_people(viewer)
    views = [
        view
        for line in lines[:SHOWN]
        for view in [line_view(cards, line, held=held, viewer=viewer, own=own, leads=leads)]
        if line.state != CreditState.DECLINED or view.is_own or leads
    ]
    return render(
        request,
        "credits/credits.html",
        production=production_view(cards, production),
        tabs=project_tabs(cards, project, current="", parts=parts),
        uri=f"{production.uri}/credits",
        generations=_by_generation(views),
        own=[view for view in views if view.is_own],
        held=len(held),
        next_from=start + SHOWN if len(lines) > SHOWN else None,
    )


def _by_generation(views: Sequence[LineView]) -> list[tuple[int, list[LineView]]]:
    found: dict[int, list[LineView]] = {}
    for view in views:
        found.setdefault(view.generation, []).append(view)
    return sorted(found.items())


routes = [Route("/p/{slug}/productions/{key}/credits", show_credits, methods=["GET"])]
