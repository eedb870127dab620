"""`fedirec config`, and what every command has in common."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fedirec import __version__
from fedirec.db.schema import known_migrations
from fedirec.settings import RESTORING, Settings
from tests.cli.command import done, environment, fedirec, refused

ROOT = Path(__file__).parents[2]


def test_settings_come_from_the_file_the_environment_and_flags_in_this_order(tmp_path: Path) -> None:
    (tmp_path / "fedirec.toml").write_text('port = 1111\nhost = "127.0.0.2"\nlog_format = "json"\n')
    said = done(
        "config",
        "show",
        "--json",
        "--log-level",
        "warning",
        "--host",
        "127.0.0.4",
        folder=tmp_path,
        FEDIREC_HOST="127.0.0.3",
        FEDIREC_PORT="2222",
        FEDIREC_DATABASE_URL="postgres://me:very%20secret@db.example/studio?password=secret&ssl=require",
    )
    shown = json.loads(said)
    assert set(shown) == set(Settings.model_fields)
    assert shown["host"] == {"value": "127.0.0.4", "from": "flag --host"}
    assert shown["port"] == {"value": "2222", "from": "variable FEDIREC_PORT"}
    assert shown["log_format"] == {"value": "json", "from": "file fedirec.toml"}
    assert shown["origin"] == {"value": "", "from": "default"}
    assert shown["database_url"]["value"] == "postgres://me:********@db.example/studio?password=********&ssl=require"
    assert "secret" not in said
    assert "variable FEDIREC_PORT" in done("config", "show", folder=tmp_path, FEDIREC_PORT="2222")


def test_a_setting_that_cannot_be_is_refused_by_name(tmp_path: Path) -> None:
    assert "port: " in refused("config", "show", folder=tmp_path, FEDIREC_PORT="many")
    assert "no setting FEDIREC_PROT" in refused("config", "show", folder=tmp_path, FEDIREC_PROT="1")
    (tmp_path / "fedirec.toml").write_text("prot = 1\n")
    assert "no setting prot" in refused("config", "show", folder=tmp_path)
    (tmp_path / "fedirec.toml").write_text("port = \n")
    assert "fedirec.toml could not be read" in refused("config", "show", folder=tmp_path)


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ({"FEDIREC_PORT": "five"}, "port: write a whole number (got 'five')"),
        ({"FEDIREC_PORT": "99999"}, "port: write 65535 or less"),
        ({"FEDIREC_DEVELOPMENT": "maybe"}, "development: write true or false"),
        ({"FEDIREC_LOG_LEVEL": "loud"}, "log_level: write 'debug', 'info', 'warning' or 'error'"),
        ({"FEDIREC_TRUSTED_PROXIES": "banana"}, "trusted_proxies: write networks like 127.0.0.1/32"),
        ({"FEDIREC_TRUSTED_PROXIES": "::1, 10.0.0.1/8"}, "10.0.0.1/8 is an address within a network; write 10.0.0.0/8"),
        ({"FEDIREC_ORIGIN": "http://studio.example"}, "origin: write it with https://"),
        ({"FEDIREC_ORIGIN": "https://studio.example/here"}, "an origin has no path; write https://studio.example"),
        ({"FEDIREC_CLOCK_OFFSET": "5"}, "clock_offset: this needs development = true"),
        ({"FEDIREC_DATABASE_URL": "mysql://x"}, "write postgres://user:password@host/name"),
    ],
)
def test_a_value_that_cannot_be_is_answered_with_what_to_type(
    tmp_path: Path, typed: dict[str, Any], answered: str
) -> None:
    said = refused("config", "show", folder=tmp_path, **typed)
    assert answered in said
    assert "Input should" not in said


def test_checking_an_instance_finds_what_does_not_fit(studio: Path) -> None:
    said = done("config", "check", folder=studio)
    assert "the master key fits it: https://studio.example" in said
    assert "problem" not in said

    other = fedirec("config", "check", folder=studio, FEDIREC_ORIGIN="https://other.example")
    assert other.code == 1
    assert "This instance is https://studio.example for good" in other.out

    (studio / "fedirec-data/master.key").write_text("00" * 32)
    swapped = fedirec("config", "check", folder=studio)
    assert swapped.code == 1
    assert "The master key does not fit this database" in swapped.out


def test_a_database_is_made_and_found_up_to_date(tmp_path: Path) -> None:
    assert done("migrate", folder=tmp_path).splitlines() == [
        *(f"The database has had {name}." for name in known_migrations()),
        "The database is up to date.",
    ]
    assert done("migrate", folder=tmp_path) == "The database is up to date.\n"
    assert "not set up yet" in refused("users", "list", folder=tmp_path)


def test_nothing_is_served_from_a_folder_where_a_restore_was_cut_off(studio: Path) -> None:
    (studio / "fedirec-data" / RESTORING).mkdir()
    assert "was cut off; do it again" in refused("serve", folder=studio)


def test_a_damaged_database_is_named(studio: Path) -> None:
    (studio / "fedirec-data/fedirec.sqlite3").write_bytes(b"no database at all" * 1000)
    assert "damaged" in refused("users", "list", folder=studio)


def test_words_that_are_typed_wrongly_are_answered_with_help(tmp_path: Path) -> None:
    assert refused("nonsense", folder=tmp_path, code=2).endswith("For help: fedirec --help")
    assert "For help: fedirec users create --help" in refused("users", "create", folder=tmp_path, code=2)
    assert refused("serve", "--prot", "1", folder=tmp_path, code=2).startswith("No such option")


def test_the_module_is_the_command(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "fedirec"]
    answer = subprocess.run(
        [*run, "--version"], cwd=tmp_path, env=environment(PYTHONPATH=str(ROOT)), capture_output=True, check=True
    )
    assert answer.stdout.decode() == f"fedirec {__version__}\n"


def test_the_help_says_what_holds_when_nothing_is_said(tmp_path: Path) -> None:
    said = " ".join(done("serve", "--help", folder=tmp_path).replace("│", " ").split())
    assert "Port that the server listens on. [default: (8000)]" in said
    assert "master key. [default: (fedirec-data)]" in said
    assert "…" not in said, "no word of it is cut"
