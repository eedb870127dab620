"""What becomes of a try to pay, and what follows for the payment, its batch, its proposals and the books: at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.shares import share_out
from fedirec.db import add_object, add_row, transaction
from fedirec.db.holding import hold
from fedirec.lanes import gathering
from fedirec.ledger.currencies import CURRENCIES
from fedirec.ledger.journal import Entry
from fedirec.ledger.posting import find_entry, post
from fedirec.payouts import bookings
from fedirec.payouts.actions.progress import follow_payments
from fedirec.payouts.actions.telling import money_page, tell_payees
from fedirec.payouts.adapters.protocol import Cause, Outcome, Standing
from fedirec.payouts.models import Payable, Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import (
    HEARD,
    OPEN,
    AttemptState,
    BatchState,
    PayableState,
    State,
    Step,
    advance,
    asks_again_at,
    step_of,
)
from fedirec.payouts.queries.money import kinds_of
from fedirec.payouts.uuids import uuid8
from fedirec.translatable import N_

MAX_SAID: Final = 300
STRANGE: Final = N_("What was said of this payment cannot be true. Please look it up.")


async def hear(attempt_id: int, outcome: Outcome, *, by: Actor | None = None, proof: str = "") -> PayoutAttempt:
    """That is known of the try from now on, and all that follows from it has happened, once.

    Hearing the same again, or something older, changes nothing. What cannot be true is left to a person.
    """
    async with transaction(), gathering():
        batch, payout, attempt = await held_try(attempt_id)
        before = _standing_of(payout)
        attempt.asked_at = now()
        if by is None or attempt.sent_at is None:  # what a provider calls it is not overwritten by what a person saw
            attempt.reference = (outcome.reference or attempt.reference)[:200]
        attempt.said = " ".join(filter(None, [outcome.reason, outcome.code]))[:MAX_SAID] or attempt.said
        if by is not None:
            attempt.by_id, attempt.proof = by.id, proof[:500]
        entries: list[Entry] = []
        apart: list[int] = []
        after = HEARD[AttemptState(attempt.state), outcome.standing]
        if after is None:
            await _leave_to_person(payout, STRANGE)
        elif outcome.standing is Standing.RETURNED:
            entries, apart = await _come_back(batch, payout, attempt, outcome.came_back or payout.amount)
        else:
            entries += await _go_on(batch, payout, attempt, after)
        entries += await _charge(payout, attempt, outcome)
        await _save(attempt)
        if _standing_of(payout) != before:
            await _tell(payout, attempt, outcome)
        await _finish(batch, payout, before, entries, apart)
    return attempt


async def abandon(attempt_id: int, *, why: str, by: Actor | None = None, proof: str = "") -> PayoutAttempt:
    """Nothing was or will be paid by the try, as somebody knows for certain; the payment waits to be paid anew."""
    async with transaction():
        batch, payout, attempt = await held_try(attempt_id)
        if attempt.state not in OPEN:
            return attempt
        before = _standing_of(payout)
        attempt.said = why[:MAX_SAID]
        if by is not None:
            attempt.by_id, attempt.proof = by.id, proof[:500]
        entries = await _go_on(batch, payout, attempt, AttemptState.ABANDONED)
        await _save(attempt)
        await _finish(batch, payout, before, entries)
    return attempt


async def leave_to_person(attempt_id: int, why: str) -> None:
    """Nobody but a person says what became of the try: nothing is sent again."""
    async with transaction():
        _batch, payout, attempt = await held_try(attempt_id)
        if attempt.state in OPEN:
            attempt.asked_at = now()
            await _save(attempt)
            await _leave_to_person(payout, why)


async def held_try(attempt_id: int) -> tuple[PayoutBatch, Payout, PayoutAttempt]:
    """A try with its payment and the batch it went out in, which nobody else changes until the transaction ends."""
    attempt = await PayoutAttempt.get(id=attempt_id).select_related("payout", "batch")
    await hold(attempt.batch)
    await hold(attempt.payout)
    batch, payout = attempt.batch, attempt.payout
    await hold(attempt)
    return batch, payout, attempt


def ledger_account_of(attempt: PayoutAttempt) -> str:
    """The account that the try is paid from: a provider's, where one was told."""
    return bookings.paid_from(attempt.adapter, by_provider=attempt.sent_at is not None)


