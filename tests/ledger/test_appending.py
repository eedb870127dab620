"""Several write at once, and the chain has no fork and no gap."""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import suppress

from fedirec.db import fetch_rows, open_database, transaction
from fedirec.errors import Conflict
from fedirec.ledger.balances import balance_of
from fedirec.ledger.journal import bank, payable, pool
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.ledger.verifying import verify
from tests.ledger.books import entry

TIMES = 12


async def _write(name: str) -> None:
    """Post and record, take some of it back, and take the same money as everybody else does."""
    for number in range(TIMES):
        await post(entry(f"{name}:{number}", (bank(), 5), (pool("all"), -5)))
        await post(entry(f"shared:{number}", (bank(), 7), (pool("all"), -7)))
        with suppress(Conflict):
            async with transaction():
                await record("decided", name, {"number": number})
                await post(entry(f"taken:{name}:{number}", (pool("one"), 10), (payable(1), -10)))


def _write_in(database: str, name: str) -> None:
    async def work() -> None:
        async with open_database(database):
            await _write(name)

    asyncio.run(work())


async def test_two_that_write_at_once_make_one_chain(database: str, database_kind: str) -> None:
    await post(entry("one", (bank(), 100), (pool("one"), -100)))
    if database_kind == "postgres":  # where everybody has a connection of their own
        await asyncio.gather(_write("a"), _write("b"))
    else:
        spawn = multiprocessing.get_context("spawn")
        processes = [spawn.Process(target=_write_in, args=(database, name)) for name in ("a", "b")]
        for process in processes:
            process.start()
        for process in processes:
            await asyncio.to_thread(process.join, 60)
        assert [process.exitcode for process in processes] == [0, 0]

    report = await verify()
    assert report.is_sound, report.findings
    assert await balance_of(pool("all"), "EUR") == -TIMES * (5 + 5 + 7)
    assert await balance_of(pool("one"), "EUR") == 0  # ten of all those were first
    assert await balance_of(payable(1), "EUR") == -100
    rows = await fetch_rows("SELECT count(*) AS links, max(number) AS last FROM chain_link")
    assert dict(rows[0]) == {"links": 1 + 3 * TIMES + 20, "last": 1 + 3 * TIMES + 20}


async def test_many_at_once_in_one_process_make_one_chain(database: str) -> None:
    await asyncio.gather(*(record("decided", "p", {"number": number}) for number in range(10)))
    await asyncio.gather(*(post(entry("once", (bank(), 5), (pool("k"), -5))) for _ in range(10)))

    report = await verify()
    assert (report.is_sound, report.links, report.entries) == (True, 11, 1)
