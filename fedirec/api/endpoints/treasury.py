"""Paying: what waits, batches from hand to hand, and what became of each payment."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.treasury import (
    Approval,
    Batch,
    Batches,
    BatchesQuery,
    Mark,
    NewBatch,
    OwedList,
    Payout,
    Payouts,
    PayoutsQuery,
    Proof,
    ReadySum,
    Treasury,
    show_batch,
    show_owed,
    show_payout,
)
from fedirec.credits.queries.waiting import entries_to_confirm, proposals_to_lock
from fedirec.payouts.actions import batching, reconciling, submitting, unclaimed
from fedirec.payouts.models import PayoutBatch
from fedirec.payouts.queries import treasury as queries
from fedirec.payouts.queries.waiting import waiting_people

_BATCH: Final = "/treasury/batches/{key}"
_PAYOUT: Final = "/treasury/payouts/{key}"


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


async def list_batches(call: Call) -> Batches:
    rows, end = await queries.batches(
        open_only=call.asked(BatchesQuery).open, before=read_row(call), limit=size_of(call)
    )
    return piece_with(call, Batches, [show_batch(each) for each in rows], end=None if end is None else str(end))


async def propose(call: Call) -> Batch:
    wanted, state = call.sent(NewBatch), call.request.state
    batch = await batching.propose_batch(
        call.viewer,
        state["ways"],
        state["vault"],
        adapter=wanted.adapter,
        currency=wanted.currency,
        execute_on=wanted.execute_on,
    )
    call.headers["Location"] = f"/api/treasury/batches/{batch.key}"
    return await _shown(batch)


async def show_one_batch(call: Call) -> Batch:
    return await _shown(await queries.get_batch(call.word("key")))


async def list_lines(call: Call) -> Payouts:
    batch = await queries.get_batch(call.word("key"))
    rows, end = await queries.lines_of(batch, after=read_row(call) or 0, limit=size_of(call))
    items = [show_payout(payout, [tried] if tried else []) for payout, tried in rows]
    return piece_with(call, Payouts, items, end=None if end is None else str(end))


async def approve(call: Call) -> Batch:
    batch, state = await queries.get_batch(call.word("key")), call.request.state
    digest = call.sent(Approval).digest
    await batching.approve_batch(call.viewer, state["ways"], state["vault"], batch, digest=digest)
    return await show_one_batch(call)


async def submit(call: Call) -> Batch:
    batch, state = await queries.get_batch(call.word("key")), call.request.state
    await submitting.submit_batch(call.viewer, state["ways"], state["vault"], batch)
    return await show_one_batch(call)


async def cancel(call: Call) -> Batch:
    await batching.cancel_batch(call.viewer, call.request.state["ways"], await queries.get_batch(call.word("key")))
    return await show_one_batch(call)


async def tell_that_alone(call: Call) -> Batch:
    await batching.tell_that_alone(call.viewer, await queries.get_batch(call.word("key")))
    return await show_one_batch(call)


async def mark_all(call: Call) -> Batch:
    batch, said = await queries.get_batch(call.word("key")), call.sent(Proof)
    ways = call.request.state["ways"]
    await reconciling.mark_batch(call.viewer, ways, batch, reference=said.reference, text=said.text)
    return await show_one_batch(call)


async def _shown(batch: PayoutBatch) -> Batch:
    count, amount = await queries.sum_of(batch)
    return show_batch(queries.BatchSum(batch=batch, count=count, amount=amount))


ENDPOINTS = (
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
    listed(
        "list_batches",
        "/treasury/batches",
        "Batches, the newest first.",
        list_batches,
        answer=Batches,
        query=BatchesQuery,
        permission=Permission.PAY,
    ),
    Endpoint(
        name="propose_batch",
        method="POST",
        path="/treasury/batches",
        permission=Permission.PAY,
        says="All that is ready to be paid in one way and currency is in a batch that waits to be approved.",
        run=propose,
        body=NewBatch,
        answer=Batch,
        status=201,
        pages=("/treasury/batches",),
    ),
    Endpoint(
        name="show_batch",
        method="GET",
        path=_BATCH,
        permission=Permission.PAY,
        says="Payments that go out together.",
        run=show_one_batch,
        answer=Batch,
    ),
    listed(
        "list_batch_payouts",
        f"{_BATCH}/payouts",
        "The payments of a batch, each with its try in it.",
        list_lines,
        answer=Payouts,
        permission=Permission.PAY,
    ),
    Endpoint(
        name="approve_batch",
        method="POST",
        path=f"{_BATCH}/approve",
        permission=Permission.PAY,
        says="A batch may go out as it stands, as somebody says who did not put it together.",
        run=approve,
        body=Approval,
        answer=Batch,
        pages=("/treasury/batches/{key}/approve",),
    ),
    Endpoint(
        name="submit_batch",
        method="POST",
        path=f"{_BATCH}/submit",
        permission=Permission.PAY,
        says="An approved batch has gone out, once; what tells providers or writes the file follows.",
        run=submit,
        answer=Batch,
        pages=("/treasury/batches/{key}/submit",),
    ),
    Endpoint(
        name="cancel_batch",
        method="POST",
        path=f"{_BATCH}/cancel",
        permission=Permission.PAY,
        says="A batch never goes out.",
        run=cancel,
        answer=Batch,
        pages=("/treasury/batches/{key}/cancel",),
    ),
    Endpoint(
        name="tell_that_alone",
        method="POST",
        path=f"{_BATCH}/alone",
        permission=Permission.PAY,
        says="Everybody in a batch knows that one person alone pays here, and from when on.",
        run=tell_that_alone,
        answer=Batch,
        pages=("/treasury/batches/{key}/alone",),
    ),
    Endpoint(
        name="mark_batch_paid",
        method="POST",
        path=f"{_BATCH}/paid",
        permission=Permission.PAY,
        says="All payments of a batch that were on their way have arrived, as the statement shows.",
        run=mark_all,
        body=Proof,
        answer=Batch,
        pages=("/treasury/batches/{key}/paid",),
    ),
)