async def _go_on(batch: PayoutBatch, payout: Payout, attempt: PayoutAttempt, after: AttemptState) -> list[Entry]:
    step = step_of(attempt.state, after)
    attempt.state = after
    if step is None:
        return []
    attempt.ended_at = attempt.ended_at or now()
    payout.state = advance(payout.state, step)
    payout.needs_person = False
    if step is Step.SETTLE:
        payout.settled_at = now()
        return [
            bookings.settled(
                payout.key,
                attempt.number,
                batch=batch.key,
                amount=payout.amount,
                currency=payout.currency,
                account=ledger_account_of(attempt),
            )
        ]
    payout.reason = attempt.said
    return [
        bookings.failed(
            payout.key,
            attempt.number,
            batch=batch.key,
            person=payout.person_id,
            amount=payout.amount,
            currency=payout.currency,
        )
    ]


async def _come_back(
    batch: PayoutBatch, payout: Payout, attempt: PayoutAttempt, total: int
) -> tuple[list[Entry], list[int]]:
    """`total` of the payment is ours again, with what came back before. A part of it becomes a payment of its own; the
    rows of those that are new are told.
    """
    total = min(total, payout.amount)
    more = total - attempt.came_back
    if more <= 0:
        return [], []
    key, number, person, currency = payout.key, attempt.number, payout.person_id, payout.currency
    arrived = bookings.came_back(
        key, number, person=person, amount=more, currency=currency, total=total, account=ledger_account_of(attempt)
    )
    if total == payout.amount and not attempt.came_back:
        was_settled = attempt.state == AttemptState.SETTLED
        attempt.state, attempt.came_back, attempt.ended_at = AttemptState.RETURNED, total, now()
        payout.state, payout.needs_person = advance(payout.state, Step.RETURN), False
        payout.reason, payout.settled_at = attempt.said, None
        flying = bookings.returned(key, number, batch=batch.key, person=person, amount=total, currency=currency)
        return [arrived if was_settled else flying], []
    entries = []
    if attempt.state != AttemptState.SETTLED:
        entries += await _go_on(batch, payout, attempt, AttemptState.SETTLED)
    attempt.came_back = total
    again = await _pay_apart(payout, more, key=str(uuid8(key, number, "came back", total)), reason=attempt.said)
    return [*entries, arrived], [again.id]


async def _pay_apart(payout: Payout, more: int, *, key: str, reason: str) -> Payout:
    """`more` of what arrived is owed again, in a payment of its own: that one. A part of everything that `payout` paid
    is in it, so that it stays the same kind of income, out of the same pools.
    """
    again = await add_object(
        Payout,
        key=key,
        person_id=payout.person_id,
        currency=payout.currency,
        amount=more,
        state=State.RETURNED,
        fingerprint=payout.fingerprint,
        reason=reason,
        created_at=now(),
    )
    payout.came_back += more
    payables = await Payable.filter(payout_id=payout.id).order_by("id")
    kinds = {each.id: kinds_of(each) for each in payables}
    paid = {f"{row} {kind}": amount for row, each in kinds.items() for kind, amount in each.items()}
    back = share_out(more, paid, scope=key)
    for each in payables:
        parts = {kind: part for kind in kinds[each.id] if (part := back[f"{each.id} {kind}"])}
        await _split_off(each, parts, again)
    return again


