"""Claims about trails that wait for a moderator, beside the reports."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.claims.showing import claim_view
from fedirec.remix.queries.claims import PAGE, waiting_claims
from fedirec.web.render import render


async def show_waiting(request: Request[Any]) -> Response:
    viewer, cards = require_viewer(request, Permission.MODERATE), Cards(request)
    rows = await waiting_claims(after=place_in(request, "after"))
    place = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [claim_view(cards, row) for row in rows[:PAGE]]
    claims = page_with(request, shown, name="after", place=place)
    return render(request, "admin/claims.html", tabs=admin_tabs(request, viewer), claims=claims)


routes = [Route("/admin/claims", show_waiting, methods=["GET"])]
