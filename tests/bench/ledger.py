"""Verifying books of a million postings: every balance, every digest, every link.

    .venv/bin/python -m tests.bench.ledger [--short] [--postings 1000000] [--database postgres://…]

The books are written past the rules, for it would take an hour to post them one by one; posting is timed apart, at the
end of them.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from fedirec.db import execute, execute_many, migrate, on_postgres, open_database, transaction
from fedirec.ledger.chain import ENTRY, digest_of, entry_text, link_digest, spell
from fedirec.ledger.journal import Entry, Line, bank, host_share, income, payable, pool
from fedirec.ledger.posting import post
from fedirec.ledger.recording import head
from fedirec.ledger.verifying import verify
from tests.bench.figures import tell
from tests.bench.memory import peak_mb
from tests.bench.world import Stopwatch, folder_for

PEOPLE: Final = 20_000
POOLS: Final = 500
POSTED: Final = 200
_AT_ONCE: Final = 5_000


async def fill(postings: int) -> None:
    """So many postings stand in the books, two or three to an entry, each entry with its link."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    stored = at if on_postgres() else spell(at)
    last, previous = await head()
    written = 0
    while written < postings:
        entries: list[list[Any]] = []
        lines: list[list[Any]] = []
        links: list[list[Any]] = []
        for number in range(last + 1, last + _AT_ONCE + 1):
            reference = f"bench:{number}"
            moves = _lines(number)
            text = entry_text("bench", reference, "", "{}", spell(at), moves)
            digest = link_digest(number, ENTRY, reference, digest_of(text), spell(at), previous)
            entries.append([number, "bench", reference, stored])
            lines += [[number, position, *line] for position, line in enumerate(moves)]
            links.append([number, ENTRY, reference, digest_of(text), number, stored, previous, digest])
            last, previous = number, digest
            written += len(moves)
            if written >= postings:
                break
        async with transaction():
            await execute_many(
                "INSERT INTO journal_entry (id, kind, reference, posted_at) VALUES (?, ?, ?, ?)", entries
            )
            await execute_many(
                "INSERT INTO posting (entry_id, position, account, amount, currency) VALUES (?, ?, ?, ?, ?)", lines
            )
            await execute_many(
                "INSERT INTO chain_link "
                "(number, kind, subject, document_digest, entry_id, recorded_at, previous, digest) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                links,
            )
    if on_postgres():
        await execute("SELECT setval(pg_get_serial_sequence('journal_entry', 'id'), ?)", last)
        await execute("ANALYZE")


def _lines(number: int) -> list[tuple[str, int, str]]:
    if number % 2:
        return [(bank(), 1_000, "EUR"), (payable(number % PEOPLE + 1), -1_000, "EUR")]
    of = number % POOLS
    return [(income(of), 500, "EUR"), (host_share(of), -100, "EUR"), (pool(of), -400, "EUR")]


async def post_some(count: int, name: str) -> None:
    """So many entries are posted, each in a transaction of its own."""
    for number in range(count):
        lines = Line(pool(2 * number % POOLS), 1, "EUR"), Line(payable(number % PEOPLE + 1), -1, "EUR")
        await post(Entry("bench", lines, f"{name}:{number}"))


async def measure(postings: int, database: str) -> dict[str, object]:
    """How long it takes, and how much memory beyond what was there before."""
    await migrate(database)
    async with open_database(database):
        with Stopwatch() as filling:
            await fill(postings)
        peak_mb()
        before = peak_mb()
        with Stopwatch() as verifying:
            report = await verify()
        assert report.is_sound, report.findings
        memory = peak_mb() - before
        with Stopwatch() as posting:
            await post_some(POSTED, "late")
    return {
        "postings": report.postings,
        "entries": report.entries,
        "filled_in_s": filling.wall,
        "seconds": verifying.wall,
        "cpu_s": verifying.cpu,
        "memory_mb": memory,
        "ms_per_entry_posted": posting.wall * 1000 / POSTED,
        "cpu_ms_per_entry_posted": posting.cpu * 1000 / POSTED,
    }


async def main(postings: int, database: str) -> None:
    with folder_for("ledger") as folder:
        tell("verifying books", await measure(postings, database or f"sqlite://{folder}/books.sqlite3"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--postings", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="the address of an empty PostgreSQL database")
    asked = parser.parse_args()
    uvloop.run(main(20_000 if asked.short else asked.postings, asked.database))