async def _split_off(payable: Payable, kinds: dict[str, int], again: Payout) -> None:
    """So much of `payable`, by kind of income, is owed again, by the payment `again`."""
    amount = sum(kinds.values())
    if amount == payable.amount:
        payable.payout, payable.state = again, PayableState.OWED
        await payable.save(update_fields=["payout_id", "state"])
    elif amount:
        whole = kinds_of(payable)
        payable.kinds = {kind: left for kind, all_ in whole.items() if (left := all_ - kinds.get(kind, 0))}
        payable.amount -= amount
        await payable.save(update_fields=["amount", "kinds"])
        await add_row(
            Payable,
            proposal_id=payable.proposal_id,
            part=payable.part,
            again=again.key,
            person_id=payable.person_id,
            currency=payable.currency,
            amount=amount,
            kinds=kinds,
            payout_id=again.id,
            created_at=payable.created_at,
        )


async def _charge(payout: Payout, attempt: PayoutAttempt, outcome: Outcome) -> list[Entry]:
    """What the provider took, as far as it is not booked yet. In another currency it is booked once, as first told."""
    currency = outcome.fee_currency or payout.currency
    if not outcome.fee or currency not in CURRENCIES:
        return []
    key, number, account = payout.key, attempt.number, ledger_account_of(attempt)
    if currency == payout.currency:
        more = outcome.fee - attempt.fee
        attempt.fee = outcome.fee
        payout.fee += more
        if not more:
            return []
        return [bookings.charged(key, number, fee=more, currency=currency, total=outcome.fee, account=account)]
    entry = bookings.charged(key, number, fee=outcome.fee, currency=currency, total=0, account=account)
    return [] if await find_entry(entry.reference) else [entry]


def _standing_of(payout: Payout) -> tuple[str, int]:
    """What its payee and its proposals hear of when it changes."""
    return payout.state, payout.came_back


async def _finish(
    batch: PayoutBatch, payout: Payout, before: tuple[str, int], entries: list[Entry], apart: Sequence[int] = ()
) -> None:
    """Everything that follows from how a payment stands now, and those that were taken apart from it; the books last,
    for nobody else posts until the end.
    """
    await payout.save(update_fields=["state", "fee", "reason", "needs_person", "settled_at", "came_back"])
    if _standing_of(payout) != before:
        stands = PayableState.PAID if payout.state == State.SETTLED else PayableState.OWED
        await Payable.filter(payout_id=payout.id).update(state=stands)
        await follow_payments([payout.id, *apart])
    if batch.state == BatchState.SUBMITTED and not await Payout.exists(batch_id=batch.id, state=State.SUBMITTED):
        batch.state, batch.ended_at = BatchState.SETTLED, now()
        await batch.save(update_fields=["state", "ended_at"])
    for entry in entries:
        await post(entry)


async def _save(attempt: PayoutAttempt) -> None:
    asked_at = attempt.asked_at or now()
    attempt.ask_at = next_asking(attempt, asked_at)
    columns = ["state", "reference", "said", "proof", "by_id", "fee", "came_back", "asked_at", "ask_at", "ended_at"]
    await attempt.save(update_fields=columns)


def next_asking(attempt: PayoutAttempt, asked_at: datetime) -> datetime | None:
    """When somebody is asked again what became of it; None for what only people know."""
    if attempt.sent_at is None:
        return None
    return asks_again_at(attempt.state, begun_at=attempt.begun_at, asked_at=asked_at)


async def _tell(payout: Payout, attempt: PayoutAttempt, outcome: Outcome) -> None:
    """The payee knows that they were paid, that some of it came back, or that they have to do something first."""
    about = f"{attempt.key}-{payout.state}"
    if payout.came_back:
        kind, about = Notice.PAY_CAME_BACK, f"{attempt.key}-{payout.came_back}"
    elif payout.state == State.SETTLED:
        kind = Notice.PAY_SENT
    elif payout.state == State.RETURNED or outcome.cause is Cause.THEIRS:
        kind = Notice.PAY_CAME_BACK
    else:
        return
    await tell_payees([payout.person_id], kind, f"{await money_page()}#{about}")


async def _leave_to_person(payout: Payout, why: str) -> None:
    payout.needs_person, payout.reason = True, why
    await payout.save(update_fields=["needs_person", "reason"])
