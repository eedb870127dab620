"""What goes into a batch, and whether it is still what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import money_settings
from fedirec.payouts.adapters.protocol import Adapter
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payout, PayoutBatch
from fedirec.payouts.payments import MAX_IN_BATCH, State, digest_of_batch
from fedirec.payouts.queries.payees import PayeeStatus
from fedirec.payouts.queries.waiting import lacks_of, statuses_by_row
from fedirec.payouts.queries.ways import Ways


async def ready_payments(ways: Ways, vault: Vault, way: Adapter, currency: str) -> list[tuple[Payout, PayeeStatus]]:
    """What is ready and lacks nothing, oldest first, as much as goes into one batch."""
    offered, settings = await ways.offered(), await money_settings()
    found: list[tuple[Payout, PayeeStatus]] = []
    after = 0
    while len(found) < MAX_IN_BATCH:
        wanted = Payout.filter(state=State.READY, currency=currency, needs_person=False, id__gt=after)
        rows = await wanted.order_by("id").limit(MAX_IN_BATCH)
        if not rows:
            break
        after = rows[-1].id
        statuses = await statuses_by_row([row.person_id for row in rows], vault)
        found += [
            (row, status)
            for row in rows
            if (status := statuses.get(row.person_id)) is not None
            and _may_be_paid(row, status, way.name, offered=offered, settings=settings)
        ]
    return found[:MAX_IN_BATCH]


async def payouts_of(batch: PayoutBatch) -> list[Payout]:
    """What is in `batch` now, in order."""
    return await Payout.filter(batch_id=batch.id).order_by("id")


def digest_of(batch: PayoutBatch, payouts: Sequence[Payout]) -> str:
    """What is approved of `batch`, with `payouts` in it."""
    said = [(payout.key, payout.amount, payout.fingerprint) for payout in payouts]
    return digest_of_batch(batch.adapter, batch.currency, said)


async def is_as_approved(batch: PayoutBatch, payouts: Sequence[Payout], ways: Ways, vault: Vault) -> bool:
    """Whether all in `batch` can be paid now, to exactly the details with which it was put together."""
    if digest_of(batch, payouts) != batch.digest:
        return False
    statuses = await statuses_by_row([payout.person_id for payout in payouts], vault)
    offered, settings = await ways.offered(), await money_settings()
    return all(
        payout.state == State.BATCHED
        and not payout.needs_person
        and (status := statuses.get(payout.person_id)) is not None
        and _may_be_paid(payout, status, batch.adapter, offered=offered, settings=settings)
        and status.payee.fingerprint == payout.fingerprint
        for payout in payouts
    )


def _may_be_paid(
    payout: Payout, status: PayeeStatus, adapter: str, *, offered: Mapping[str, Adapter], settings: MoneySettings
) -> bool:
    return status.payee.adapter == adapter and not lacks_of(
        status, offered, settings, currency=payout.currency, amount=payout.amount, is_again=True
    )
