"""`fedirec keys renew`, and what is refused where the master key is not the one of the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import done, fedirec, killed, refused
from tests.ports import free_port

NOT_OURS = "The master key does not fit this database; put back the master.key that belongs to it."


def test_renewing_that_is_killed_is_done_again(studio: Path) -> None:
    data = studio / "fedirec-data"
    before = (data / "master.key").read_text()
    with closing(sqlite3.connect(data / "fedirec.sqlite3", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")  # so that it waits where it is to be killed
        killed("keys", "renew", "--yes", folder=studio, when=(data / "master.key.new").exists)
    assert (data / "master.key").read_text() == before
    assert "new keys" in done("keys", "renew", "--yes", folder=studio)
    assert (data / "master.key").read_text() != before
    assert not (data / "master.key.new").exists()
    assert "the master key fits it" in done("config", "check", folder=studio)


def test_renewing_is_asked_for_twice(studio: Path) -> None:
    before = (studio / "fedirec-data/master.key").read_text()
    asked = fedirec("keys", "renew", folder=studio, input="n\n")
    assert (asked.code, "new keys?" in asked.out) == (1, True)
    assert (studio / "fedirec-data/master.key").read_text() == before
    asked = fedirec("farewell", folder=studio, input="n\n")
    assert (asked.code, "Nobody can undo that" in asked.out) == (1, True)
    assert "ana" in done("users", "list", folder=studio)


@pytest.mark.parametrize("words", [["serve", "--port", "0"], ["users", "create", "eve"], ["keys", "renew", "--yes"]])
def test_nothing_is_sealed_with_a_key_that_is_not_the_one_of_the_database(studio: Path, words: list[str]) -> None:
    if words[0] == "serve":
        words[-1] = str(free_port())
    (studio / "fedirec-data/master.key").unlink()
    assert refused(*words, folder=studio) == NOT_OURS
    with closing(sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM actor WHERE handle = 'eve'").fetchone() == (0,)


def test_a_master_key_that_was_to_be_renewed_is_named(studio: Path) -> None:
    data = studio / "fedirec-data"
    (data / "master.key").rename(data / "master.key.new")
    for words in (["serve", "--port", str(free_port())], ["users", "create", "eve"]):
        assert "do it again: fedirec keys renew" in refused(*words, folder=studio)
    done("keys", "renew", "--yes", folder=studio)
    done("users", "create", "eve", folder=studio)


def test_without_anybody_who_is_paid_there_is_no_key_to_renew(studio: Path) -> None:
    assert "nobody has said yet how they are paid" in refused("keys", "renew-payees", "--yes", folder=studio)
    (studio / "fedirec-data/payees.key").write_text("00" * 32)
    assert "0 things" in done("keys", "renew-payees", "--yes", folder=studio)
    assert (studio / "fedirec-data/payees.key").read_text().strip() != "00" * 32
