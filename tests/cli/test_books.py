"""`fedirec ledger` and `fedirec audit` say what stands in the books, and what is wrong with them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from fedirec.db import open_database
from tests.cli.command import done, fedirec, refused
from tests.cli.conftest import in_a_thread
from tests.ledger.books import keep_books

DATABASE = "fedirec-data/fedirec.sqlite3"


def change(folder: Path, *statements: str) -> None:
    """What a treasurer does to the file, with the protection of its rows out of the way."""
    file = sqlite3.connect(folder / DATABASE)
    with file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
    file.close()


def test_books_are_shown_verified_and_handed_out(studio: Path, tmp_path: Path) -> None:
    async def keep() -> None:
        async with open_database(f"sqlite://{studio / DATABASE}"):
            await keep_books()

    in_a_thread(keep())

    said = done("ledger", "verify", folder=studio)
    assert said == "9 entries with 22 postings; 11 links in the audit log\nNothing is wrong.\n"
    lines = [line.split() for line in done("ledger", "balances", folder=studio).splitlines()]
    assert lines == [
        ["BALANCE", "CURRENCY", "ACCOUNT"],
        ["494.65", "EUR", "bank"],
        ["0.35", "EUR", "fees"],
        ["-90.00", "EUR", "host_share:k"],
        ["-243.00", "EUR", "payable:13"],
        ["-162.00", "EUR", "payable:14"],
    ]
    owed = json.loads(done("ledger", "balances", "--kind", "payable", "--json", folder=studio))
    assert owed == [
        {"balance": "-243.00", "currency": "EUR", "account": "payable:13"},
        {"balance": "-162.00", "currency": "EUR", "account": "payable:14"},
    ]

    # What is handed out is checked anywhere, without an instance.
    said = done("audit", "export", "audit.jsonl", folder=studio)
    assert said.startswith("The audit log is in audit.jsonl")
    refused("audit", "export", "audit.jsonl", folder=studio)
    file = studio / "audit.jsonl"
    head = json.loads(done("audit", "verify", "--json", folder=studio))["head"]
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    said = done("audit", "verify", "--file", str(file), "--head", f"11:{head}", folder=nowhere)
    assert said == f"11 links; the head is 11:{head}\nNothing is wrong.\n"
    assert not list(nowhere.iterdir())
    refused("audit", "verify", "--origin", "https://other.example", folder=studio)
    said = done("audit", "verify", "--file", str(file), "--origin", "https://other.example", folder=studio)
    assert said.endswith("Nothing is wrong.\n"), "nothing was told here of that log"
    answer = fedirec("audit", "verify", "--ask-peers", folder=studio)
    assert (answer.code, answer.out.endswith("Nothing is wrong.\n")) == (1, True)
    assert "No other instance could be asked, so nothing was compared" in answer.err
    links = [json.loads(line) for line in file.read_text().splitlines()]
    assert [link["number"] for link in links] == list(range(1, 12))
    assert "document" not in links[0]

    links[3]["subject"] = "x"
    false = [*(json.dumps(link) for link in links[:6]), "[]", "{" * 9_000, *(json.dumps(link) for link in links[7:])]
    file.write_text("\n".join(false))
    answer = fedirec("audit", "verify", "--file", str(file), folder=nowhere)
    assert answer.code == 1
    assert answer.out.splitlines()[1:] == [
        "link 4: it was changed: its digest is that of something else",
        "line 7: it is no link of an audit log",
        "line 8: it is no link of an audit log",
        "line 9: it is no link of an audit log",
        "line 10: it is no link of an audit log",
        "link 8: the link before it is missing: it stands after link 6",
        "link 8: it does not follow the link before it: one of them was changed or replaced",
        "Something is WRONG.",
    ]
    refused("audit", "verify", "--head", "11", folder=studio)

    # Somebody changes the file of the database.
    change(studio, "UPDATE posting SET amount = amount - 1 WHERE account = 'payable:13'")
    answer = fedirec("audit", "verify", folder=studio)
    assert answer.code == 1
    assert "entry locked:p1: it was changed: the audit log knows it otherwise\n" in answer.out
    assert "ledger: the trigger posting_no_update is missing" in answer.out
    assert answer.out.endswith("Something is WRONG.\n")
    report = json.loads(fedirec("ledger", "verify", "--json", folder=studio).out)
    assert not report["isSound"]
    assert {"about": "entry locked:p1", "says": "its lines do not come to nothing: -1 of EUR are too many"} in report[
        "findings"
    ]

    # And cuts off the end of the log, which only others know.
    change(
        studio,
        "UPDATE posting SET amount = amount + 1 WHERE account = 'payable:13'",
        "DELETE FROM chain_link WHERE number = 11",
        "DELETE FROM posting WHERE entry_id = 9",
        "DELETE FROM journal_entry WHERE id = 9",
    )
    assert "audit_event_no_delete" in fedirec("config", "check", folder=studio).out
    assert "were not protected: " in fedirec("migrate", folder=studio).err
    assert "not protected" not in fedirec("migrate", folder=studio).err
    assert json.loads(done("audit", "verify", "--json", folder=studio))["links"] == 10
    answer = fedirec("audit", "verify", "--head", f"11:{head}", folder=studio)
    assert answer.code == 1
    assert "link 11: it was kept elsewhere, and the chain ends with link 10: an old backup was" in answer.out
