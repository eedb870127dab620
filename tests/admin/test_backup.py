"""A backup is whole or not there; a restore believes nothing and never leaves half of an instance."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fedirec import migrations
from fedirec.accounts.actions.setup import begin_setup, finish_setup
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.admin.archives import check_archive, write_archive
from fedirec.admin.backup import back_up, check_backup, restore
from fedirec.db import migrate, open_database
from fedirec.errors import Conflict, FedirecError, Invalid, Misconfigured, NotFound
from fedirec.media.models import Caption, Media, RemoteMedia, Rendition
from fedirec.settings import RESTORING, Settings
from fedirec.uris import new_key
from tests.databases import Databases

SOUND = b"a sound that somebody made" * 1000
POSTER = b"its picture" * 100
SMALL = b"made of it" * 100
WORDS = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"
FILES = ((SOUND, "flac"), (POSTER, "jpg"), (SMALL, "webp"), (WORDS, "vtt"))

Packed = list[tuple[str, bytes, bytes]]
"""The members of an archive: name, content, type."""


def path_of(content: bytes, extension: str) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}"


@asynccontextmanager
async def studio(settings: Settings) -> AsyncGenerator[None]:
    """An instance with an owner, a sound of theirs and a copy of somebody else's picture; its database is open."""
    settings.data_dir.mkdir(mode=0o700)
    await migrate(settings.database)
    async with open_database(settings.database):
        token = await begin_setup()
        await finish_setup(
            Keyring.open(settings.master_key_file),
            settings,
            token=token or "",
            origin="https://studio.example",
            asked_at="studio.example",
            title="Studio",
            name="ana",
            password="a long enough password",
        )
        ana = await Actor.get(local_handle="ana")
        for content, extension in FILES:
            path = path_of(content, extension)
            (settings.media_dir / path).parent.mkdir(parents=True)
            (settings.media_dir / path).write_bytes(content)
        media = await Media.create(
            key=new_key(),
            owner=ana,
            kind="audio",
            media_type="audio/flac",
            size=len(SOUND),
            sha256=hashlib.sha256(SOUND).hexdigest(),
            digest="z",
            path=path_of(SOUND, "flac"),
            poster_path=path_of(POSTER, "jpg"),
            file_name="sound.flac",
        )
        await Rendition.create(
            media=media, name="small", media_type="image/webp", path=path_of(SMALL, "webp"), size=len(SMALL)
        )
        await Caption.create(media=media, language="en", label="English", path=path_of(WORDS, "vtt"))
        (settings.media_dir / "cache").mkdir()
        (settings.media_dir / "cache/copy").write_bytes(b"of another instance")
        await RemoteMedia.create(url_digest="d", url="https://b.example/x", path="cache/copy")
        yield


@pytest.fixture
def settings(database_kind: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    url = "" if database_kind == "sqlite" else databases.new("postgres")
    return Settings.load({"data_dir": tmp_path / "data", "database_url": url})


@pytest.fixture
def elsewhere(database_kind: str, databases: Databases, tmp_path: Path) -> Settings:
    """Where nothing is yet."""
    folder = tmp_path / "new"
    folder.mkdir()
    return Settings.load(
        {"data_dir": folder, "database_url": "" if database_kind == "sqlite" else databases.empty("postgres")}
    )


@pytest.fixture
def sqlite_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings.load({"data_dir": tmp_path / "data"})


@pytest.fixture(scope="session")
async def good_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    settings = Settings.load({"data_dir": folder / "data"})
    async with studio(settings):
        await back_up(settings, folder / "studio.tar.gz")
    return folder / "studio.tar.gz"


@pytest.fixture
def archive(good_archive: Path, tmp_path: Path) -> Path:
    """A backup of the studio, to be spoilt."""
    return Path(shutil.copy(good_archive, tmp_path))


@pytest.fixture
def target(tmp_path: Path) -> Settings:
    folder = tmp_path / "new"
    folder.mkdir()
    return Settings.load({"data_dir": folder})


def unpacked(archive: Path) -> Packed:
    with tarfile.open(archive) as opened:
        return [(entry.name, opened.extractfile(entry).read(), entry.type) for entry in opened]  # type: ignore[union-attr]


def packed(archive: Path, members: Packed, *, link: str = "") -> None:
    with tarfile.open(archive, "w:gz") as opened:
        for name, content, kind in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, len(content), link
            opened.addfile(entry, io.BytesIO(content))


def with_manifest(members: Packed, **changes: Any) -> Packed:
    """The members with a manifest that agrees with them, except for `changes`."""
    *files, (name, text, kind) = members
    said = json.loads(text)
    said["members"] = {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} for file, content, _ in files
    }
    return [*files, (name, json.dumps(said | changes).encode(), kind)]


