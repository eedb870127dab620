"""After a backup was brought back: what was paid meanwhile is written down, and somebody says that all is compared."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.db import add_object, add_row, transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.lanes import gathering
from fedirec.ledger.chain import digest_of
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.payouts import bookings
from fedirec.payouts.actions.alone import refuse_own_notes
from fedirec.payouts.actions.ending import hear
from fedirec.payouts.actions.progress import follow_payments
from fedirec.payouts.actions.submitting import begin_try
from fedirec.payouts.adapters.manual import check_proof, settled_by
from fedirec.payouts.adapters.protocol import key_of
from fedirec.payouts.models import Payout, PayoutAttempt, PayoutBatch, PayoutStop
from fedirec.payouts.payments import BatchState, Step, advance
from fedirec.payouts.queries.stopping import find_stop
from fedirec.payouts.uuids import uuid7
from fedirec.translatable import N_

MAX_WORDS: Final = 500


async def note_paid_before(doer: Viewer, payout: Payout, *, reference: str, text: str) -> PayoutAttempt:
    """`payout`, which waits to be paid, was paid already after the backup was made, as `doer` saw on the statement.

    It has a batch of its own, by hand, that has gone out and arrived: payee and books know it as any other. Raises
    Forbidden, Invalid for a proof that is none, and Conflict where no backup was brought back or it does not wait.
    """
    require(doer, Permission.PAY)
    proof = check_proof(reference, text=text)
    async with transaction(), gathering():
        await _hold_stop()
        await hold(payout)
        payout.state = advance(payout.state, Step.BATCH)
        batch = await add_object(
            PayoutBatch,
            key=key_of(uuid7()),
            adapter="manual",
            currency=payout.currency,
            state=BatchState.SUBMITTED,
            proposed_by_id=doer.actor.id,
            proposed_at=now(),
            submitted_at=now(),
        )
        payout.batch_id = batch.id
        await payout.save(update_fields=["batch_id"])
        attempt_id = await begin_try(payout, batch)
        await follow_payments([payout.id])
        await audit(doer, "note_paid_before", (await own_actor()).uri, payout=payout.key, reference=proof.reference)
        await post(bookings.submitted(batch.key, payout.currency, {payout.person_id: payout.amount}))
        return await hear(attempt_id, settled_by(proof), by=doer.actor, proof=f"{proof.reference} · {proof.text}")


async def stop_payouts(doer: Doer, *, since: datetime) -> None:
    """Nothing goes out until a treasurer has compared what was paid after `since`.

    `fedirec restore` sees to that itself; this is for whoever brought the database back in another way.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    async with transaction():
        stop = await add_row(PayoutStop, since=since, made_at=now())
        await audit(doer, "stop_payouts", doer.uri, since=since.isoformat())
        await record("payouts_stopped", "payouts", {"stop": stop, "since": since.isoformat()})


async def resume_payouts(doer: Viewer, *, words: str) -> None:
    """Payments go out again, for `doer` has compared and says with what: somebody who wrote nothing down as paid
    before, or who is alone and has waited. Raises Forbidden, Invalid and Conflict.
    """
    require(doer, Permission.PAY)
    said = " ".join(words.split())
    if not said:
        raise Invalid(N_("Please say what you compared with, and what you found."), field="words")
    if len(said) > MAX_WORDS:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="words", blanks={"n": MAX_WORDS})
    async with transaction():
        stops = await PayoutStop.filter(ended_at=None).order_by("id")
        if not stops:
            raise Conflict(N_("Nothing is stopped."))
        for stop in stops:
            await hold(stop)
        is_solo = await refuse_own_notes(doer.actor)
        for stop in stops:
            stop.ended_at, stop.ended_by_id, stop.words = now(), doer.actor.id, said
            await stop.save(update_fields=["ended_at", "ended_by_id", "words"])
        await audit(doer, "resume_payouts", (await own_actor()).uri, said=said)
        told = {"stops": [stop.id for stop in stops], "words": digest_of(said)}
        await record("payouts_resumed", "payouts", told | {"since": stops[0].since.isoformat(), "solo": is_solo})


async def _hold_stop() -> None:
    """Nobody ends the stop meanwhile; part of the caller's transaction. Raises Conflict where there is none."""
    stop = await find_stop()
    if stop is not None:
        await hold(stop)
    if stop is None or stop.ended_at is not None:
        raise Conflict(N_("This has not gone out."))
