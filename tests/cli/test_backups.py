"""`fedirec backup` while serving, and `fedirec restore` into a folder from which the same instance serves again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import done, refused, serving
from tests.cli.conftest import ORIGIN, Place


def test_a_restored_instance_serves_what_was_there_when_the_backup_was_made(
    neighbours: tuple[Place, Place], tmp_path: Path
) -> None:
    studio, _ = neighbours
    (studio.folder / "fedirec.toml").write_text("development = true\n")
    with serving(folder=studio.folder, port=studio.port) as server:
        before = server.get("/c/stars", accept="application/activity+json")
        assert before.json()["name"] == "Stars"
        said = done("backup", str(tmp_path / "studio.tar.gz"), folder=studio.folder)
        assert said.startswith(f"{studio.origin} is backed up in")
        done("users", "create", "later", folder=studio.folder)
        assert "there already" in refused("backup", str(tmp_path / "studio.tar.gz"), folder=studio.folder)

    new = tmp_path / "new"
    new.mkdir()
    said = done("restore", str(tmp_path / "studio.tar.gz"), folder=new)
    assert said.startswith(f"{studio.origin} is restored to fedirec-data")
    assert (new / "fedirec-data/fedirec.toml").read_text() == "development = true\n"
    assert not (new / "fedirec.toml").exists()
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
