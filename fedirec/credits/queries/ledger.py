"""The books as everybody may read them: sums for each kind of account, and no account of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.credits.models import MoneySettings
from fedirec.credits.settings import Shown
from fedirec.db import on_postgres
from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.db.tables import marks
from fedirec.ledger.models import ChainLink, JournalEntry

SHOWS_TOTALS: Final = (Shown.TOTALS, Shown.ENTRIES)

_PAYS: Final = ("payout_settled", "payout_returned")
"""Kinds of entries by which a payment leaves an account, and comes back to it."""
_LEAVES: Final = frozenset({"bank", "provider"})
"""Kinds of those accounts."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What stands in all accounts of one kind, or what an entry moved among them."""

    kind: str
    """As `journal.kind_of` says: bank, pool, payable …"""
    currency: str
    amount: int
    """Debits less credits, in minor units."""
    accounts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEntry:
    """An entry without its accounts."""

    id: int
    kind: str
    reference: str
    description: str
    posted_at: datetime
    sums: tuple[Sum, ...]


class Totals:
    """What stands in the books by kind of account. Nothing in them changes, so what was added is not read again."""

    def __init__(self) -> None:
        self._last = 0
        self._sums: dict[tuple[str, str], int] = {}
        self._paid: dict[str, int] = {}

    @property
    def paid(self) -> list[Sum]:
        """What arrived with contributors less what came back, by currency, as of the last `read`."""
        return [Sum("paid", currency, amount) for currency, amount in sorted(self._paid.items()) if amount]

    async def read(self) -> list[Sum]:
        """The sums as they are now, by currency and kind; the first time all postings are read."""
        since = self._last
        found = await fetch_tuples(
            f"SELECT {_kind()}, p.currency, SUM(p.amount), MAX(p.entry_id), "  # noqa: S608
            f"SUM(CASE WHEN e.kind IN ({marks(_PAYS)}) THEN -p.amount ELSE 0 END) "
            "FROM posting p JOIN journal_entry e ON e.id = p.entry_id WHERE p.entry_id > ? "
            f"GROUP BY {_kind()}, p.currency",
            *_PAYS,
            since,
        )
        if since == self._last:  # or somebody was quicker
            for kind, currency, amount, last, paid in found:
                place = str(kind), str(currency)
                self._sums[place] = self._sums.get(place, 0) + int(amount)
                self._last = max(self._last, int(last))
                if kind in _LEAVES:
                    self._paid[str(currency)] = self._paid.get(str(currency), 0) + int(paid)
        return [
            Sum(kind, currency, amount)
            for (kind, currency), amount in sorted(self._sums.items(), key=lambda each: (each[0][1], each[0][0]))
            if amount
        ]


async def public_entries(*, before: int | None = None, limit: int) -> list[PublicEntry]:
    """The entries of the journal, the newest first, `before` a row: what each moved between kinds of accounts."""
    rows = JournalEntry.all() if before is None else JournalEntry.filter(id__lt=before)
    entries = await rows.order_by("-id").limit(limit)
    found = await fetch_tuples(
        f"""
        SELECT p.entry_id, {_kind()}, p.currency, SUM(p.amount), COUNT(DISTINCT p.account)
          FROM {numbers()} AS w CROSS JOIN posting p WHERE p.entry_id = w.id
         GROUP BY p.entry_id, {_kind()}, p.currency ORDER BY p.entry_id, MIN(p.position)
        """,  # noqa: S608  (constants, and the shape of the placeholder)
        json_numbers(entry.id for entry in entries),
    )
    sums: dict[int, list[Sum]] = {}
    for entry, kind, currency, amount, accounts in found:
        sums.setdefault(int(entry), []).append(Sum(str(kind), str(currency), int(amount), int(accounts)))
    return [
        PublicEntry(
            id=entry.id,
            kind=entry.kind,
            reference=entry.reference,
            description=entry.description,
            posted_at=entry.posted_at,
            sums=tuple(sums.get(entry.id, ())),
        )
        for entry in entries
    ]


async def links(*, before: int | None = None, limit: int) -> Sequence[ChainLink]:
    """The links of the audit chain, the newest first, `before` a number."""
    found = ChainLink.all() if before is None else ChainLink.filter(number__lt=before)
    # What a link tells stays here: a digest is enough for whoever has the document.
    columns = ("id", "number", "kind", "subject", "document_digest", "recorded_at", "digest")
    return await found.order_by("-number").limit(limit).only(*columns)


def shows_totals(settings: MoneySettings) -> bool:
    """Whether everybody reads what stands in the books: not where amounts are not shown, for sums would tell them."""
    return settings.shows_amounts and settings.shows_ledger in SHOWS_TOTALS


def shows_entries(settings: MoneySettings) -> bool:
    """Whether everybody reads each entry as well."""
    return settings.shows_amounts and settings.shows_ledger == Shown.ENTRIES


def _kind() -> str:
    """The kind of the account of a posting `p`, in SQL."""
    if on_postgres():
        return "split_part(p.account, ':', 1)"
    return "substr(p.account, 1, instr(p.account || ':', ':') - 1)"
