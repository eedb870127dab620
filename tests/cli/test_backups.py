"""`fedirec backup` while serving, and `fedirec restore` into a folder from which the same instance serves again."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from fedirec.settings import RESTORING
from tests.cli.command import done, fedirec, killed, refused, serving
from tests.cli.conftest import ORIGIN, Place


def test_a_restored_instance_serves_what_was_there_when_the_backup_was_made(
    neighbours: tuple[Place, Place], tmp_path: Path
) -> None:
    studio, _ = neighbours
    (studio.folder / "fedirec.toml").write_text("development = true\n")
    with serving(folder=studio.folder, port=studio.port) as server:
        before = server.get("/c/stars", accept="application/activity+json")
        assert before.json()["name"] == "Stars"
        (studio.folder / "fedirec-data/payees.key").write_text("00" * 32)
        made = fedirec("backup", str(tmp_path / "studio.tar.gz"), folder=studio.folder)
        assert made.out.startswith(f"{studio.origin} is backed up in")
        assert "payees.key, which opens how people are paid, is not in it" in made.err
        done("users", "create", "later", folder=studio.folder)
        assert "there already" in refused("backup", str(tmp_path / "studio.tar.gz"), folder=studio.folder)

    new = tmp_path / "new"
    new.mkdir()
    said = done("restore", str(tmp_path / "studio.tar.gz"), folder=new)
    assert said.startswith(f"{studio.origin} is restored to fedirec-data")
    assert (new / "fedirec-data/fedirec.toml").read_text() == "development = true\n"
    assert not (new / "fedirec.toml").exists()
    assert not (new / "fedirec-data/payees.key").exists()
    (new / "fedirec-data/fedirec.toml").rename(new / "fedirec.toml")
    with serving(folder=new, port=studio.port) as server:
        assert server.get("/c/stars", accept="application/activity+json").json() == before.json()
        assert server.get("/u/ana").status_code == 200
        assert server.get("/u/later").status_code == 404
        assert "A song" in server.get("/u/ana").text
    assert "is not empty" in refused("restore", str(tmp_path / "studio.tar.gz"), folder=new)


def test_a_backup_on_a_full_disk_leaves_no_file(studio: Path, tmp_path: Path) -> None:
    told = refused("backup", str(tmp_path / "b.tar.gz"), folder=studio, most_bytes=100_000)
    assert "disk" in told or "space" in told
    assert not [path for path in tmp_path.iterdir() if "b.tar.gz" in path.name]
    assert list((studio / "fedirec-data/incoming").glob("*/*")) == []
    assert ORIGIN in done("backup", str(tmp_path / "b.tar.gz"), folder=studio)


def test_nothing_is_restored_under_a_running_server(studio: Path, tmp_path: Path) -> None:
    done("backup", str(tmp_path / "b.tar.gz"), folder=studio)
    with serving(folder=studio) as server:
        assert f"process {server.pid}" in refused("restore", str(tmp_path / "b.tar.gz"), folder=studio)
    assert "is not empty" in refused("restore", str(tmp_path / "b.tar.gz"), folder=studio)
    assert "cannot be opened" in refused("restore", str(tmp_path / "none.tar.gz"), "--data-dir", "x", folder=tmp_path)


def test_there_is_nothing_to_back_up_before_there_is_an_instance(tmp_path: Path) -> None:
    assert "no instance" in refused("backup", "b.tar.gz", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_and_a_restore_that_are_killed_leave_nothing_that_looks_whole(studio: Path, tmp_path: Path) -> None:
    keep_a_large_sound(studio)
    target, begun = tmp_path / "b.tar.gz", tmp_path / ".b.tar.gz.partial"
    killed("backup", str(target), folder=studio, when=lambda: begun.exists() and begun.stat().st_size > 0)
    assert not target.exists()
    assert "no backup of fedirec" in refused("restore", str(begun), "--dry-run", folder=tmp_path)

    done("backup", str(target), folder=studio)
    assert not begun.exists()
    assert "with 1 files of its people" in done("restore", str(target), "--dry-run", folder=studio)

    new = tmp_path / "new"
    new.mkdir()
    mark = new / "fedirec-data" / RESTORING
    killed("restore", str(target), folder=new, when=mark.is_dir)
    assert "was cut off" in refused("serve", folder=new)
    done("restore", str(target), folder=new)
    assert not mark.exists()
    assert "ana" in done("users", "list", folder=new)


def keep_a_large_sound(studio: Path) -> None:
    """The instance has a file that takes a while to pack."""
    content = random.Random(1).randbytes(24_000_000)  # noqa: S311
    digest = hashlib.sha256(content).hexdigest()
    path = f"{digest[:2]}/{digest[2:4]}/{digest}.flac"
    file = studio / "fedirec-data/media" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    with closing(sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")) as database:
        database.execute(
            """
            INSERT INTO media (key, owner_id, kind, media_type, size, sha256, digest, path, file_name, created_at)
            SELECT 'k', id, 'audio', 'audio/flac', ?, ?, 'z', ?, 's.flac', created_at FROM actor WHERE handle = 'ana'
            """,
            (len(content), digest, path),
        )
        database.commit()


def test_whether_a_backup_is_good_is_said_without_touching_anything(studio: Path, tmp_path: Path) -> None:
    done("backup", str(tmp_path / "b.tar.gz"), folder=studio)
    with serving(folder=studio):
        said = done("restore", str(tmp_path / "b.tar.gz"), "--dry-run", folder=studio)
    assert said.startswith(f"{tmp_path}/b.tar.gz is whole: {ORIGIN} as it was on")
    empty = tmp_path / "empty"
    empty.mkdir()
    done("restore", str(tmp_path / "b.tar.gz"), "--dry-run", folder=empty)
    assert list(empty.iterdir()) == []
    spoilt = bytearray((tmp_path / "b.tar.gz").read_bytes())
    # A single bit may only say that the same zeros are copied from elsewhere: then nothing is damaged.
    middle = len(spoilt) // 2
    spoilt[middle : middle + 16] = (byte ^ 255 for byte in spoilt[middle : middle + 16])
    (tmp_path / "spoilt.tar.gz").write_bytes(spoilt)
    assert "damaged" in refused("restore", str(tmp_path / "spoilt.tar.gz"), "--dry-run", folder=studio)
    assert "cannot be opened" in refused("restore", "none.tar.gz", "--dry-run", folder=studio)
