"""Payments that go out together: one person proposes them, another approves exactly that, and a third pays.

What is approved is a digest of each payment with its amount and the fingerprint of the payee's details. Whatever of it
is not so any more refuses to go out. Where one person alone may pay, everybody concerned is told, and given time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.eyes import is_short
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import add_object, transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.payouts.actions.alone import begin_waiting, refuse_turn, subject_of
from fedirec.payouts.actions.ending import abandon
from fedirec.payouts.actions.readying import wait_again
from fedirec.payouts.adapters.protocol import Adapter, Kind, key_of
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import (
    NOT_ENDED,
    NOT_SENT,
    AttemptState,
    BatchState,
    Step,
    advance,
)
from fedirec.payouts.queries.batches import digest_of, is_as_approved, payouts_of, ready_payments
from fedirec.payouts.queries.ways import Ways
from fedirec.payouts.uuids import uuid7
from fedirec.translatable import N_

SOON: Final = timedelta(days=60)
"""How far ahead somebody can say when the bank pays."""
CALLED_OFF: Final = N_("It was called off before anybody had the file.")
CHANGED: Final = N_(
    "Something has changed since this was put together: how somebody is paid, or whether they can be. Take them out, "
    "and let it be approved anew."
)
PRETENDS: Final = N_(
    "This account with the provider is for trying out and moves no money, so nobody can be paid from it. An admin "
    "has to fill in the real one."
)


async def propose_batch(
    doer: Viewer, ways: Ways, vault: Vault, *, adapter: str, currency: str, execute_on: date | None = None
) -> PayoutBatch:
    """All that is ready to be paid in that way and currency is in a batch that waits to be approved.

    Raises Forbidden, Invalid for a way, currency or day that is none, and Conflict when nothing is ready.
    """
    require(doer, Permission.PAY)
    way = (await ways.offered()).get(adapter)
    if way is None or currency not in CURRENCIES:
        raise Invalid(
            N_("Nobody can be paid in that way at the moment: an admin sets it up at /admin/money."), field="adapter"
        )
    refuse_pretending(ways, way)
    today = now().date()
    if execute_on is not None and not today <= execute_on <= today + SOON:
        raise Invalid(N_("Please choose a day within the next two months."), field="execute_on")
    chosen = await ready_payments(ways, vault, way, currency)
    if not chosen:
        raise Conflict(N_("Nothing is ready to be paid in that way."))
    settings, everybody = await money_settings(), await payers()
    async with transaction():
        batch = await add_object(
            PayoutBatch,
            key=key_of(uuid7()),
            adapter=adapter,
            currency=currency,
            proposed_by_id=doer.actor.id,
            execute_on=execute_on,
            people_needed=settings.people_needed,
            proposed_at=now(),
        )
        for payout, status in chosen:
            await hold(payout)
            payout.state = advance(payout.state, Step.BATCH)
            payout.batch_id, payout.fingerprint = batch.id, status.payee.fingerprint
            payout.country = status.payee.country
            await payout.save(update_fields=["state", "batch_id", "fingerprint", "country"])
        payouts = [payout for payout, _ in chosen]
        batch.digest = digest_of(batch, payouts)
        await batch.save(update_fields=["digest"])
        if is_short(everybody, batch.people_needed):
            await begin_waiting(batch, payouts, settings)
        await audit(doer, "propose_batch", await subject_of(batch), **_told(batch, payouts))
    return batch


async def approve_batch(doer: Viewer, ways: Ways, vault: Vault, batch: PayoutBatch, *, digest: str) -> None:
    """`batch` may go out as it stands there, which is what `doer` has seen as `digest`.

    Raises Forbidden for who proposed it, and Conflict where it is not so any more.
    """
    require(doer, Permission.PAY)
    refuse_pretending(ways, await ways.find(batch.adapter))
    person = await person_of(doer.actor)
    async with transaction():
        await hold(batch)
        if batch.state != BatchState.PROPOSED:
            raise Conflict(N_("This does not wait to be approved."))
        await refuse_turn(batch, person.id, [batch.proposed_by_id])
        payouts = await payouts_of(batch)
        if digest != batch.digest or not await is_as_approved(batch, payouts, ways, vault):
            raise Conflict(CHANGED)
        batch.state, batch.approved_by_id, batch.approved_at = BatchState.APPROVED, doer.actor.id, now()
        await batch.save(update_fields=["state", "approved_by_id", "approved_at"])
        await audit(doer, "approve_batch", await subject_of(batch), **_told(batch, payouts))


async def take_out(doer: Viewer, payout: Payout) -> None:
    """A payment waits for another batch, and its own has to be approved anew. Raises Forbidden and Conflict."""
    require(doer, Permission.PAY)
    batch = await PayoutBatch.get_or_none(id=payout.batch_id) if payout.batch_id else None
    if batch is None:
        raise Conflict(N_("This is in no batch."))
    async with transaction():
        await hold(batch)
        await hold(payout)
        await _release(payout, batch)
        left = await payouts_of(batch)
        batch.state, batch.approved_by_id, batch.approved_at = BatchState.PROPOSED, None, None
        if left:
            batch.digest = digest_of(batch, left)
        else:
            batch.state, batch.ended_at = BatchState.CANCELLED, now()
        await batch.save(update_fields=["state", "approved_by_id", "approved_at", "digest", "ended_at"])
        await audit(doer, "take_out_of_batch", await subject_of(batch), payout=payout.key)


async def cancel_batch(doer: Viewer, ways: Ways, batch: PayoutBatch) -> None:
    """`batch` never goes out; its payments wait for another one. Raises Forbidden, and Conflict once it has: a file has
    as soon as somebody fetched it.
    """
    require(doer, Permission.PAY)
    way = await ways.find(batch.adapter)
    async with transaction():
        await hold(batch)
        payouts = await payouts_of(batch)
        if (
            batch.state == BatchState.SUBMITTED
            and way is not None
            and way.kind is Kind.FILE
            and batch.fetched_at is None
        ):
            for attempt in await PayoutAttempt.filter(batch_id=batch.id, state=AttemptState.BEGUN).order_by("id"):
                await abandon(attempt.id, why=CALLED_OFF)
            await hold(batch)
        elif batch.state in NOT_SENT:
            for payout in payouts:
                await hold(payout)
                await _release(payout, batch)
        else:
            raise Conflict(N_("This has gone out, or was called off."))
        batch.state, batch.ended_at = BatchState.CANCELLED, now()
        await batch.save(update_fields=["state", "ended_at"])
        await audit(doer, "cancel_batch", await subject_of(batch), **_told(batch, payouts))


async def pay_again(doer: Viewer, payout: Payout) -> None:
    """A payment that came back or failed waits for a batch, and will be tried under a new key.

    Raises Forbidden, and Conflict while it is not known for certain that nothing was paid.
    """
    require(doer, Permission.PAY)
    async with transaction():
        await hold(payout)
        if payout.needs_person:
            raise Conflict(N_("First somebody has to say what became of it."))
        await wait_again(payout)
        await audit(doer, "pay_again", (await own_actor()).uri, payout=payout.key)


def refuse_pretending(ways: Ways, way: Adapter | None) -> None:
    """Raises Conflict for an account for trying out where people are real: they would look paid, and were not."""
    if way is not None and ways.pretends(way):
        raise Conflict(PRETENDS)


async def tell_that_alone(doer: Viewer, batch: PayoutBatch) -> None:
    """Everybody in `batch` knows that too few people pay here, and from when on it goes on; once, where nobody said so
    yet.

    Raises Forbidden, and Conflict where others could approve it.
    """
    require(doer, Permission.PAY)
    async with transaction():
        await hold(batch)
        if not is_short(await payers(), batch.people_needed):
            raise Conflict(N_("Somebody else can approve this."))
        if not batch.is_solo and batch.state in NOT_ENDED:
            await begin_waiting(batch, await payouts_of(batch), await money_settings())


async def say_who_pays_alone() -> int:
    """Where too few people can go on with a batch, everybody in it knows, and from when on they do; where there are
    enough again, what was said counts for nothing, and has to be said anew. Returns how many batches changed.
    """
    everybody, changed = await payers(), 0
    rows = PayoutBatch.filter(state__in=NOT_ENDED).order_by("id").values_list("id", "people_needed", "is_solo")
    for batch_id, needed, is_solo in await rows:
        if is_short(everybody, int(str(needed))) is is_solo:
            continue
        async with transaction():
            batch = await PayoutBatch.get(id=batch_id)
            await hold(batch)
            if batch.is_solo:
                batch.is_solo, batch.not_before = False, None
                await batch.save(update_fields=["is_solo", "not_before"])
            else:
                await begin_waiting(batch, await payouts_of(batch), await money_settings())
        changed += 1
    return changed


async def _release(payout: Payout, batch: PayoutBatch) -> None:
    if payout.batch_id != batch.id or batch.state not in NOT_SENT:
        raise Conflict(N_("This has gone out, or was called off."))
    payout.state = advance(payout.state, Step.TAKE_OUT)
    payout.batch_id, payout.fingerprint = None, ""
    await payout.save(update_fields=["state", "batch_id", "fingerprint"])


def _told(batch: PayoutBatch, payouts: Sequence[Payout]) -> dict[str, object]:
    """What the audit log says of a batch: nobody in it."""
    return {
        "adapter": batch.adapter,
        "currency": batch.currency,
        "payments": len(payouts),
        "amount": sum(payout.amount for payout in payouts),
        "digest": batch.digest,
    }
