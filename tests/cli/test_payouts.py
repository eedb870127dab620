"""`fedirec payouts` says what was paid, and what is wrong where somebody changed it behind our back."""

from __future__ import annotations

import csv
import json
import sqlite3
from io import StringIO
from pathlib import Path

from fedirec.accounts.models import Person
from fedirec.db import open_database
from fedirec.payouts.actions.readying import make_payouts
from tests.cli.command import done, fedirec, refused
from tests.cli.conftest import in_a_thread
from tests.payouts.stage import owe

DATABASE = "fedirec-data/fedirec.sqlite3"


def test_payments_are_listed_handed_out_and_compared_with_the_books(studio: Path) -> None:
    async def owe_them() -> None:
        async with open_database(f"sqlite://{studio / DATABASE}"):
            person = await Person.create(name="=cmd|' /C calc'!A0")
            await owe({person.id: 12_34})
            await make_payouts(person, "EUR")

    in_a_thread(owe_them())
    [shown] = json.loads(done("payouts", "list", "--state", "ready", "--json", folder=studio))
    assert (shown["amount"], shown["currency"], shown["state"]) == ("12.34", "EUR", "ready")
    [row] = csv.DictReader(StringIO(done("payouts", "export", folder=studio)))
    assert row["name"].startswith("'="), "no spreadsheet runs what somebody is called"
    refused("payouts", "list", "--state", "rich", folder=studio)
    assert "0 to be asked" in done("payouts", "reconcile", folder=studio)
    assert "nobody was forgotten" in done("payouts", "verify", folder=studio)

    assert "in the past" in refused("payouts", "stop", "--since", "2999-01-01", folder=studio)
    assert "until a treasurer" in done("payouts", "stop", "--since", "2026-11-21T06:00:00+02:00", folder=studio)
    with sqlite3.connect(studio / DATABASE) as file:
        assert file.execute("SELECT since, ended_at FROM payout_stop").fetchall() == [
            ("2026-11-21 04:00:00+00:00", None)
        ]

    with sqlite3.connect(studio / DATABASE) as file:
        file.execute("UPDATE payout SET amount = amount + 1000")
        file.execute("UPDATE payout_stop SET ended_at = since")
    ended = fedirec("payouts", "verify", "--json", folder=studio)
    assert ended.code == 1
    findings = json.loads(ended.out)["findings"]
    assert [each.partition(" ")[0] for each in findings] == [f"payable:{row['person']}:", "payment", "stop"]
    assert "stop 1 of payments" in fedirec("audit", "verify", folder=studio).out
