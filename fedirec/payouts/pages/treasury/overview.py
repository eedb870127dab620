"""What waits for those who pay: money to confirm, proposals to lock, who is owed what, and what is ready to go out."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.credits.queries.settings import money_settings
from fedirec.payouts.pages.treasury.views import (
    HERE,
    PRIVATE,
    batch_view,
    labels_of,
    payout_view,
    treasury_tabs,
)
from fedirec.payouts.payments import LACKS
from fedirec.payouts.queries.batches import (
    batches,
    entries_to_confirm,
    proposals_to_lock,
    ready_sums,
    stopped_payouts,
    strange_payouts,
    unclaimed_payouts,
)
from fedirec.payouts.queries.troubles import find_troubles
from fedirec.payouts.queries.waiting import waiting_people
from fedirec.web.language import gettext as _
from fedirec.web.render import render


async def show_treasury(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PAY)
    ways, vault = request.state["ways"], request.state["vault"]
    labels = await labels_of(ways)
    waiting, after = await waiting_people(ways, vault, after=place_in(request, "after") or 0)
    opened, _more = await batches(open_only=True)
    settings = await money_settings()
    owed = [
        {
            "name": each.person.name,
            "amount": each.amount,
            "currency": each.currency,
            "since": each.since,
            "lacks": [_(LACKS[lack]) for lack in each.lacks],
        }
        for each in waiting
    ]
    return render(
        request,
        "payouts/treasury.html",
        headers=PRIVATE,
        tabs=treasury_tabs(request, viewer),
        troubles=[_(each) for each in await find_troubles(ways, vault)],
        entries=await entries_to_confirm(),
        proposals=[(row.title, row.uri) for row in await proposals_to_lock()],
        ready=[(labels.get(each.adapter, each.adapter), each) for each in await ready_sums()],
        opened=[batch_view(each.batch, labels, count=each.count, amount=each.amount) for each in opened],
        strange=[payout_view(row) for row in await strange_payouts()],
        stopped=[payout_view(row) for row in await stopped_payouts()],
        unclaimed=[payout_view(row) for row in await unclaimed_payouts()],
        owed=page_with(request, owed, name="after", place=after),
        threshold=settings.threshold,
        currency=settings.currency,
    )


routes = [Route(HERE, show_treasury, methods=["GET"])]
