"""`fedirec serve`: one command in an empty folder, clear words when it cannot, and nothing half-done ever."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.cli.command import NOBODY, PATIENCE, refused, serving
from tests.cli.conftest import ORIGIN
from tests.ports import free_port


def test_an_empty_folder_becomes_an_instance_with_a_setup_link(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        page = server.get(server.setup_link)
        assert page.status_code == 200
        assert "origin" in page.text
        assert server.get("/").headers["location"] == "/setup"
        assert server.get("/readyz").json() == {"ready": True}
        assert "server" not in page.headers

        data = tmp_path / "fedirec-data"
        assert {"fedirec.sqlite3", "master.key"} <= {path.name for path in data.iterdir()}
        assert data.stat().st_mode & 0o077 == 0
        assert (data / "fedirec.sqlite3").stat().st_mode & 0o077 == 0

        told = refused("serve", "--port", str(free_port()), folder=tmp_path)
        assert told.startswith(f"Another fedirec serve (process {server.pid}) is running from")

        told = refused("serve", "--port", str(server.port), "--data-dir", "other", folder=tmp_path)
        assert told.startswith(f"Port {server.port} is in use")

        assert server.end(signal.SIGTERM) == 0
        assert "WARNING" not in server.errors


def test_an_instance_that_is_set_up_is_served_and_ends_with_ctrl_c(studio: Path) -> None:
    with serving("--development", folder=studio) as server:
        assert ORIGIN in server.said
        assert "/setup" not in server.said
        assert server.get("/").status_code == 200
        assert server.get("/nodeinfo/2.1", accept="application/json").json()["software"]["name"] == "fedirec"
        assert server.end(signal.SIGINT) == 130
        assert "WARNING: development = true" in server.errors


def test_a_request_under_way_is_answered_before_the_server_ends(studio: Path) -> None:
    with serving(folder=studio) as server, socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"POST /inbox HTTP/1.1\r\nHost: studio.example\r\nContent-Length: 2\r\n\r\n{")
        os.kill(server.pid, signal.SIGTERM)
        slow.settimeout(PATIENCE)
        slow.sendall(b"}")
        assert slow.recv(100).startswith(b"HTTP/1.1 4")
        assert server.wait() == 0


def test_an_old_link_stops_working_when_the_server_prints_a_new_one(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        old = server.setup_link
        server.end()
    with serving(folder=tmp_path) as server:
        assert server.get(old).status_code == 403
        assert server.get(server.setup_link).status_code == 200


def test_a_killed_server_leaves_nothing_that_hinders_the_next(studio: Path) -> None:
    with serving(folder=studio) as server:
        abandoned = studio / "fedirec-data/incoming/left-over"
        abandoned.mkdir(parents=True)
        (abandoned / "upload").write_bytes(b"half a film")
        os.utime(abandoned, (0, 0))
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    with serving(folder=studio) as server:
        assert server.get("/").status_code == 200
        assert not abandoned.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="limits on the size of files are set in the way of Linux")
def test_a_full_disk_is_said_and_the_next_start_goes_on_from_there(tmp_path: Path) -> None:
    told = refused("serve", "--port", str(free_port()), folder=tmp_path, most_bytes=200_000)
    assert "disk" in told

    with serving(folder=tmp_path) as server:
        assert server.get("/readyz").status_code == 200


def test_a_database_of_a_newer_version_is_left_alone(studio: Path) -> None:
    database = sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")
    with database:
        database.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('fedirec', '9000_later', '2030-01-01')"
        )
    database.close()
    for words in (["serve", "--port", str(free_port())], ["users", "list"]):
        assert refused(*words, folder=studio).startswith("This database belongs to a newer version of fedirec")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = refused("serve", folder=tmp_path, FEDIREC_DATA_DIR="file/below")
    assert told.startswith("The data folder file/below cannot be written: not a directory")

    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    tmp_path.chmod(0o755)
    user = NOBODY if os.geteuid() == 0 else None
    told = refused("serve", "--data-dir", str(locked), folder=Path("/"), user=user)
    assert told.startswith(f"The data folder {locked} cannot be written: permission denied")
    assert list(locked.iterdir()) == []


def test_what_makes_no_sense_is_refused_in_one_sentence(tmp_path: Path) -> None:
    assert refused("serve", "--origin", "http://a.example", folder=tmp_path).startswith(
        "origin: write it with https://"
    )
    assert "not an address of this machine" in refused("serve", "--host", "203.0.113.7", folder=tmp_path)
    assert refused("web", folder=tmp_path).startswith("fedirec web is for PostgreSQL")
    assert refused("worker", folder=tmp_path).startswith("fedirec worker is for PostgreSQL")
    assert "no instance in fedirec-data yet" in refused("users", "list", folder=tmp_path / "..")
    said = refused("serve", "--port", "many", folder=tmp_path, code=2)
    assert said.startswith("Invalid value for '--port': please write a whole number.")
