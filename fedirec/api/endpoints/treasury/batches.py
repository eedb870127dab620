"""Batches from hand to hand."""

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
    NewBatch,
    Payouts,
    Proof,
    show_batch,
    show_payout,
)
from fedirec.payouts.actions import batching, reconciling, submitting
from fedirec.payouts.models import PayoutBatch
from fedirec.payouts.queries import treasury as queries

_BATCH: Final = "/treasury/batches/{key}"


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


ENDPOINTS: Final = (
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