async def test_an_instance_comes_back_from_its_backup(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    Path("fedirec.toml").write_text('log_level = "info"\n')
    target = tmp_path / "studio.tar.gz"
    async with studio(settings):
        made = await back_up(settings, target)
    assert made.lost == []
    assert made.manifest.origin == "https://studio.example"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600

    checked = await check_backup(elsewhere, target)
    assert checked == made.manifest
    assert list(elsewhere.data_dir.iterdir()) == []

    await restore(elsewhere, target)

    async with open_database(elsewhere.database):
        site = Site()
        await site.load()
        assert site.origin == "https://studio.example"
        key_id, _ = await Keyring.open(elsewhere.master_key_file).key_of(site.actor_id, "rsa")
        assert key_id.startswith("https://studio.example/actor")
        assert (await Media.get()).path == path_of(SOUND, "flac")
    for content, extension in FILES:
        assert (elsewhere.media_dir / path_of(content, extension)).read_bytes() == content
    assert not (elsewhere.media_dir / "cache").exists()
    assert (elsewhere.data_dir / "fedirec.toml").read_text() == 'log_level = "info"\n'
    assert stat.S_IMODE(elsewhere.master_key_file.stat().st_mode) == 0o600
    assert not (elsewhere.data_dir / RESTORING).exists()


async def test_a_backup_says_what_it_holds(archive: Path) -> None:
    members = unpacked(archive)
    names = [name for name, _, _ in members]
    assert names == [
        "master.key",
        "database.sqlite3",
        *sorted(f"media/{path_of(content, extension)}" for content, extension in FILES),
        "manifest.json",
    ]
    said = json.loads(members[-1][1])
    assert said["members"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} for name, content, _ in members[:-1]
    }
    newest = max(path.stem for path in Path(migrations.__file__).parent.glob("0*.py"))
    assert (said["database"], said["migration"], said["origin"]) == ("sqlite", newest, "https://studio.example")


async def test_a_file_that_is_lost_is_named_and_hinders_nothing(sqlite_settings: Settings, tmp_path: Path) -> None:
    async with studio(sqlite_settings):
        (sqlite_settings.media_dir / path_of(POSTER, "jpg")).unlink()
        made = await back_up(sqlite_settings, tmp_path / "b.tar.gz")
    assert made.lost == [path_of(POSTER, "jpg")]
    assert f"media/{path_of(SOUND, 'flac')}" in made.manifest.members


