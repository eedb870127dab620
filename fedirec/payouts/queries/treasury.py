"""Batches and payments as the treasury sees them: what waits, what is on its way, what stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import marks
from fedirec.errors import NotFound
from fedirec.payouts.keys import KEY_ID_BYTES, Vault
from fedirec.payouts.models import Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import NOT_ENDED, State

PAGE: Final = 50
MAX_SHOWN: Final = 100
"""Of what should be little, such as payments that stopped."""
STOPPED: Final = (State.RETURNED, State.FAILED)
_LEAN: Final = [
    "id",
    "key",
    "adapter",
    "currency",
    "state",
    "proposed_by_id",
    "approved_by_id",
    "paid_by_id",
    "people_needed",
    "is_solo",
    "not_before",
    "digest",
    "execute_on",
    "file_name",
    "file_type",
    "file_digest",
    "fetched_at",
    "proposed_at",
    "approved_at",
    "submitted_at",
    "ended_at",
]
"""All columns of a batch but its file."""

_READY: Final = (
    "FROM payout o JOIN person p ON p.id = o.person_id JOIN payee y ON y.person_id = COALESCE(p.joined_id, p.id) "
    "WHERE o.state = 'ready' AND NOT o.needs_person"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySum:
    """Payments that wait to be put into a batch."""

    adapter: str
    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSum:
    """A batch with how much is in it."""

    batch: PayoutBatch
    count: int
    amount: int


async def ready_sums(vault: Vault) -> list[ReadySum]:
    """What waits for a batch, for each way and currency, as far as the details of who gets it can be opened."""
    rows = await fetch_tuples(
        f"SELECT y.adapter, o.currency, count(*), sum(o.amount) {_READY} AND y.adapter <> '' "
        f"AND substr(y.details, 1, {KEY_ID_BYTES}) = ? GROUP BY y.adapter, o.currency ORDER BY y.adapter, o.currency",
        vault.mark(),
    )
    return [ReadySum(adapter=row[0], currency=row[1], count=int(row[2]), amount=int(row[3])) for row in rows]


async def unread_payouts(vault: Vault) -> list[Payout]:
    """Payments that wait for their payee to say again how they are paid: what they said cannot be opened. The oldest
    first.
    """
    rows = await fetch_tuples(
        f"SELECT o.id {_READY} AND (y.details IS NULL OR substr(y.details, 1, {KEY_ID_BYTES}) <> ?) "
        f"ORDER BY o.id LIMIT {MAX_SHOWN}",
        vault.mark(),
    )
    found = Payout.filter(id__in=[int(row[0]) for row in rows]).order_by("id")
    return await found.select_related("person", "person__joined") if rows else []


async def ready_payouts() -> list[Payout]:
    """Payments that wait for a batch, the oldest first."""
    return (
        await Payout.filter(state=State.READY)
        .order_by("id")
        .limit(MAX_SHOWN)
        .select_related("person", "person__joined")
    )


async def stopped_payouts() -> list[Payout]:
    """Payments that came back or failed, the oldest first."""
    rows = Payout.filter(state__in=list(STOPPED), needs_person=False).order_by("id").limit(MAX_SHOWN)
    return await rows.select_related("person", "person__joined")


async def strange_payouts() -> list[Payout]:
    """Payments of which nobody but a person can say what became of them, the oldest first."""
    return (
        await Payout.filter(needs_person=True)
        .order_by("id")
        .limit(MAX_SHOWN)
        .select_related("person", "person__joined")
    )


async def unclaimed_payouts() -> list[Payout]:
    """Payments that nobody claimed, the oldest first."""
    return (
        await Payout.filter(state=State.UNCLAIMED)
        .order_by("id")
        .limit(MAX_SHOWN)
        .select_related("person", "person__joined")
    )


async def batches(
    *, open_only: bool = False, before: int | None = None, limit: int = PAGE
) -> tuple[list[BatchSum], int | None]:
    """Batches, the newest first, and where the next page begins."""
    rows = PayoutBatch.all().order_by("-id").limit(limit + 1)
    if before is not None:
        rows = rows.filter(id__lt=before)
    if open_only:
        rows = rows.filter(state__in=list(NOT_ENDED))
    found = await rows.only(*_LEAN)
    sums = await _sums([row.id for row in found])
    shown = [
        BatchSum(batch=row, count=sums.get(row.id, (0, 0))[0], amount=sums.get(row.id, (0, 0))[1])
        for row in found[:limit]
    ]
    return shown, found[limit - 1].id if len(found) > limit else None


async def sum_of(batch: PayoutBatch) -> tuple[int, int]:
    """How many payments are, or were, in `batch`, and what they come to."""
    return (await _sums([batch.id])).get(batch.id, (0, 0))


async def paid_in(batch: PayoutBatch, actors: Collection[Actor]) -> frozenset[int]:
    """Which of `actors`, by row, are paid in `batch` themselves."""
    ids = sorted({actor.id for actor in actors})
    if not ids:
        return frozenset()
    rows = await fetch_tuples(
        f"SELECT i.actor_id FROM identity i JOIN person p ON p.id = i.person_id OR p.joined_id = i.person_id "  # noqa: S608
        f"JOIN payout o ON o.person_id = p.id LEFT JOIN payout_attempt t ON t.payout_id = o.id AND t.batch_id = ? "
        f"WHERE i.actor_id IN ({marks(ids)}) AND (o.batch_id = ? OR t.id IS NOT NULL)",
        batch.id,
        *ids,
        batch.id,
    )
    return frozenset(int(row[0]) for row in rows)


async def get_batch(key: str) -> PayoutBatch:
    """The batch with that key, with those who had a hand in it. Raises NotFound."""
    batch = await PayoutBatch.get_or_none(key=key).select_related("proposed_by", "approved_by", "paid_by")
    if batch is None:
        raise NotFound
    return batch


async def get_payout(key: str) -> Payout:
    """The payment with that key, with its person. Raises NotFound."""
    payout = await Payout.get_or_none(key=key).select_related("person", "person__joined")
    if payout is None:
        raise NotFound
    return payout


async def lines_of(
    batch: PayoutBatch, *, after: int = 0, limit: int = PAGE
) -> tuple[list[tuple[Payout, PayoutAttempt | None]], int | None]:
    """What goes out in `batch`, or went out in it, each with its try; and after which the next page begins."""
    if batch.submitted_at is None:
        waiting = Payout.filter(batch_id=batch.id, id__gt=after).order_by("id").limit(limit + 1)
        rows: list[tuple[Payout, PayoutAttempt | None]] = [
            (row, None) for row in await waiting.select_related("person", "person__joined")
        ]
    else:
        tries = PayoutAttempt.filter(batch_id=batch.id, payout_id__gt=after).order_by("payout_id").limit(limit + 1)
        rows = [
            (row.payout, row)
            for row in await tries.select_related("payout", "payout__person", "payout__person__joined")
        ]
    return rows[:limit], rows[limit - 1][0].id if len(rows) > limit else None


async def payouts_by_age(
    *, states: Collection[str] = (), before: int | None = None, limit: int = PAGE
) -> tuple[list[Payout], int | None]:
    """Payments, the newest first, and where the next page begins."""
    rows = Payout.all().order_by("-id").limit(limit + 1)
    if states:
        rows = rows.filter(state__in=list(states))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = await rows.select_related("person", "person__joined")
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def _sums(batch_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How many payments are, or were, in each batch, and what they come to."""
    if not batch_ids:
        return {}
    ids = sorted(batch_ids)
    rows = await fetch_tuples(
        "SELECT w.batch, count(*), sum(w.amount) FROM ("  # noqa: S608
        f"SELECT t.batch_id AS batch, o.amount FROM payout_attempt t JOIN payout o ON o.id = t.payout_id "
        f"WHERE t.batch_id IN ({marks(ids)}) UNION ALL SELECT o.batch_id, o.amount FROM payout o "
        f"WHERE o.state = 'batched' AND o.batch_id IN ({marks(ids)})) AS w GROUP BY w.batch",
        *ids,
        *ids,
    )
    return {int(row[0]): (int(row[1]), int(row[2])) for row in rows}
