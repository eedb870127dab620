"""What next: a record is out, and the conversation goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.records.offers import offers_of
from fedirec.remix.pages.trails.views import trail_view
from fedirec.remix.pages.visitors import members_only, own_record_in
from fedirec.remix.queries.next_steps import challenges_for, unremixed_like
from fedirec.web.render import render
from fedirec.web.views import ChallengeView, RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A challenge to answer or a record to build on, by its row."""

    id: int
    view: ChallengeView | RecordView


@members_only
async def show_published(request: Request[Any]) -> Response:
    """What next: a record is out, and the conversation goes on."""
    _viewer, record = await own_record_in(request)
    cards = Cards(request)
    offers = await offers_of(record, cards, is_author=True)
    others = await unremixed_like(record, viewer=record.author)
    challenges = await challenges_for(record)
    await cards.dress([record, *others, *challenges])
    return render(
        request,
        "remix/published.html",
        record=cards.record(record),
        record_id=record.id,
        offers=offers,
        share_url=record.uri,
        challenges=[Suggested(id=row.id, view=cards.challenge(row)) for row in challenges],
        others=[Suggested(id=row.id, view=cards.record(row)) for row in others],
        trail=await trail_view(cards, record, record.author),
    )


routes = [Route("/records/{key}/published", show_published, methods=["GET"])]
