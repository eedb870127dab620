"""`fedirec federation`: which instances this one has met, and which it leaves alone."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.cli.command import done, refused


def peers(studio: Path, *flags: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(done("federation", "peers", "--json", *flags, folder=studio))
    return found


def write(studio: Path, *statements: str) -> None:
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_an_instance_is_blocked_until_it_is_not(studio: Path) -> None:
    said = done("federation", "block", "Loud.example", "--reason", "spam", folder=studio)
    assert said == "loud.example is blocked.\n"
    blocked = {"host": "loud.example", "state": "blocked", "heard from": "never"}
    assert peers(studio, "--blocked") == [blocked]

    assert "is not blocked any more" in done("federation", "unblock", "loud.example", folder=studio)
    assert peers(studio, "--blocked") == []
    assert peers(studio) == [blocked | {"state": "fine"}]
    assert "is not blocked" in refused("federation", "unblock", "loud.example", folder=studio)


def test_an_instance_that_does_not_answer_is_shown_as_unreachable(studio: Path) -> None:
    write(
        studio,
        "INSERT INTO peer (origin, heard_at, created_at) VALUES"
        " ('https://here.example', '2026-11-20 10:00:00+00:00', '2026-11-20 10:00:00+00:00'),"
        " ('https://silent.example', NULL, '2026-11-20 10:00:00+00:00')",
        "INSERT INTO lane (key, kind, failures, trips) VALUES"
        " ('deliver:https://here.example', 'deliver', 1, 0), ('deliver:https://silent.example', 'deliver', 9, 2)",
    )

    assert peers(studio) == [
        {"host": "here.example", "state": "fine", "heard from": "2026-11-20"},
        {"host": "silent.example", "state": "unreachable", "heard from": "never"},
    ]
