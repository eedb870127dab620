"""Who quotes a record elsewhere, or asks to, for its author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import Conflict, Forbidden
from fedirec.remix.actions.quotes import approve_quote, refuse_quote, revoke_quote
from fedirec.remix.models import QuoteStamp
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, number_of, own_record_in, row_in
from fedirec.remix.queries.quotes import get_quote, quotes_of
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render, turn_back
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """One quote, as the author of the record sees it."""

    id: int
    quoter: PersonView
    url: str
    """Where it can be read."""
    asked_at: datetime
    state: str
    word: str


@members_only
async def show_quotes(request: Request[Any]) -> Response:
    _viewer, record = await own_record_in(request)
    cards = Cards(request)
    quotes, has_more = await quotes_of(record, before=number_of(request.query_params.get("before", "")) or 0)
    views = [_view(cards, quote) for quote in quotes]
    url = cards.record_url(record)
    return render(
        request,
        "remix/quotes.html",
        record=cards.record(record),
        quotes=views,
        hosts=await hosts_of([view.quoter.host for view in views]),
        next_url=f"{url}/quotes?before={quotes[-1].id}" if has_more else None,
    )


async def post_answer(request: Request[Any]) -> Response:
    """Somebody may quote the record, may not, or may not any more."""
    viewer = require_viewer(request, Permission.PUBLISH)
    quote = await get_quote(row_in(request))
    if quote.record.author_id != viewer.actor.id:
        raise Forbidden("Only its author decides who quotes a record.")
    form = await read_form(request)
    does = {
        "approve": (approve_quote, _("They may quote it now.")),
        "refuse": (refuse_quote, _("They will hear that you would rather not.")),
        "revoke": (revoke_quote, _("Taken back. Their server has been told.")),
    }
    act, said = does[form.choice("do", does, default="refuse")]
    url = f"{Cards(request).record_url(quote.record)}/quotes"
    try:
        await act(viewer.actor, quote)
    except Conflict as error:
        return turn_back(request, url, error)
    return redirect(request, url, said)


def _view(cards: Cards, quote: QuoteStamp) -> QuoteView:
    words = {
        "waiting": _("waits for you"),
        "approved": _("you agreed"),
        "refused": _("you did not agree"),
        "revoked": _("you took it back"),
    }
    return QuoteView(
        id=quote.id,
        quoter=cards.person(quote.quoter),
        url=quote.uri,
        asked_at=quote.asked_at,
        state=quote.state,
        word=words[quote.state],
    )


routes = [
    Route("/records/{key}/quotes", show_quotes, methods=["GET"]),
    Route("/quotes/{id:int}/answer", post_answer, methods=["POST"]),
]
