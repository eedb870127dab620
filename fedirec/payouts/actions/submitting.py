"""Handing over what was approved: to a provider, to the bank as a file, or to the person who pays by hand.

The order is what keeps anybody from being paid twice. Every try is written down and booked in the one transaction in
which its batch goes out. Before a provider is told, it is written down that they may have been; and whatever may have
been sent is asked about first, and sent again only under the same key, within the provider's own window, to the same
details. A file is written once, and stored before anybody can have it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.db import add_row, transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue, gathering
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.payouts import bookings
from fedirec.payouts.actions.alone import refuse_turn
from fedirec.payouts.actions.batching import (
    CHANGED,
    PRETENDS,
    refuse_pretending,
)
from fedirec.payouts.actions.ending import abandon, hear, held_try, leave_to_person, next_asking
from fedirec.payouts.actions.progress import follow_payments
from fedirec.payouts.actions.writing import Clerk
from fedirec.payouts.adapters.protocol import (
    Kind,
    NetworkAdapter,
    Standing,
    key_of,
    may_submit_again,
    provider_account_of,
)
from fedirec.payouts.adapters.protocol import Outcome as Heard
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import OPEN, AttemptState, BatchState, Call, Step, advance, needs_person, next_call
from fedirec.payouts.queries.batches import is_as_approved, payouts_of
from fedirec.payouts.queries.stopping import find_stop, refuse_stopped, was_ever_stopped
from fedirec.payouts.queries.ways import Ways
from fedirec.payouts.uuids import uuid8
from fedirec.translatable import N_

JOB: Final = "payout"
LATER: Final = timedelta(minutes=2)
"""After which a provider is asked about what may have been sent."""
TOO_LATE: Final = N_("The provider does not know it any more. Please look up whether it was paid.")
OTHER_DETAILS: Final = N_("How they are paid has changed since it was sent. Please look up whether it was paid.")
OTHER_ACCOUNT: Final = N_(
    "It may have been sent from another account with the provider than the one that is set up now. Please look it up "
    "there."
)
NOT_SET_UP: Final = N_("This way of paying is not set up any more.")


async def submit_batch(doer: Viewer, ways: Ways, vault: Vault, batch: PayoutBatch) -> None:
    """`batch` has gone out: every payment in it has a try of its own, and all of them are booked as on their way.

    What tells providers, or writes the file, follows by itself. Raises Forbidden for who proposed or approved it, and
    Conflict where it was not approved, has gone out already, or is not any more what was approved.
    """
    require(doer, Permission.PAY)
    await refuse_stopped()
    way, person = await ways.get(batch.adapter), await person_of(doer.actor)
    refuse_pretending(ways, way)
    async with transaction(), gathering():
        await hold(batch)
        if batch.state != BatchState.APPROVED or batch.approved_by_id is None:
            raise Conflict(N_("This is not approved, or has gone out already."))
        await refuse_turn(batch, person.id, [batch.proposed_by_id, batch.approved_by_id])
        payouts = await payouts_of(batch)
        for payout in payouts:
            await hold(payout)
        if not payouts or not await is_as_approved(batch, payouts, ways, vault):
            raise Conflict(CHANGED)
        batch.state, batch.paid_by_id, batch.submitted_at = BatchState.SUBMITTED, doer.actor.id, now()
        await batch.save(update_fields=["state", "paid_by_id", "submitted_at"])
        attempts = [await begin_try(payout, batch) for payout in payouts]
        await follow_payments([payout.id for payout in payouts])
        amounts = dict[int, int]()
        for payout in payouts:
            amounts[payout.person_id] = amounts.get(payout.person_id, 0) + payout.amount
        site = (await own_actor()).uri
        told = {"adapter": batch.adapter, "amount": sum(amounts.values()), "currency": batch.currency}
        await audit(doer, "submit_batch", site, **told, payments=len(payouts), digest=batch.digest)
        if way.kind is Kind.FILE:
            await enqueue([work_for_file(batch)])
        elif way.kind is Kind.NETWORK:
            await enqueue([work_for(attempt_id, batch.adapter) for attempt_id in attempts])
        await post(bookings.submitted(batch.key, batch.currency, amounts))
        await record("batch_submitted", batch.key, {**told, "payments": len(payouts), "digest": batch.digest})


def work_for(attempt_id: int, adapter: str) -> Work:
    """A provider is told, or asked, about a try: one after the other for each provider."""
    return Work(kind=JOB, lane=f"{JOB}:{adapter}", payload={"attempt": attempt_id}, dedupe_key=f"{JOB} {attempt_id}")


def work_for_file(batch: PayoutBatch) -> Work:
    """The file of `batch` is written, if it is not there."""
    return Work(kind=JOB, lane=f"{JOB}:file", payload={"batch": batch.id}, dedupe_key=f"{JOB} file {batch.id}")


async def begin_try(payout: Payout, batch: PayoutBatch) -> int:
    """A try to pay is written down, under the key that is its own; part of the transaction in which it goes out."""
    payout.state = advance(payout.state, Step.SUBMIT)
    await payout.save(update_fields=["state"])
    number = await PayoutAttempt.filter(payout_id=payout.id).count() + 1
    return await add_row(
        PayoutAttempt,
        payout_id=payout.id,
        batch_id=batch.id,
        number=number,
        adapter=batch.adapter,
        key=key_of(uuid8(payout.key, number)),
        begun_at=now(),
    )


async def _note_sending(attempt_id: int, account: str) -> bool:
    """It is written down that a provider may have been told, from `account`; whether nobody else did so before."""
    async with transaction():
        _batch, _payout, attempt = await held_try(attempt_id)
        if attempt.state != AttemptState.BEGUN:
            return False
        attempt.state, attempt.sent_at, attempt.asked_at = AttemptState.UNKNOWN, now(), now()
        attempt.ask_at, attempt.account = next_asking(attempt, now()), account
        await attempt.save(update_fields=["state", "sent_at", "asked_at", "ask_at", "account"])
    return True


class Cashier(Clerk):
    """Tells providers and asks them, and writes files for the bank: what happens after a batch has gone out."""

    async def work(self, job: Job) -> Outcome:
        """The handler of the jobs."""
        if "batch" in job.payload:
            await self.write_file(int(str(job.payload["batch"])))
            return Done()
        return await self.go_on(int(str(job.payload["attempt"])))

    async def go_on(self, attempt_id: int) -> Outcome:
        """What is next is done about a try: it is sent if it certainly was not, and asked about otherwise."""
        row = await PayoutAttempt.get(id=attempt_id).select_related("payout", "batch")
        call = next_call(row.state)
        if call is Call.NOTHING:
            return Done()
        way = await self.ways.find(row.adapter)
        if not isinstance(way, NetworkAdapter) or self.ways.pretends(way):
            why = PRETENDS if way is not None and self.ways.pretends(way) else NOT_SET_UP
            if call is Call.SUBMIT:
                await abandon(row.id, why=why)
            elif row.state == AttemptState.SETTLED:
                await hear(row.id, Heard(standing=Standing.UNHEARD))
            else:
                await leave_to_person(row.id, why)
            return Done()
        details = await self.details_of(row)
        is_stopped = await find_stop() is not None
        if call is Call.SUBMIT:
            if is_stopped:
                return Done()  # the chore comes back to it
            if details is None or await self.is_held(row):  # nothing was sent yet, and now it is not
                await abandon(row.id, why=CHANGED)
                return Done()
            if not await _note_sending(row.id, provider_account_of(way)):
                return Later("somebody else is at it", after=LATER, blame="job")
            first = await self.attempt_of(row, details, is_first=True)
            if await was_ever_stopped() and (known := await way.ask(first)).standing is not Standing.UNHEARD:
                return await self._hear(row, way, known)
            return await self._hear(row, way, await way.submit(first))
        again = await self.attempt_of(row, details or {})
        heard = await way.ask(again)
        if heard.standing is not Standing.UNHEARD:
            return await self._hear(row, way, heard)
        if row.state == AttemptState.SETTLED:
            return await self._hear(row, way, heard)
        if row.state != AttemptState.UNKNOWN or not may_submit_again(again, window=way.window, at=now()):
            await leave_to_person(row.id, TOO_LATE)
        elif row.account != provider_account_of(way):
            await leave_to_person(row.id, OTHER_ACCOUNT)
        elif details is None:
            await leave_to_person(row.id, OTHER_DETAILS)
        elif row.payout.needs_person or is_stopped:
            return await self._hear(row, way, heard)
        else:
            try:
                return await self._hear(row, way, await way.submit(again))
            except Conflict as error:  # nothing was sent
                await leave_to_person(row.id, error.detail)
        return Done()

    async def _hear(self, row: PayoutAttempt, way: NetworkAdapter, heard: Heard) -> Outcome:
        """It is known. What nobody knows is asked about again, at most until the provider would know nothing of it."""
        attempt = await hear(row.id, heard)
        age = now() - (attempt.sent_at or attempt.begun_at)
        if needs_person(attempt.state, heard.standing, age=age, window=way.window):
            await leave_to_person(row.id, TOO_LATE)
            return Done()
        if heard.standing is not Standing.UNKNOWN or attempt.state not in OPEN or attempt.payout.needs_person:
            return Done()  # where it is asked about again, the chore does so
        after = timedelta(seconds=heard.retry_after) if heard.retry_after else LATER
        return Later(heard.reason or "nobody knows what became of it", after=after, blame="job")
