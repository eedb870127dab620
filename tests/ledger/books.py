"""Books to test with, and what somebody could do to them who has the database in their hands."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fedirec.db import execute, fetch_rows, on_postgres
from fedirec.ledger.chain import ENTRY, START, digest_of, entry_text, link_digest, spell
from fedirec.ledger.journal import (
    Entry,
    Line,
    bank,
    expense,
    fees,
    host_share,
    in_flight,
    income,
    payable,
    pool,
    reverse,
)
from fedirec.ledger.posting import post
from fedirec.ledger.recording import record
from fedirec.ledger.verifying import verify

TABLES: Final = ("chain_link", "posting", "journal_entry")


def entry(reference: str, *lines: tuple[str, int], kind: str = "moved", currency: str = "EUR") -> Entry:
    """An entry in one currency."""
    return Entry(kind, tuple(Line(account, amount, currency) for account, amount in lines), reference)


async def keep_books() -> None:
    """A production earned money, its three people were promised their shares, and one of them was paid."""
    await record("proposal.published", "p1", {"revision": 1, "shares": {"12": 500_000, "13": 300_000, "14": 200_000}})
    await post(entry("income:1", (bank(), 100_000), (income("k"), -100_000), kind="income"))
    await post(entry("income:2", (bank(), 70_000), (income("k"), -70_000), kind="income"))
    await post(reverse(entry("income:2", (bank(), 70_000), (income("k"), -70_000), kind="income"), "booked twice"))
    await post(entry("cost:1", (expense("k"), 10_000), (bank(), -10_000), kind="cost"))
    await record("proposal.locked", "p1", {"revision": 1})
    lines = (income("k"), 100_000), (expense("k"), -10_000), (host_share("k"), -9_000), (pool("k"), -81_000)
    await post(entry("closed:k", *lines, kind="closed"))
    shares = (payable(12), -40_500), (payable(13), -24_300), (payable(14), -16_200)
    await post(entry("locked:p1", (pool("k"), 81_000), *shares, kind="locked"))
    await post(entry("submitted:b:12", (payable(12), 40_500), (in_flight("b"), -40_500)))
    await post(entry("settled:b:12", (in_flight("b"), 40_500), (bank(), -40_500)))
    await post(entry("fee:b", (fees(), 35), (bank(), -35), kind="fee"))


async def unprotect(*further: str) -> None:
    """Whoever owns the database has turned off what protects the rows of the books, and of `further` tables."""
    for table in (*TABLES, *further):
        if on_postgres():
            await execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            continue
        for row in await fetch_rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table):
            await execute(f"DROP TRIGGER {row['name']}")


async def rebuild() -> None:
    """All digests are computed anew from what stands there, as somebody would who knows how it is done."""
    previous = START
    for number, link in enumerate(await fetch_rows("SELECT * FROM chain_link ORDER BY number"), 1):
        document_digest = digest_of(link["document"])
        if link["kind"] == ENTRY:
            (row,) = await fetch_rows("SELECT * FROM journal_entry WHERE id = ?", link["entry_id"])
            document_digest = digest_of(await _text_of(row))
            link["subject"] = row["reference"]
        digest = link_digest(
            number, link["kind"], link["subject"], document_digest, _spelled(link["recorded_at"]), previous
        )
        await execute(
            "UPDATE chain_link SET number = ?, subject = ?, document_digest = ?, previous = ?, digest = ? WHERE id = ?",
            number,
            link["subject"],
            document_digest,
            previous,
            digest,
            link["id"],
        )
        previous = digest


async def add_raw(reference: str, *lines: tuple[str, int, str], kind: str = "moved", links: bool = True) -> int:
    """An entry stands there that nobody checked, with a link at the end of the chain; its id."""
    (row,) = await fetch_rows("SELECT coalesce(max(id), 0) + 1 AS id FROM journal_entry")
    entry_id = int(row["id"])
    (first,) = await fetch_rows("SELECT posted_at FROM journal_entry ORDER BY id LIMIT 1")
    await execute(
        "INSERT INTO journal_entry (id, kind, reference, posted_at) VALUES (?, ?, ?, ?)",
        entry_id,
        kind,
        reference,
        first["posted_at"],
    )
    for position, line in enumerate(lines):
        await execute(
            "INSERT INTO posting (entry_id, position, account, amount, currency) VALUES (?, ?, ?, ?, ?)",
            entry_id,
            position,
            *line,
        )
    if links:
        await execute(
            "INSERT INTO chain_link (number, kind, document_digest, entry_id, recorded_at, previous, digest) "
            "SELECT max(number) + 1, 'entry', '', ?, max(recorded_at), 'x', 'x' FROM chain_link",
            entry_id,
        )
        await rebuild()
    return entry_id


async def findings(against: tuple[tuple[int, str], ...] = ()) -> list[str]:
    """What is wrong with the books, besides that their rows are not protected."""
    report = await verify(against=against)
    return [f"{each.about}: {each.sentence}" for each in report.findings if "the trigger" not in each.sentence]


async def _text_of(row: dict[str, Any]) -> str:
    lines = await fetch_rows(
        "SELECT account, amount, currency FROM posting WHERE entry_id = ? ORDER BY position", row["id"]
    )
    moment = _spelled(row["posted_at"])
    return entry_text(
        row["kind"],
        row["reference"],
        row["description"],
        row["details"],
        moment,
        [list(line.values()) for line in lines],
    )


def _spelled(moment: datetime | str) -> str:
    return spell(moment) if isinstance(moment, datetime) else moment