async def test_a_backup_never_takes_the_place_of_another_file(sqlite_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("precious")
    async with studio(sqlite_settings):
        with pytest.raises(Conflict, match="there already"):
            await back_up(sqlite_settings, tmp_path / "b.tar.gz")
        with pytest.raises(NotFound, match="no folder"):
            await back_up(sqlite_settings, tmp_path / "nowhere/b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "precious"


async def test_a_backup_that_fails_leaves_no_file(archive: Path, tmp_path: Path) -> None:
    about = check_archive(archive)
    with pytest.raises(FileNotFoundError):
        write_archive(tmp_path / "c.tar.gz", [("master.key", tmp_path / "missing")], about=about)
    assert not [path.name for path in tmp_path.iterdir() if "c.tar.gz" in path.name]


async def test_what_a_killed_backup_left_is_written_over(sqlite_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".b.tar.gz.partial").write_bytes(b"half" * 100_000)
    async with studio(sqlite_settings):
        await back_up(sqlite_settings, tmp_path / "b.tar.gz")
    assert not (tmp_path / ".b.tar.gz.partial").exists()
    assert check_archive(tmp_path / "b.tar.gz").origin == "https://studio.example"


async def test_nothing_is_restored_over_an_instance(archive: Path, target: Settings) -> None:
    target.master_key_file.write_text("of an instance that lives here")
    with pytest.raises(Conflict, match="is not empty"):
        await restore(target, archive)
    assert target.master_key_file.read_text() == "of an instance that lives here"
    assert len(list(target.data_dir.iterdir())) == 1


async def test_a_restore_that_was_cut_off_is_begun_anew(archive: Path, target: Settings) -> None:
    (target.data_dir / RESTORING).mkdir()
    (target.data_dir / RESTORING / "database.sqlite3").write_bytes(b"half")
    target.master_key_file.write_text("of the first try")
    target.media_dir.mkdir()
    await restore(target, archive)
    assert Keyring.open(target.master_key_file)
    assert (target.media_dir / path_of(SOUND, "flac")).is_file()


def every_byte_of_a_member_changed(members: Packed) -> Packed:
    return [(name, bytes([content[0] ^ 1]) + content[1:], kind) for name, content, kind in members[:1]] + members[1:]


def media_changed(members: Packed) -> Packed:
    return [
        (name, content[:-1] + b"!" if name.startswith("media/") else content, kind) for name, content, kind in members
    ]


DAMAGES: dict[str, Callable[[Packed], Packed]] = {
    "the key is another one": every_byte_of_a_member_changed,
    "a file is another one": media_changed,
    "a file is missing": lambda members: members[:2] + members[3:],
    "the manifest is missing": lambda members: members[:-1],
    "the manifest is empty": lambda members: [*members[:-1], ("manifest.json", b"{}", tarfile.REGTYPE)],
    "the manifest is no object": lambda members: [*members[:-1], ("manifest.json", b"[1]", tarfile.REGTYPE)],
    "the manifest is not JSON": lambda members: [*members[:-1], ("manifest.json", b"\xff", tarfile.REGTYPE)],
    "the format is of the future": lambda members: with_manifest(members, format=2),
    "something is not in the manifest": lambda members: [("fedirec.toml", b"port = 1", tarfile.REGTYPE), *members],
    "a file is there twice": lambda members: [members[0], *members],
    "something follows the manifest": lambda members: [*members, ("fedirec.toml", b"", tarfile.REGTYPE)],
    "the database is missing": lambda members: with_manifest([members[0], *members[2:]]),
    "the key is missing": lambda members: with_manifest(members[1:]),
    "there is nothing at all": lambda members: [],
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_backup_is_refused_before_anything_is_written(
    archive: Path, target: Settings, damage: str
) -> None:
    packed(archive, DAMAGES[damage](unpacked(archive)))
    with pytest.raises(Invalid):
        await restore(target, archive)
    assert list(target.data_dir.iterdir()) == []


@pytest.mark.parametrize("cut", [0.01, 0.5, 0.9, 0.999])
async def test_a_backup_that_is_cut_off_is_refused(archive: Path, target: Settings, cut: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(Invalid):
        await restore(target, archive)
    assert list(target.data_dir.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"hello", gzip.compress(b"hello" * 1000, mtime=0), b"\x1f\x8b" + bytes(100)])
async def test_a_file_that_is_no_backup_is_refused(content: bytes, target: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Invalid, match=r"no backup of fedirec|cut off"):
        await restore(target, tmp_path / "file")
    with pytest.raises(NotFound):
        await restore(target, tmp_path / "missing")
    assert list(target.data_dir.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../master.key",
        "/etc/passwd",
        "media/../../evil.jpg",
        "media/ab/cd/../../../../evil.jpg",
        "./fedirec.toml",
        "media/ab/cd/" + "0" * 64 + ".jpg/../../x.jpg",
        "media/cache/ab/cd/" + "0" * 64 + ".jpg",
        "serve.lock",
        "fedirec.sqlite3",
        "media\\..\\evil",
        "master.key\n",
        "",
    ],
)
async def test_a_name_that_leads_elsewhere_is_refused(archive: Path, target: Settings, name: str) -> None:
    members = unpacked(archive)
    packed(archive, with_manifest([(name, b"evil", tarfile.REGTYPE), *members]))
    with pytest.raises(Invalid):
        await restore(target, archive)
    assert list(target.data_dir.iterdir()) == []
    assert not list(target.data_dir.parent.glob("**/evil*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
async def test_only_plain_files_are_read(archive: Path, target: Settings, kind: bytes) -> None:
    members = [member for member in unpacked(archive) if member[0] != "master.key"]
    packed(archive, [("master.key", b"", kind), *members], link="/etc/passwd")
    with pytest.raises(Invalid):
        await restore(target, archive)
    assert list(target.data_dir.iterdir()) == []


async def test_a_key_that_does_not_fit_the_database_is_found_in_time(archive: Path, target: Settings) -> None:
    members = [("master.key", b"00" * 32, tarfile.REGTYPE), *unpacked(archive)[1:]]
    packed(archive, with_manifest(members))
    for tried in (check_backup, restore):
        with pytest.raises(Misconfigured, match="master key does not fit"):
            await tried(target, archive)
    assert list(target.data_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"migration": "9000_later", "version": "9.9"}, "made by fedirec 9.9, which is newer"),
        ({"origin": "https://other.example"}, "this backup is of https://other.example"),
    ],
)
async def test_a_backup_that_does_not_fit_is_refused(
    archive: Path, target: Settings, changes: dict[str, str], told: str
) -> None:
    packed(archive, with_manifest(unpacked(archive), **changes))
    settings = Settings.load({"data_dir": target.data_dir, "origin": "https://studio.example"})
    with pytest.raises(Misconfigured, match=told):
        await restore(settings, archive)
    assert list(target.data_dir.iterdir()) == []


async def test_a_backup_goes_back_into_the_kind_of_database_it_came_from(
    archive: Path, target: Settings, databases: Databases, database_kind: str
) -> None:
    if database_kind == "sqlite":
        return
    settings = Settings.load({"data_dir": target.data_dir, "database_url": databases.empty("postgres")})
    with pytest.raises(Misconfigured, match="of a SQLite database"):
        await restore(settings, archive)
    occupied = Settings.load({"data_dir": target.data_dir, "database_url": databases.new("postgres")})
    with pytest.raises(FedirecError, match="PostgreSQL database is not empty"):
        await restore(occupied, archive)


async def test_a_restore_on_a_full_disk_leaves_nothing(
    archive: Path, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "sync", full)
    with pytest.raises(OSError, match="No space left"):
        await restore(target, archive)
    assert list(target.data_dir.iterdir()) == []
