"""Finding out what became of payments: providers are asked, and people say what they see on the statement."""

from __future__ import annotations

from typing import Final, Literal

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.lanes import enqueue, gathering
from fedirec.ledger.posting import post
from fedirec.payouts import bookings
from fedirec.payouts.actions.alone import refuse_turn
from fedirec.payouts.actions.ending import abandon, hear, ledger_account_of
from fedirec.payouts.actions.progress import follow_payments
from fedirec.payouts.actions.resuming import note_paid_before
from fedirec.payouts.actions.submitting import work_for, work_for_file
from fedirec.payouts.adapters.manual import check_proof, returned_by, settled_by
from fedirec.payouts.adapters.protocol import Attempt, Kind, Outcome
from fedirec.payouts.models import Payable, Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import OPEN, AttemptState, BatchState, PayableState, State, Step, advance
from fedirec.payouts.queries.stopping import find_stop
from fedirec.payouts.queries.ways import Ways
from fedirec.translatable import N_

PAGE: Final = 500
Became = Literal["settled", "returned", "not_paid"]
BECAME: Final[dict[Became, str]] = {
    "settled": N_("It was paid"),
    "returned": N_("It came back"),
    "not_paid": N_("It was not paid, and will not be"),
}


async def ask_about_payments(ways: Ways) -> int:
    """Providers are asked about every try of which it is time to hear again; how many. Doing it twice does no harm.

    A try that was written down and then forgotten by the queue is picked up here, and so is a file.
    """
    due = PayoutAttempt.filter(ask_at__lte=now()).order_by("ask_at").limit(PAGE)
    found = {row.id: row.adapter for row in await due}
    network = [name for name, way in (await ways.all()).items() if way.kind is Kind.NETWORK]
    begun = PayoutAttempt.filter(state=AttemptState.BEGUN, adapter__in=network).order_by("id").limit(PAGE)
    found |= {row.id: row.adapter for row in await begun}
    files = [name for name, way in (await ways.all()).items() if way.kind is Kind.FILE]
    unwritten = PayoutBatch.filter(state=BatchState.SUBMITTED, adapter__in=files, file=None).order_by("id").limit(PAGE)
    works = [work_for(id_, adapter) for id_, adapter in found.items()]
    works += [work_for_file(batch) for batch in await unwritten]
    async with transaction():
        await enqueue(works)
    return len(works)


async def mark_payout(
    doer: Viewer, ways: Ways, payout: Payout, *, became: Became, reference: str, text: str
) -> PayoutAttempt:
    """What became of a payment is known, as somebody other than who paid it saw and can show.

    For what is paid by hand or by a file, and for what no provider can tell any more; and, while payments are stopped
    because a backup was brought back, for what was paid since that was made. Raises Forbidden for who paid
    it, Invalid for a proof that is none, and Conflict where a provider is still to be asked.
    """
    require(doer, Permission.PAY)
    proof = check_proof(reference, text=text)
    if payout.state == State.READY and became == "settled" and await find_stop() is not None:
        return await note_paid_before(doer, payout, reference=reference, text=text)
    attempt = await PayoutAttempt.filter(payout_id=payout.id).order_by("-number").select_related("batch").first()
    if attempt is None or became not in BECAME:
        raise Conflict(N_("This has not gone out."))
    way = await ways.find(attempt.adapter)
    if way is not None and way.kind is Kind.NETWORK and not payout.needs_person:
        raise Conflict(N_("The provider is asked what became of it."))
    if way is not None and way.kind is Kind.FILE and attempt.batch.file is None:
        raise Conflict(N_("The file is not written yet."))
    person = await person_of(doer.actor)
    async with transaction(), gathering():
        await hold(attempt.batch)
        # Nobody here paid what was noted after a backup came back.
        payer = attempt.batch.paid_by_id
        await refuse_turn(attempt.batch, person.id, [payer] if payer is not None else [])
        await hold(payout)
        await hold(attempt)
        said = f"{proof.reference} · {proof.text}"
        if attempt.state not in OPEN and not (attempt.state == AttemptState.SETTLED and became == "returned"):
            await _correct(doer.actor, payout, attempt, became, said)
        elif became == "not_paid":
            await abandon(attempt.id, why=proof.text, by=doer.actor, proof=said)
        else:
            await hear(attempt.id, _outcome(payout, attempt, became, reference, text), by=doer.actor, proof=said)
        site = (await own_actor()).uri
        await audit(doer, "mark_payout", site, payout=payout.key, became=became, reference=proof.reference)
    return await PayoutAttempt.get(id=attempt.id)


async def mark_batch(doer: Viewer, ways: Ways, batch: PayoutBatch, *, reference: str, text: str) -> int:
    """All payments of `batch` that are on their way were paid, as the statement shows; how many. Raises as for one."""
    marked = 0
    for payout in await Payout.filter(batch_id=batch.id, state=State.SUBMITTED).order_by("id"):
        await mark_payout(doer, ways, payout, became="settled", reference=reference, text=text)
        marked += 1
    return marked


def _outcome(payout: Payout, attempt: PayoutAttempt, became: Became, reference: str, text: str) -> Outcome:
    proof = check_proof(reference, text=text)
    tried = Attempt(key=attempt.key, amount=payout.amount, currency=payout.currency, details={}, message="")
    return settled_by(proof) if became == "settled" else returned_by(proof, tried)


async def _correct(by: Actor, payout: Payout, attempt: PayoutAttempt, became: Became, said: str) -> None:
    """Somebody has looked at what could not be true; part of the caller's transaction, which holds everything."""
    if not payout.needs_person:
        raise Conflict(N_("It is known what became of this."))
    payout.needs_person = False
    attempt.by_id, attempt.proof = by.id, said[:500]
    paid_after_all = became == "settled" and attempt.state != AttemptState.SETTLED
    if paid_after_all:
        payout.state, payout.settled_at = advance(payout.state, Step.FIND_PAID), now()
        attempt.state = AttemptState.SETTLED
    await payout.save(update_fields=["state", "settled_at", "needs_person"])
    await attempt.save(update_fields=["state", "by_id", "proof"])
    if paid_after_all:
        await Payable.filter(payout_id=payout.id).update(state=PayableState.PAID)
        await follow_payments([payout.id])
        entry = bookings.found_paid(
            payout.key,
            attempt.number,
            person=payout.person_id,
            amount=payout.amount,
            currency=payout.currency,
            account=ledger_account_of(attempt),
        )
        await post(entry)
