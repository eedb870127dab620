"""Whoever has the database in their hands can change all of it, and is found out."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from fedirec.db import complete_schema, execute, execute_script, fetch_rows, open_database, transaction
from fedirec.db.schema import upgrade
from fedirec.ledger.journal import reverse
from fedirec.ledger.posting import find_entry, post
from fedirec.ledger.recording import head, record
from fedirec.ledger.verifying import verify
from tests.ledger.books import TABLES, add_raw, entry, findings, keep_books, rebuild, unprotect


@pytest.fixture
async def books(database: str, database_kind: str) -> str:
    """The kind of a database with books whose rows nothing protects any more."""
    await keep_books()
    report = await verify()
    assert (report.is_sound, report.links, report.entries, report.postings) == (True, 11, 9, 22)
    if database_kind == "sqlite":
        await execute_script("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
    await unprotect()
    return database_kind


@asynccontextmanager
async def taken_back() -> AsyncGenerator[None]:
    """What happens inside is undone at the end."""
    with suppress(ZeroDivisionError):
        async with transaction():
            yield
            raise ZeroDivisionError


def otherwise(value: Any) -> Any:
    """`value` with one byte, or one unit, changed."""
    if value is None:
        return 1_000
    if isinstance(value, str):
        middle = len(value) // 2
        return f"{value[:middle]}{chr(ord(value[middle]) ^ 1)}{value[middle + 1 :]}" if value else "x"
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    return value + 1_000


async def test_one_byte_changed_in_any_column_of_any_row_is_found(books: str) -> None:
    changed = refused = 0
    for table in TABLES:
        for row in await fetch_rows(f"SELECT * FROM {table}"):  # noqa: S608
            for column, value in row.items():
                if column == "id" and table != "journal_entry":
                    continue  # nothing refers to these
                async with taken_back():
                    try:
                        async with transaction():
                            change = f"UPDATE {table} SET {column} = ? WHERE id = ?"  # noqa: S608
                            await execute(change, otherwise(value), row["id"])
                    except IntegrityError:
                        refused += 1  # a place that is taken
                        continue
                    changed += 1
                    assert await findings(), (table, column, dict(row))
    assert changed > 200
    assert refused < changed / 4
    assert not await findings()


CHANGES = (
    (["UPDATE posting SET amount = amount + 1 WHERE account = 'fees'"], "entry fee:b: it was changed"),
    (["UPDATE posting SET amount = -amount WHERE account IN ('fees', 'bank')"], "entry fee:b: it was changed"),
    (["UPDATE posting SET currency = 'USD'"], "entry income:1: it was changed"),
    (["UPDATE posting SET account = 'payable:13' WHERE account = 'payable:12'"], "entry locked:p1: it was changed"),
    (["UPDATE journal_entry SET details = '{ }' WHERE id = 1"], "entry income:1: it was changed"),
    (["UPDATE journal_entry SET description = '' WHERE kind = 'reversal'"], "it was changed"),
    (["UPDATE chain_link SET document = '{}' WHERE number = 1"], "link 1: what it tells was changed"),
    (["UPDATE chain_link SET subject = 'p2' WHERE number = 6"], "link 6: it was changed: its digest"),
    (["UPDATE chain_link SET entry_id = NULL WHERE number = 2"], "link 2: it covers an entry that is not"),
    (["UPDATE chain_link SET digest = 'x' WHERE number = 4"], "link 5: it does not follow"),
    (["DELETE FROM chain_link WHERE number = 4"], "link 5: the link before it is missing"),
    (["DELETE FROM chain_link WHERE number = 1"], "link 2: the link before it is missing"),
    (["DELETE FROM chain_link WHERE number = 11"], "entry fee:b: no link of the audit log covers it"),
    (["DELETE FROM posting WHERE entry_id = 2"], "entry income:2: it has fewer than two lines"),
    (["DELETE FROM posting WHERE account = 'payable:14'"], "entry locked:p1: its lines do not come to nothing"),
    (["DELETE FROM posting", "DELETE FROM journal_entry"], "link 2: it covers an entry that is not in the journal"),
    (
        [
            "UPDATE posting SET entry_id = -9, amount = 2 * amount WHERE entry_id = 9",
            "UPDATE journal_entry SET id = -9 WHERE id = 9",
            "UPDATE chain_link SET entry_id = -9 WHERE entry_id = 9",
        ],
        "ledger: a row of journal_entry has the number -9, which is never given",
    ),
    (["DELETE FROM journal_entry WHERE id = 2"], "ledger: there are postings of an entry that is not there"),
)
"""What is done, and what is said of it."""


async def test_whatever_is_changed_is_named(books: str) -> None:
    for statements, found in CHANGES:
        async with taken_back():
            for statement in statements:
                await execute(statement)
            said = await findings()
            assert any(found in sentence for sentence in said), (statements, said)


IMPOSSIBLE: Sequence[tuple[Sequence[tuple[str, int, str]], str]] = (
    ([("bank", 5, "EUR"), ("fees", -4, "EUR")], "entry x: its lines do not come to nothing: 1 of EUR"),
    ([("bank", 5, "EUR"), ("fees", -5, "USD")], "entry x: its lines do not come to nothing: -5 of USD"),
    ([("bank", 5, "XXX"), ("fees", -5, "XXX")], "ledger: there are postings in XXX, which is no currency of ISO 4217"),
    ([("bank", 5, "EUR")], "entry x: it has fewer than two lines"),
    ([], "entry x: it has fewer than two lines"),
    (
        [("bank", 5, "EUR"), ("payable:ana", -5, "EUR")],
        "ledger: there are postings in payable:ana, which is no account",
    ),
    ([("bank", 10**14 + 1, "EUR"), ("fees", -(10**14) - 1, "EUR")], "entry x: no possible amount"),
    ([("bank", 2**63 - 1, "EUR"), ("bank", 2**63 - 1, "EUR")], "entry x: no possible amount"),
    ([("bank", 5, "EUR"), ("rounding", -5, "EUR")], "ledger: the account rounding holds -5 of EUR"),
    ([("payable:12", 1, "EUR"), ("bank", -1, "EUR")], "ledger: payable:12 was in debit after the entry x"),
    ([("payable:13", 1, "USD"), ("bank", -1, "USD")], "ledger: payable:13 was in debit after the entry x"),
    ([("pool:k", 1, "EUR"), ("bank", -1, "EUR")], "ledger: pool:k was overdrawn by the entry x"),
    ([("in_flight:b", 1, "EUR"), ("bank", -1, "EUR")], "ledger: in_flight:b was in debit after the entry x"),
    ([("unclaimed:9", 1, "EUR"), ("bank", -1, "EUR")], "ledger: unclaimed:9 was in debit after the entry x"),
)
"""Lines of an entry, and what is said of it."""


async def test_books_that_cannot_be_are_found_though_the_whole_chain_was_rebuilt(books: str) -> None:
    if books == "postgres":
        await execute("ALTER TABLE posting DROP CONSTRAINT posting_is_money")
    for lines, found in IMPOSSIBLE:
        async with taken_back():
            await add_raw("x", *lines)
            said = await findings()
            assert any(found in sentence for sentence in said), (lines, said)


async def test_what_was_ever_in_debit_is_found_though_it_was_put_right_later(books: str) -> None:
    await add_raw("paid-twice", ("payable:13", 30_000, "EUR"), ("bank", -30_000, "EUR"))
    await add_raw("put-right", ("bank", 30_000, "EUR"), ("payable:13", -30_000, "EUR"))

    assert await findings() == [
        "ledger: payable:13 was in debit after the entry paid-twice: somebody was paid more than they were owed"
    ]


FALSE_REVERSALS: Sequence[tuple[str, str, Sequence[tuple[str, int, str]]]] = (
    ("reversal", "reversal:fee:b", [("bank", 35, "EUR"), ("fees", -35, "EUR")]),  # in another order
    ("reversal", "reversal:fee:b", [("fees", -34, "EUR"), ("bank", 34, "EUR")]),
    ("reversal", "reversal:fee:c", [("fees", -35, "EUR"), ("bank", 35, "EUR")]),
    ("moved", "reversal:fee:b", [("fees", -35, "EUR"), ("bank", 35, "EUR")]),
    ("reversal", "reversal:fee:b", [("fees", -35, "EUR"), ("bank", 35, "EUR"), ("bank", 1, "EUR")]),
)
"""Kind, reference and lines of what claims to undo the last entry."""


async def test_what_undoes_something_else_is_found(books: str) -> None:
    for kind, reference, lines in FALSE_REVERSALS:
        async with taken_back():
            added = await add_raw(reference, *lines, kind=kind)
            await execute("UPDATE journal_entry SET reverses_id = 9 WHERE id = ?", added)
            assert f"ledger: {reference} does not undo exactly one entry" in await findings(), (kind, lines)


async def test_what_is_booked_twice_is_found(books: str) -> None:
    if books == "sqlite":
        return  # its index for that cannot be dropped
    await execute("ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_reference_key")
    await add_raw("fee:b", ("fees", 35, "EUR"), ("bank", -35, "EUR"))
    assert await findings() == ["ledger: fee:b is booked 2 times"]


async def test_an_entry_that_nobody_recorded_is_found(books: str) -> None:
    await add_raw("x", ("bank", 5, "EUR"), ("fees", -5, "EUR"), links=False)
    assert await findings() == ["entry x: no link of the audit log covers it"]


async def test_bytes_that_are_no_text_are_found_and_not_an_end_of_looking(books: str) -> None:
    if books == "postgres":
        return  # it does not take them
    await execute("UPDATE journal_entry SET description = CAST(x'41ff42' AS TEXT) WHERE id = 3")
    await execute("UPDATE posting SET amount = 'much' WHERE entry_id = 9")
    await execute("UPDATE chain_link SET document = x'00' WHERE number = 1")
    await add_raw("rounded", ("bank", 5, "EUR"), ("rounding", -5, "EUR"), links=False)

    said = await findings()

    assert any(sentence.startswith("journal: the database cannot read it") for sentence in said), said
    assert "link 1: what it tells was changed: its digest is that of something else" in said
    assert "ledger: the account rounding holds -5 of EUR, and must hold nothing" in said


CUT_OFF = (
    "it was kept elsewhere, and the chain ends with link %s: an old backup was restored, or somebody cut its end off"
)


async def test_a_chain_that_was_rebuilt_or_cut_off_shows_only_against_what_others_kept(books: str) -> None:
    kept = [await head()]
    rows = await fetch_rows("SELECT number, digest FROM chain_link WHERE number = 7")
    kept.append((int(rows[0]["number"]), str(rows[0]["digest"])))
    assert not await findings(tuple(kept))

    async with taken_back():  # the treasurer keeps the money of somebody, and does it well
        await execute("UPDATE posting SET account = 'payable:13' WHERE account = 'payable:14'")
        await rebuild()
        assert not await findings()
        assert await findings((kept[1],)) == []  # it was kept before
        assert await findings(tuple(kept)) == [
            "link 11: it is not the one that was kept elsewhere: the chain was rebuilt"
        ]
    async with taken_back():
        for statement in (
            "DELETE FROM chain_link WHERE number = 11",
            "DELETE FROM posting WHERE entry_id = 9",
            "DELETE FROM journal_entry WHERE id = 9",
        ):
            await execute(statement)
        assert not await findings()
        assert await findings(tuple(kept)) == [f"link 11: {CUT_OFF % 10}"]
    async with taken_back():  # what was only decided has no entry that would miss it
        await record("proposal.decided", "p1", {"revision": 2})
        last = await head()
        await execute("DELETE FROM chain_link WHERE number = 12")
        assert not await findings(tuple(kept))
        assert await findings((last,)) == [f"link 12: {CUT_OFF % 11}"]
    assert not await findings(tuple(kept))


async def test_what_a_link_tells_can_be_erased_and_the_chain_still_holds(database: str) -> None:
    await record("proposal.published", "p1", {"name": "Ana"})
    await record("proposal.locked", "p1", {})
    await execute("UPDATE chain_link SET document = '' WHERE number = 1")

    report = await verify()
    assert (report.is_sound, report.erased, report.links) == (True, 1, 2)
    with pytest.raises((IntegrityError, OperationalError), match="never changed"):
        await execute("UPDATE chain_link SET document = '{}' WHERE number = 1")


async def test_the_books_are_never_changed(database: str, database_kind: str) -> None:
    await keep_books()
    for table, column in (("journal_entry", "kind"), ("posting", "account"), ("chain_link", "subject")):
        statements = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"]  # noqa: S608
        if database_kind == "sqlite":
            statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
        else:
            statements.append(f"TRUNCATE {table} CASCADE")
            statements.append(
                f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = 'x'"  # noqa: S608
            )
        for statement in statements:
            with pytest.raises((IntegrityError, OperationalError), match="never changed"):
                await execute(statement)
    assert (await verify()).is_sound


async def test_the_database_refuses_what_is_no_money(database: str) -> None:
    row = await post(entry("x", ("bank", 5), ("fees", -5)))
    for values in ("0, 'EUR'", "100000000000001, 'EUR'", "-100000000000001, 'EUR'", "1, 'EU'"):
        add = f"INSERT INTO posting (entry_id, position, account, amount, currency) VALUES (?, 2, 'bank', {values})"  # noqa: S608
        with pytest.raises((IntegrityError, OperationalError)):
            await execute(add, row.id)


async def test_a_protection_that_is_gone_is_found_and_made_again_and_that_is_said(
    database: str, database_kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    drop = "DROP TRIGGER posting_no_update" + ("" if database_kind == "sqlite" else " ON posting")
    await execute(drop)

    assert [each.sentence.partition(",")[0] for each in (await verify()).findings] == [
        "the trigger posting_no_update is missing"
    ]
    assert await upgrade(database) == []
    assert [line.partition(";")[0] for line in caplog.messages] == [
        "rows that are never changed were not protected: posting_no_update"
    ]
    async with open_database(database):
        assert (await verify()).is_sound
    caplog.clear()
    await upgrade(database)
    assert not caplog.messages


EMPTIED = {
    "sqlite": (
        "DROP TRIGGER posting_no_update; CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting "
        "BEGIN SELECT 1; END;",
        "DROP TRIGGER posting_no_update; CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting WHEN 0 "
        "BEGIN SELECT RAISE(ABORT, 'rows of posting are never changed'); END;",
    ),
    "postgres": (
        "ALTER TABLE posting DISABLE TRIGGER posting_no_update",
        "DROP TRIGGER posting_no_update ON posting; CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting "
        "FOR EACH ROW WHEN (false) EXECUTE FUNCTION fedirec_append_only()",
        "DROP TRIGGER posting_no_update ON posting; CREATE TRIGGER posting_no_update AFTER UPDATE ON posting "
        "FOR EACH STATEMENT EXECUTE FUNCTION fedirec_append_only()",
        "CREATE OR REPLACE FUNCTION fedirec_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
    ),
}
"""What leaves a trigger in its place that protects nothing."""


async def test_a_protection_that_still_stands_and_does_nothing_is_found_and_made_again(
    database: str, database_kind: str
) -> None:
    for emptied in EMPTIED[database_kind]:
        await execute_script(emptied)
        assert "the trigger posting_no_update" in [
            each.sentence.partition(" is ")[0] for each in (await verify()).findings
        ]

        await complete_schema()

        assert (await verify()).is_sound


async def test_a_treasurer_with_the_file_in_hand_is_found_out(database: str, database_kind: str) -> None:
    if database_kind == "postgres":
        return  # there is no file
    await keep_books()
    with sqlite3.connect(database.partition("://")[2]) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE name LIKE 'posting_no_%'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE posting SET amount = 4 * amount WHERE entry_id = 9")
    file.close()
    await complete_schema()  # as the next start does

    assert await findings() == ["entry fee:b: it was changed: the audit log knows it otherwise"]
    fee = await find_entry("fee:b")
    assert fee is not None
    await post(reverse(fee, "the statement of the bank says otherwise"))
    assert len(await findings()) == 1
