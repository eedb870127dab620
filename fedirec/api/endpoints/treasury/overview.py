"""What waits for those who pay."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.treasury import OwedList, ReadySum, Treasury, show_owed
from fedirec.credits.queries.waiting import entries_to_confirm, proposals_to_lock
from fedirec.payouts.queries import treasury as queries
from fedirec.payouts.queries.waiting import waiting_people


async def show(call: Call) -> Treasury:
    return Treasury(
        entries_to_confirm=await entries_to_confirm(),
        proposals_to_lock=[row.key for row in await proposals_to_lock()],
        ready=[
            ReadySum(adapter=each.adapter, currency=each.currency, count=each.count, amount=each.amount)
            for each in await queries.ready_sums(call.request.state["vault"])
        ],
        stopped=len(await queries.stopped_payouts()),
        to_look_up=len(await queries.strange_payouts()),
    )


async def list_owed(call: Call) -> OwedList:
    state = call.request.state
    rows, end = await waiting_people(state["ways"], state["vault"], after=read_row(call) or 0, limit=size_of(call))
    return piece_with(call, OwedList, [show_owed(each) for each in rows], end=None if end is None else str(end))


ENDPOINTS: Final = (
    Endpoint(
        name="show_treasury",
        method="GET",
        path="/treasury",
        permission=Permission.PAY,
        says="What waits for those who pay.",
        run=show,
        answer=Treasury,
    ),
    listed(
        "list_owed",
        "/treasury/owed",
        "Who is owed something that is not on its way yet, and why not.",
        list_owed,
        answer=OwedList,
        permission=Permission.PAY,
    ),
)
