"""Payments, and what became of each."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.treasury import Mark, Payout, Payouts, PayoutsQuery, Proof, show_payout
from fedirec.payouts.actions import batching, reconciling, unclaimed
from fedirec.payouts.queries import treasury as queries

_PAYOUT: Final = "/treasury/payouts/{key}"


async def list_payouts(call: Call) -> Payouts:
    asked = call.asked(PayoutsQuery)
    states = [asked.state] if asked.state else []
    rows, end = await queries.payouts_by_age(states=states, before=read_row(call), limit=size_of(call))
    return piece_with(call, Payouts, [show_payout(row) for row in rows], end=None if end is None else str(end))


async def show_one_payout(call: Call) -> Payout:
    payout = await queries.get_payout(call.word("key"))
    return show_payout(payout, await payout.attempts.all().order_by("number"))


async def mark(call: Call) -> Payout:
    said = call.sent(Mark)
    payout = await queries.get_payout(call.word("key"))
    await reconciling.mark_payout(
        call.viewer,
        call.request.state["ways"],
        payout,
        became=said.became,
        reference=said.reference,
        text=said.text,
    )
    return await show_one_payout(call)


async def give_away(call: Call) -> Payout:
    said = call.sent(Proof)
    payout = await queries.get_payout(call.word("key"))
    await unclaimed.give_to_charity(call.viewer, payout, reference=said.reference, text=said.text)
    return await show_one_payout(call)


async def pay_again(call: Call) -> Payout:
    await batching.pay_again(call.viewer, await queries.get_payout(call.word("key")))
    return await show_one_payout(call)


async def take_out(call: Call) -> Payout:
    await batching.take_out(call.viewer, await queries.get_payout(call.word("key")))
    return await show_one_payout(call)


ENDPOINTS: Final = (
    listed(
        "list_payouts",
        "/treasury/payouts",
        "Payments, the newest first.",
        list_payouts,
        answer=Payouts,
        query=PayoutsQuery,
        permission=Permission.PAY,
    ),
    Endpoint(
        name="show_payout",
        method="GET",
        path=_PAYOUT,
        permission=Permission.PAY,
        says="A payment with each try of it.",
        run=show_one_payout,
        answer=Payout,
    ),
    Endpoint(
        name="mark_payout",
        method="POST",
        path=f"{_PAYOUT}/mark",
        permission=Permission.PAY,
        says="What became of a payment is known, as somebody other than who paid it saw and can show.",
        run=mark,
        body=Mark,
        answer=Payout,
        pages=("/treasury/payouts/{key}/mark",),
    ),
    Endpoint(
        name="give_payout_away",
        method="POST",
        path=f"{_PAYOUT}/given",
        permission=Permission.PAY,
        says="What nobody claimed was paid to the charity that was named beforehand.",
        run=give_away,
        body=Proof,
        answer=Payout,
        pages=("/treasury/payouts/{key}/given",),
    ),
    Endpoint(
        name="pay_again",
        method="POST",
        path=f"{_PAYOUT}/again",
        permission=Permission.PAY,
        says="A payment that came back or failed waits for the next batch.",
        run=pay_again,
        answer=Payout,
        pages=("/treasury/payouts/{key}/again",),
    ),
    Endpoint(
        name="take_out_of_batch",
        method="POST",
        path=f"{_PAYOUT}/out",
        permission=Permission.PAY,
        says="A payment is in no batch any more, and the rest of it has to be approved anew.",
        run=take_out,
        answer=Payout,
        pages=("/treasury/payouts/{key}/out",),
    ),
)
