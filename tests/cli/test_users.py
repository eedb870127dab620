"""`fedirec users`: while the server runs, once and for the audit log."""

from __future__ import annotations

import json
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest

from fedirec.accounts.permissions import Role
from tests.cli.command import done, fedirec, refused, serving
from tests.cli.conftest import ORIGIN, PASSWORD


def lines_after(words: str, said: str) -> list[str]:
    return [line.strip() for line in said.partition(words)[2].splitlines() if line.strip()]


def rows(studio: Path, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    found = database.execute(sql).fetchall()
    database.close()
    return found


def test_people_are_made_and_changed_while_the_server_runs(studio: Path) -> None:
    with serving(folder=studio) as server:
        said = done("users", "create", "bo", "--role", "moderator", "--email", "bo@studio.example", folder=studio)
        assert said.startswith("There is a new moderator called @bo@studio.example.\nPassword: ")
        assert len(lines_after("Recovery codes", said)[1:]) == 10
        assert server.get("/u/bo", accept="application/activity+json").json()["preferredUsername"] == "bo"

        token = done("users", "token", "@bo@studio.example", "--scope", "write", "--scope", "read", folder=studio)
        assert token.startswith("fedirec_")

        assert done("users", "role", "bo", "admin", folder=studio) == "@bo is an admin now.\n"
        assert "Password: " in done("users", "reset-password", "bo", "--recovery-codes", folder=studio)

        done("users", "suspend", "bo", "--reason", "too loud", folder=studio)
        assert server.get("/u/bo").status_code in (403, 404, 410)
        assert "sign in again" in done("users", "suspend", "bo", "--undo", folder=studio)
        assert server.get("/u/bo").status_code == 200

    people = json.loads(done("users", "list", "--json", folder=studio))
    assert [(each["name"], each["role"], each["state"]) for each in people] == [
        ("bo", "admin", "active"),
        ("ana", "owner", "active"),
    ]
    assert people[0]["email"] == "bo@studio.example"
    assert people[0]["uri"] == f"{ORIGIN}/u/bo"
    table = done("users", "list", folder=studio).splitlines()
    assert [line.split()[0] for line in table] == ["NAME", "bo", "ana"]

    audited = rows(studio, "SELECT actor_uri, action FROM audit_event ORDER BY id")
    assert [action for doer, action in audited if doer == "command line"] == [
        "create_account",
        "create_token",
        "change_role",
        "reset_password",
        "renew_recovery_codes",
        "suspend",
        "unsuspend",
    ]


def test_a_password_can_come_from_another_program(studio: Path) -> None:
    said = done("users", "create", "cy", "--password-stdin", folder=studio, input=f"{PASSWORD}\n")
    assert PASSWORD not in said
    assert "Password" not in said
    assert PASSWORD not in done("users", "reset-password", "cy", "--password-stdin", folder=studio, input=PASSWORD)


@pytest.mark.parametrize(
    ("words", "input", "told"),
    [
        (["create", "ana"], "", "That name is taken."),
        (["create", "two words"], "", "A name has up to 30 letters"),
        (["create", "dee", "--password-stdin"], "short\n", "A password has at least 10 characters."),
        (["create", "dee", "--email", "nowhere"], "", "Write the mail address like"),
        (["role", "nobody", "admin"], "", "There is nobody called nobody here."),
        (["role", "ana", "member"], "", "This is the only owner."),
        (["suspend", "ana"], "", "This is the only owner."),
        (["suspend", "ana", "--undo"], "", "That account is not suspended."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(studio: Path, words: list[str], input: str, told: str) -> None:
    before = rows(studio, "SELECT count(*) FROM audit_event")
    assert refused("users", *words, folder=studio, input=input).startswith(told)
    assert rows(studio, "SELECT count(*) FROM audit_event") == before


def test_a_role_that_does_not_exist_is_a_mistake_in_typing(studio: Path) -> None:
    assert "king" in refused("users", "role", "ana", "king", folder=studio, code=2)
    assert "guest" in refused("users", "role", "ana", "guest", folder=studio, code=2)
    told = done("users", "create", "--help", folder=studio)
    assert all((role.value in told) is (role is not Role.GUEST) for role in Role)


def test_somebody_elses_database_lock_is_waited_for_and_then_named(studio: Path) -> None:
    held = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    try:
        told = refused("users", "create", "bo", folder=studio)
    finally:
        held.execute("ROLLBACK")
        held.close()
    assert told.startswith("The database is busy")
    assert done("users", "list", folder=studio).count("\n") == 2


def test_somebody_takes_everything_along_and_is_erased(studio: Path) -> None:
    with serving(folder=studio) as server:
        done("users", "create", "cy", "--email", "cy@quokka.example", folder=studio)
        said = done("users", "export", "cy", "cy.zip", folder=studio)
        assert said.startswith("cy.zip has everything of @cy, in ")
        with zipfile.ZipFile(studio / "cy.zip") as copy:
            assert json.loads(copy.read("account.json"))["email"] == "cy@quokka.example"
            assert "following_accounts.csv" in copy.namelist()
        assert "there already" in refused("users", "export", "cy", "cy.zip", folder=studio)
        lost = refused("users", "export", "cy", "lost/cy.zip", folder=studio)
        assert lost.startswith("There is no folder")
        assert not (studio / "lost").exists()
        assert fedirec("users", "erase", "cy", folder=studio, input="n\n").code == 1
        alone = fedirec("users", "erase", "cy", folder=studio)
        assert (alone.code, "--yes" in alone.err) == (1, True)
        assert "will be erased now" in done("users", "erase", "cy", "--yes", folder=studio)
        until = time.monotonic() + 60
        while server.get("/u/cy").status_code != 410 and time.monotonic() < until:
            time.sleep(0.2)
        assert server.get("/u/cy").status_code == 410
        assert "only owner" in refused("users", "erase", "ana", "--yes", folder=studio)
