"""From what is owed to payments: as soon as nothing stands in the way, and there is enough of it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fedirec.accounts.models import Person
from fedirec.clock import monotonic, now
from fedirec.credits.queries.settings import money_settings
from fedirec.db import add_object, transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict
from fedirec.ledger.posting import post
from fedirec.payouts.actions.accruing import accrue
from fedirec.payouts.bookings import claimed
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payable, Payout
from fedirec.payouts.payments import AttemptState, PayableState, State, Step, advance
from fedirec.payouts.queries.money import rows_of
from fedirec.payouts.queries.payees import PayeeStatus
from fedirec.payouts.queries.waiting import lacks_of, statuses_by_row, waiting_people
from fedirec.payouts.queries.ways import Ways
from fedirec.payouts.uuids import uuid8

PAGE: Final = 200
SELDOM: Final = timedelta(minutes=10)
"""How often everybody is looked at although nothing was written: holds end by themselves."""
_NEWEST: Final = """
    SELECT (SELECT max(id) FROM locked_share), (SELECT max(id) FROM payable), (SELECT max(id) FROM payee_event),
           (SELECT max(changed_at) FROM money_settings)
"""


class Readier:
    """Writes down what is owed and makes ready what can be paid: at once when something was written that may matter,
    and `SELDOM` otherwise. With nothing to do it asks for the ends of four indexes.
    """

    def __init__(self, ways: Ways, vault: Vault) -> None:
        self._ways = ways
        self._vault = vault
        self._seen: Sequence[Sequence[Any]] = []
        self._due = -math.inf

    async def look(self) -> int:
        """As it says; how many parts of proposals and payments are new."""
        newest = await fetch_tuples(_NEWEST)
        if newest == self._seen and monotonic() < self._due:
            return 0
        found = await accrue() + await make_ready(self._ways, self._vault)
        # What this wrote itself is seen the next time, once more: somebody else may have written in between.
        self._seen, self._due = newest, monotonic() + SELDOM.total_seconds()
        return found


async def make_ready(ways: Ways, vault: Vault) -> int:
    """Whoever is owed enough and lacks nothing has a payment that waits for a batch; how many are new.

    What came back or failed waits again once the payee has said anew how they are paid, and what was unclaimed is
    theirs again once they lack nothing.
    """
    made, after = 0, 0
    while True:
        found, end = await waiting_people(ways, vault, after=after, limit=PAGE, has_said=True)
        ready = [each for each in found if not each.lacks]
        made += sum(map(len, await each_apart(ready, lambda each: make_payouts(each.person, each.currency))))
        if end is None:
            break
        after = end
    return made + await _renew(ways, vault)


async def make_payouts(person: Person, currency: str, *, only: Collection[int] | None = None) -> list[Payout]:
    """All that `person` is owed in `currency` and that is carried, or `only` what is owed by these rows of it, is in
    payments now: those.

    The books know people by the rows under which they were credited: who was two of them gets two payments.
    """
    made = []
    async with transaction():
        await hold(person)
        for row in await rows_of(person):
            carried = Payable.filter(person_id=row, currency=currency, state=PayableState.OWED, payout_id=None)
            if only is not None:
                carried = carried.filter(id__in=sorted(only))
            sums = dict(await carried.select_for_update(no_key=True).values_list("id", "amount"))
            if not sums:
                continue
            payout = await add_object(
                Payout,
                key=str(await _name_of(sums)),
                person_id=row,
                currency=currency,
                amount=sum(sums.values()),
                created_at=now(),
            )
            if await Payable.filter(id__in=list(sums), payout_id=None).update(payout_id=payout.id) != len(sums):
                raise Conflict("Somebody else has just done that.")
            made.append(payout)
    return made


async def _name_of(payable_ids: Collection[int]) -> UUID:
    """The name of the payment of these: each is in one for good, so no other has it."""
    known = Payable.filter(id__in=list(payable_ids))
    parts = await known.values_list("proposal__key", "part", "person_id", "currency", "amount")
    return uuid8("payment", sorted(list(part) for part in parts))


async def wait_again(payout: Payout) -> None:
    """A payment that came back or failed waits for a batch again; part of the caller's transaction, which holds it."""
    payout.state = advance(payout.state, Step.MAKE_READY)
    payout.batch_id, payout.fingerprint, payout.reason, payout.needs_person = None, "", "", False
    await payout.save(update_fields=["state", "batch_id", "fingerprint", "reason", "needs_person"])


async def _renew(ways: Ways, vault: Vault) -> int:
    """Payments that stopped for lack of the payee go on; how many. Each is looked at alone."""
    made = 0
    for state in (State.RETURNED, State.FAILED, State.UNCLAIMED):
        after = 0
        while rows := await Payout.filter(state=state, needs_person=False, id__gt=after).order_by("id").limit(PAGE):
            made += await _renew_some(rows, ways, vault)
            after = rows[-1].id
    return made


async def _renew_some(rows: Collection[Payout], ways: Ways, vault: Vault) -> int:
    statuses = await statuses_by_row([row.person_id for row in rows], vault)
    offered, settings = await ways.offered(), await money_settings()

    async def renew(row: Payout) -> bool:
        status = statuses.get(row.person_id)
        if status is None or (row.state != State.UNCLAIMED and not await goes_on(row, status)):
            return False
        if lacks_of(status, offered, settings, currency=row.currency, amount=row.amount, is_again=True):
            return False
        async with transaction():
            await hold(row)
            if row.state in (State.RETURNED, State.FAILED):
                await wait_again(row)
            elif row.state == State.UNCLAIMED:
                await claim(row)
        return True

    return sum(await each_apart(rows, renew))


async def claim(payout: Payout) -> None:
    """What was unclaimed is owed again, and waits for a batch; part of the caller's transaction, which holds it."""
    payout.state, payout.giving_by_id, payout.giving_at = advance(payout.state, Step.CLAIM), None, None
    await payout.save(update_fields=["state", "giving_by_id", "giving_at"])
    await Payable.filter(payout_id=payout.id).update(state=PayableState.OWED)
    await post(claimed(payout.key, at=now(), person=payout.person_id, amount=payout.amount, currency=payout.currency))


async def goes_on(payout: Payout, status: PayeeStatus) -> bool:
    """Whether a payment that stopped goes on by itself: nothing had left for it, or the payee says something else about
    how they are paid than when it went out.
    """
    last = await payout.attempts.all().order_by("-number").first()
    if last is not None and last.state == AttemptState.ABANDONED and last.by_id is None:
        return True
    went_out = last.begun_at if last is not None else payout.created_at
    return status.payee.fingerprint != payout.fingerprint or status.payee.changed_at > went_out
