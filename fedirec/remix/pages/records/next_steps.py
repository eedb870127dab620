"""What next: a record is out, and the conversation goes on."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.records.offers import offers_of
from fedirec.remix.pages.trails import trail_view
from fedirec.remix.pages.visitors import own_record_in, to_sign_in
from fedirec.remix.queries.challenges import challenges_for
from fedirec.remix.queries.records import Wish, explore
from fedirec.web.render import render

_SUGGESTED: Final = 4
"""Records of others that are suggested to whoever has just published something."""


async def show_published(request: Request[Any]) -> Response:
    """What next: a record is out, and the conversation goes on."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, record = await own_record_in(request)
    cards = Cards(request)
    offers = await offers_of(record, cards, is_author=True)
    waiting = await explore(Wish(remixable=True, never_remixed=True), after=None, limit=_SUGGESTED * 3)
    others = [row for row in waiting if row.author_id != record.author_id][:_SUGGESTED]
    challenges = await challenges_for(record)
    await cards.dress([record, *others, *challenges])
    return render(
        request,
        "remix/published.html",
        record=cards.record(record),
        record_id=record.id,
        offers=offers,
        challenges=cards.challenges(challenges),
        others=cards.records(others),
        trail=await trail_view(cards, record, record.author),
    )


routes = [Route("/records/{key}/published", show_published, methods=["GET"])]
