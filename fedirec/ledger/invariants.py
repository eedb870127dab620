"""What is true of the books at every moment, whatever happens. Each invariant is a function that is named after it.

The database answers them, each with one query over all that was ever written, and they say what is wrong in a sentence.
Somebody may have tampered with all that is read here: it can have any type, and any size.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final, TypeAlias

from fedirec.db import find_missing_triggers, on_postgres
from fedirec.db.rows import fetch_tuples
from fedirec.ledger.currencies import CURRENCIES
from fedirec.ledger.journal import MAX_AMOUNT, REVERSAL, is_account

TABLES: Final = ("journal_entry", "posting", "chain_link")
_FEW: Final = 20
"""How many cases of one kind are named; the first of them say enough."""
_PAGE: Final = 5_000

Wrong: TypeAlias = tuple[str, str]
"""What it is about, and what is wrong with it."""


async def balanced() -> AsyncIterator[Wrong]:
    """In every currency the lines of an entry come to nothing together."""
    found = await fetch_tuples(
        f"""
        SELECT e.reference, p.currency, {_sum("p.amount")} FROM posting AS p
          LEFT JOIN journal_entry AS e ON e.id = p.entry_id
         WHERE p.entry_id IN (SELECT entry_id FROM posting GROUP BY entry_id
                              HAVING {_sum("amount")} <> 0 OR min(currency) <> max(currency))
         GROUP BY p.entry_id, e.reference, p.currency HAVING {_sum("p.amount")} <> 0 LIMIT ?
        """,  # noqa: S608
        _FEW,
    )
    for reference, currency, amount in found:
        yield _entry(reference), f"its lines do not come to nothing: {int(amount)} of {currency} are too many"


async def two_lines() -> AsyncIterator[Wrong]:
    """Money comes from somewhere and goes somewhere, and no line is missing between others."""
    found = await fetch_tuples(
        """
        SELECT e.reference, coalesce(p.lines, 0) FROM journal_entry AS e
          LEFT JOIN (SELECT entry_id, count(*) AS lines, min(position) AS first, max(position) AS last
                       FROM posting GROUP BY entry_id) AS p ON p.entry_id = e.id
         WHERE p.lines IS NULL OR p.lines < 2 OR p.first <> 0 OR p.last <> p.lines - 1 LIMIT ?
        """,
        _FEW,
    )
    for reference, lines in found:
        yield _entry(reference), "its lines are not in their places" if lines > 1 else "it has fewer than two lines"


async def known_currencies() -> AsyncIterator[Wrong]:
    """Every line is in a currency of ISO 4217."""
    for (currency,) in await fetch_tuples("SELECT DISTINCT currency FROM posting LIMIT ?", len(CURRENCIES) + _FEW):
        if currency not in CURRENCIES:
            yield "ledger", f"there are postings in {currency}, which is no currency of ISO 4217"


async def known_accounts() -> AsyncIterator[Wrong]:
    """Every line is about an account that the ledger knows."""
    order = 'account COLLATE "C"' if on_postgres() else "account"
    after, beyond = "", ">="
    while page := await fetch_tuples(
        f"SELECT DISTINCT {order} AS account FROM posting WHERE {order} {beyond} ? ORDER BY 1 LIMIT ?",  # noqa: S608
        after,
        _PAGE,
    ):
        for (account,) in page:
            if not is_account(account):
                yield "ledger", f"there are postings in {account}, which is no account"
        after, beyond = page[-1][0], ">"


async def possible_amounts() -> AsyncIterator[Wrong]:
    """Every amount is a whole number of minor units, not nothing, and not more than the ledger can hold."""
    whole = "" if on_postgres() else "OR typeof(p.amount) <> 'integer'"
    found = await fetch_tuples(
        f"""
        SELECT e.reference, p.amount FROM posting AS p LEFT JOIN journal_entry AS e ON e.id = p.entry_id
         WHERE p.amount = 0 OR p.amount < -{MAX_AMOUNT} OR p.amount > {MAX_AMOUNT} {whole} LIMIT ?
        """,  # noqa: S608
        _FEW,
    )
    for reference, amount in found:
        yield _entry(reference), f"no possible amount: {amount}"


async def rounding_is_nothing() -> AsyncIterator[Wrong]:
    """Sums are shared in whole units, and nothing is ever left over."""
    found = await fetch_tuples(
        f"SELECT currency, {_sum('amount')} FROM posting WHERE account = 'rounding' GROUP BY currency "  # noqa: S608
        f"HAVING {_sum('amount')} <> 0"
    )
    for currency, amount in found:
        yield "ledger", f"the account rounding holds {int(amount)} of {currency}, and must hold nothing"


async def payables_never_in_debit() -> AsyncIterator[Wrong]:
    """Nobody was ever paid more than they were owed."""
    async for account, entry in _in_debit("payable"):
        yield "ledger", f"{account} was in debit after the entry {entry}: somebody was paid more than they were owed"


async def pools_never_in_debit() -> AsyncIterator[Wrong]:
    """No more was ever taken out of a pool than was in it."""
    async for account, entry in _in_debit("pool"):
        yield "ledger", f"{account} was overdrawn by the entry {entry}"


async def in_flight_never_in_debit() -> AsyncIterator[Wrong]:
    """Nothing arrived or came back that was not sent."""
    async for account, entry in _in_debit("in_flight"):
        yield "ledger", f"{account} was in debit after the entry {entry}: more arrived or came back than was sent"


async def unclaimed_never_in_debit() -> AsyncIterator[Wrong]:
    """Nothing was taken from what nobody claims but what is there."""
    async for account, entry in _in_debit("unclaimed"):
        yield "ledger", f"{account} was in debit after the entry {entry}"


async def references_once() -> AsyncIterator[Wrong]:
    """Nothing is booked twice."""
    found = await fetch_tuples(
        "SELECT reference, count(*) FROM journal_entry GROUP BY reference HAVING count(*) > 1 LIMIT ?", _FEW
    )
    for reference, count in found:
        yield "ledger", f"{reference} is booked {count} times"


async def reversals_exact() -> AsyncIterator[Wrong]:
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
        yield "ledger", f"{reference} does not undo exactly one entry"


async def postings_have_entries() -> AsyncIterator[Wrong]:
    """No line stands outside of an entry."""
    found = await fetch_tuples(
        "SELECT DISTINCT p.entry_id FROM posting AS p LEFT JOIN journal_entry AS e ON e.id = p.entry_id "
        "WHERE e.id IS NULL LIMIT ?",
        _FEW,
    )
    for (entry_id,) in found:
        yield "ledger", f"there are postings of an entry that is not there (number {entry_id})"


async def numbers_from_one() -> AsyncIterator[Wrong]:
    """Rows are numbered from 1, so that whoever reads them from there on has read all of them."""
    for table, column in (("journal_entry", "id"), ("posting", "entry_id"), ("chain_link", "number")):
        found = await fetch_tuples(f"SELECT {column} FROM {table} WHERE {column} < 1 LIMIT ?", _FEW)  # noqa: S608
        for (number,) in found:
            yield "ledger", f"a row of {table} has the number {number}, which is never given"


async def rows_are_protected() -> AsyncIterator[Wrong]:
    """The database refuses to change or to delete what stands in the books."""
    for name in sorted(await find_missing_triggers()):
        if name.startswith(TABLES):
            yield (
                "ledger",
                f"the trigger {name} is missing, turned off or another one, so rows can be changed "
                "(fedirec migrate makes it)",
            )


INVARIANTS: Final[tuple[Callable[[], AsyncIterator[Wrong]], ...]] = (
    balanced,
    two_lines,
    known_currencies,
    known_accounts,
    possible_amounts,
    rounding_is_nothing,
    payables_never_in_debit,
    pools_never_in_debit,
    in_flight_never_in_debit,
    unclaimed_never_in_debit,
    references_once,
    reversals_exact,
    postings_have_entries,
    numbers_from_one,
    rows_are_protected,
)


async def _in_debit(kind: str) -> AsyncIterator[tuple[str, str]]:
    """Accounts of `kind` that were ever in debit after an entry, and the reference of that."""
    account = 'account COLLATE "C"' if on_postgres() else "account"
    found = await fetch_tuples(
        f"""
        SELECT r.account, e.reference FROM (
            SELECT account, entry_id,
                   {_sum("amount")} OVER (PARTITION BY account, currency ORDER BY entry_id) AS balance
              FROM posting WHERE {account} >= ? AND {account} < ?
        ) AS r LEFT JOIN journal_entry AS e ON e.id = r.entry_id WHERE r.balance > 0 LIMIT {_FEW}
        """,  # noqa: S608
        f"{kind}:",
        f"{kind};",  # the sign after the colon
    )
    for name, reference in found:
        yield name, reference


def _sum(column: str) -> str:
    """A sum that tampering cannot overflow. SQLite's is a fraction, which is exact for all that may be there."""
    return f"{'sum' if on_postgres() else 'total'}({column})"


def _entry(reference: object) -> str:
    return f"entry {reference}"
