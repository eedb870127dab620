"""What stands in the accounts. Debits are positive, credits negative."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import Final

from fedirec.db import on_postgres
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import json_of, table_of

_PAGE: Final = 1_000


async def balance_of(account: str, currency: str) -> int:
    """What stands in `account`, in minor units of `currency`."""
    found = await fetch_tuples(
        "SELECT coalesce(sum(amount), 0) FROM posting WHERE account = ? AND currency = ?", account, currency
    )
    return int(found[0][0])


async def balances_of(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """What stands in each of the accounts and currencies `places`, in one query."""
    wanted = dict.fromkeys(places, 0)
    if not wanted:
        return {}
    found = await fetch_tuples(
        f"SELECT w.account, w.currency, sum(p.amount) FROM {table_of(account='text', currency='text')} AS w "  # noqa: S608
        "CROSS JOIN posting AS p WHERE p.account = w.account AND p.currency = w.currency "
        "GROUP BY w.account, w.currency",
        json_of({"account": account, "currency": currency} for account, currency in wanted),
    )
    return wanted | {(account, currency): int(amount) for account, currency, amount in found}


async def balances_in(account: str) -> dict[str, int]:
    """What stands in `account`, by currency; what came to nothing is not in it."""
    found = await fetch_tuples(
        "SELECT currency, sum(amount) FROM posting WHERE account = ? GROUP BY currency HAVING sum(amount) <> 0 "
        "ORDER BY currency",
        account,
    )
    return {currency: int(amount) for currency, amount in found}


async def all_balances(*, kind: str = "") -> AsyncGenerator[tuple[str, str, int]]:
    """Account, currency and balance of all accounts that do not stand at nothing, or of those of one `kind`.

    They come in the order of their names, a thousand at a time.
    """
    order = 'account COLLATE "C"' if on_postgres() else "account"
    after, last = "", ""
    while True:
        page = await fetch_tuples(
            "SELECT account, currency, sum(amount) FROM posting "  # noqa: S608
            f"WHERE ({order} > ? OR ({order} = ? AND currency > ?)) "
            f"GROUP BY account, currency ORDER BY {order}, currency LIMIT {_PAGE}",
            after,
            after,
            last,
        )
        for account, currency, amount in page:
            if amount and (not kind or account.partition(":")[0] == kind):
                yield str(account), str(currency), int(amount)
        if len(page) < _PAGE:
            return
        after, last = str(page[-1][0]), str(page[-1][1])
