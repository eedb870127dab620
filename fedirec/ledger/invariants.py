"""What is true of the books at every moment, whatever happens. Each invariant is a function that is named after it.

Those of one entry look at it alone, as it stands in its rows (`OF_ENTRIES`); those of the whole are answered by the
database (`OF_THE_WHOLE`). Somebody may have tampered with all that is read here: it can have any type, and any size.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from fedirec.db import find_missing_triggers, on_postgres
from fedirec.db.rows import fetch_tuples
from fedirec.ledger.chain import digest_of, entry_text
from fedirec.ledger.currencies import CURRENCIES
from fedirec.ledger.journal import MAX_AMOUNT, REVERSAL, is_account

TABLES: Final = ("journal_entry", "posting", "chain_link")
_FEW: Final = 20
"""How many cases of one kind are named; the first of them say enough."""


StoredLine: TypeAlias = Sequence[Any]
"""Account, amount, currency and position."""


@dataclass(slots=True)
class StoredEntry:
    """An entry as it stands in its rows."""

    kind: Any
    reference: Any
    description: Any
    details: Any
    posted_at: Any
    """As `chain.spell` writes it."""
    number: Any
    """Of the link that covers it; None when there is none."""
    subject: Any
    document_digest: Any
    lines: list[StoredLine]


def balanced(entry: StoredEntry) -> Iterator[str]:
    """In every currency the lines of an entry come to nothing together."""
    sums: dict[Any, int] = {}
    for _, amount, currency, _ in entry.lines:
        if type(amount) is int:
            sums[currency] = sums.get(currency, 0) + amount
    for currency, amount in sums.items():
        if amount:
            yield f"its lines do not come to nothing: {amount} of {currency} are too many"


def two_lines(entry: StoredEntry) -> Iterator[str]:
    """Money comes from somewhere and goes somewhere, and no line is missing between others."""
    if len(entry.lines) < 2:
        yield "it has fewer than two lines"
    elif any(line[3] != place for place, line in enumerate(entry.lines)):
        yield "its lines are not in their places"


def known_currencies(entry: StoredEntry) -> Iterator[str]:
    """Every line is in a currency of ISO 4217."""
    if strange := {currency for _, _, currency, _ in entry.lines} - CURRENCIES.keys():
        yield f"no currency of ISO 4217: {', '.join(sorted(map(str, strange)))}"


def known_accounts(entry: StoredEntry) -> Iterator[str]:
    """Every line is about an account that the ledger knows."""
    for account, _, _, _ in entry.lines:
        if not _is_account(account):
            yield f"there is no such account: {account}"


def possible_amounts(entry: StoredEntry) -> Iterator[str]:
    """Every amount is a whole number of minor units, not nothing, and not more than the ledger can hold."""
    for _, amount, _, _ in entry.lines:
        if type(amount) is not int or not 0 < abs(amount) <= MAX_AMOUNT:
            yield f"no possible amount: {amount}"


def as_in_the_chain(entry: StoredEntry) -> Iterator[str]:
    """A link of the chain covers the entry with all its lines, to the last byte."""
    if entry.number is None:
        yield "no link of the audit log covers it"
        return
    text = entry_text(
        kind=entry.kind,
        reference=entry.reference,
        description=entry.description,
        details=entry.details,
        posted_at=entry.posted_at,
        lines=[line[:3] for line in entry.lines],
    )
    if entry.subject != entry.reference or digest_of(text) != entry.document_digest:
        yield "it was changed: the audit log knows it otherwise"


OF_ENTRIES: Final[tuple[Callable[[StoredEntry], Iterator[str]], ...]] = (
    balanced,
    two_lines,
    known_currencies,
    known_accounts,
    possible_amounts,
    as_in_the_chain,
)


async def rounding_is_nothing() -> AsyncIterator[str]:
    """Sums are shared in whole units, and nothing is ever left over."""
    found = await fetch_tuples(
        f"SELECT currency, {_sum()} FROM posting WHERE account = 'rounding' GROUP BY currency "  # noqa: S608
        f"HAVING {_sum()} <> 0"
    )
    for currency, amount in found:
        yield f"the account rounding holds {int(amount)} of {currency}, and must hold nothing"


async def payables_never_in_debit() -> AsyncIterator[str]:
    """Nobody was ever paid more than they were owed."""
    async for account, entry in _in_debit("payable"):
        yield f"{account} was in debit after the entry {entry}: somebody was paid more than they were owed"


async def pools_never_overdrawn() -> AsyncIterator[str]:
    """No more was ever taken out of a pool than was in it."""
    async for account, entry in _in_debit("pool"):
        yield f"{account} was overdrawn by the entry {entry}"


async def in_flight_never_negative() -> AsyncIterator[str]:
    """Nothing arrived or came back that was not sent."""
    async for account, entry in _in_debit("in_flight"):
        yield f"{account} was in debit after the entry {entry}: more arrived or came back than was sent"


async def unclaimed_never_in_debit() -> AsyncIterator[str]:
    """Nothing was taken from what nobody claims but what is there."""
    async for account, entry in _in_debit("unclaimed"):
        yield f"{account} was in debit after the entry {entry}"


async def references_once() -> AsyncIterator[str]:
    """Nothing is booked twice."""
    found = await fetch_tuples(
        "SELECT reference, count(*) FROM journal_entry GROUP BY reference HAVING count(*) > 1 LIMIT ?", _FEW
    )
    for reference, count in found:
        yield f"{reference} is booked {count} times"


async def reversals_exact() -> AsyncIterator[str]:
    """What undoes an entry has its lines with their signs turned, says which it is, and is the only one."""
    found = await fetch_tuples(
        f"""
        SELECT r.reference FROM journal_entry AS r LEFT JOIN journal_entry AS o ON o.id = r.reverses_id
         WHERE (r.kind = '{REVERSAL}' OR r.reverses_id IS NOT NULL)
           AND (o.id IS NULL OR r.kind <> '{REVERSAL}' OR r.reference <> '{REVERSAL}:' || o.reference
                OR (SELECT count(*) FROM posting AS p WHERE p.entry_id = r.id)
                   <> (SELECT count(*) FROM posting AS p WHERE p.entry_id = o.id)
                OR EXISTS (SELECT 1 FROM posting AS p LEFT JOIN posting AS q
                              ON q.entry_id = o.id AND q.position = p.position AND q.account = p.account
                                 AND q.currency = p.currency AND q.amount = -p.amount
                            WHERE p.entry_id = r.id AND q.id IS NULL)
                OR EXISTS (SELECT 1 FROM journal_entry AS s WHERE s.reverses_id = o.id AND s.id <> r.id))
         LIMIT {_FEW}
        """  # noqa: S608
    )
    for (reference,) in found:
        yield f"{reference} does not undo exactly one entry"


async def postings_have_entries() -> AsyncIterator[str]:
    """No line stands outside of an entry."""
    found = await fetch_tuples(
        "SELECT DISTINCT p.entry_id FROM posting AS p LEFT JOIN journal_entry AS e ON e.id = p.entry_id "
        "WHERE e.id IS NULL LIMIT ?",
        _FEW,
    )
    for (entry_id,) in found:
        yield f"there are postings of an entry that is not there (number {entry_id})"


async def rows_are_protected() -> AsyncIterator[str]:
    """The database refuses to change or to delete what stands in the books."""
    for name in sorted(await find_missing_triggers()):
        if name.startswith(TABLES):
            yield f"the trigger {name} is missing or turned off, so rows can be changed (fedirec migrate makes it)"


OF_THE_WHOLE: Final[tuple[Callable[[], AsyncIterator[str]], ...]] = (
    rounding_is_nothing,
    payables_never_in_debit,
    pools_never_overdrawn,
    in_flight_never_negative,
    unclaimed_never_in_debit,
    references_once,
    reversals_exact,
    postings_have_entries,
    rows_are_protected,
)


async def _in_debit(kind: str) -> AsyncIterator[tuple[str, str]]:
    """Accounts of `kind` that were ever in debit after an entry, and the reference of that."""
    account = 'account COLLATE "C"' if on_postgres() else "account"
    found = await fetch_tuples(
        f"""
        SELECT r.account, e.reference FROM (
            SELECT account, entry_id, {_sum()} OVER (PARTITION BY account, currency ORDER BY entry_id) AS balance
              FROM posting WHERE {account} >= ? AND {account} < ?
        ) AS r LEFT JOIN journal_entry AS e ON e.id = r.entry_id WHERE r.balance > 0 LIMIT {_FEW}
        """,  # noqa: S608
        f"{kind}:",
        f"{kind};",  # the sign after the colon
    )
    for name, reference in found:
        yield name, reference


def _sum() -> str:
    """A sum that tampering cannot overflow. SQLite's is a fraction, which is exact for all that may be there."""
    return "sum(amount)" if on_postgres() else "total(amount)"


@lru_cache(maxsize=65_536)
def _is_account(account: Any) -> bool:
    return is_account(account)
