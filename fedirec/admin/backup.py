"""Everything that an instance cannot do without, in one file, and an instance from such a file.

That is the database, the files that its people gave, the master key and `fedirec.toml`. Copies of other instances'
media are left out: they can be had again. So is `payees.key`: whoever finds a backup learns nobody's account number.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from anyio import to_thread

from fedirec import __version__
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.site import Site
from fedirec.admin.archives import (
    CONFIG,
    DATABASES,
    MASTER_KEY,
    Kind,
    Manifest,
    check_archive,
    unpack_archive,
    write_archive,
)
from fedirec.admin.dumps import dump_postgres, load_postgres
from fedirec.clock import now
from fedirec.db import execute, fetch_rows, on_postgres, open_database
from fedirec.db.schema import applied_migrations, known_migrations, missing_migrations
from fedirec.errors import Conflict, Invalid, Misconfigured, NotFound
from fedirec.media.models import Media
from fedirec.media.queries import paths_of
from fedirec.media.store import DiskStore
from fedirec.settings import CONFIG_FILE, RESTORING, Settings

PAYEES_KEY: Final = "payees.key"
"""In no backup. Where it lies in the folder already, what is restored opens with it."""
PAYING: Final = "0012_money"
"""The migration with which payments came."""
_HARMLESS: Final = frozenset({"serve.lock", "lost+found", PAYEES_KEY})
_NAMES: Final = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was backed up."""

    manifest: Manifest
    lost: list[str]
    """The first paths of files that the database names and the media folder does not have."""


async def back_up(settings: Settings, target: Path) -> Backup:
    """There is a new file `target` from which the instance can be restored: whole, or not at all.

    The database has to be open. The instance may go on serving: nobody adds or removes files while the moment is held,
    and what is in the database at that moment is what is kept. Raises Conflict when there is such a file, Misconfigured
    when PostgreSQL's programs do not manage it, Busy on a full disk.
    """
    _refuse_useless(settings, target)
    site = Site()
    await site.load()
    kind: Kind = "postgres" if on_postgres() else "sqlite"
    about = Manifest(
        version=__version__,
        database=kind,
        migration=(await applied_migrations())[-1],
        origin=site.origin if site.is_set_up else None,
        made_at=now(),
    )
    store = DiskStore(settings.media_dir, incoming=settings.data_dir / "incoming")
    async with store.workbench() as folder:
        database = folder / DATABASES[kind]
        async with store.holding():
            if kind == "sqlite":
                await execute("VACUUM INTO ?", str(database))
            else:
                await dump_postgres(settings.database, to=database)
            lost = await _hold_files(settings.media_dir, folder / "media")
        manifest = await to_thread.run_sync(
            lambda: write_archive(target, _files(settings, folder, database), about=about)
        )
    return Backup(manifest=manifest, lost=lost)


async def check_backup(settings: Settings, source: Path) -> Manifest:
    """From `source` the instance could be made again where `settings` say, and this is what it holds.

    Every checksum is compared. A SQLite database is unpacked beside the data folder, looked through and opened with its
    key; a dump of PostgreSQL shows only when it is restored whether it can be. Raises as `restore` does.
    """
    manifest = await to_thread.run_sync(check_archive, source)
    _refuse_unfitting(settings, manifest)
    if manifest.database == "sqlite":
        packed = (MASTER_KEY, DATABASES["sqlite"])
        with TemporaryDirectory(prefix="fedirec-check-", ignore_cleanup_errors=True) as place:
            folder = Path(place)
            await to_thread.run_sync(lambda: unpack_archive(source, folder, manifest=manifest, only=packed))
            await _check_keys(f"sqlite://{folder / DATABASES['sqlite']}", folder / MASTER_KEY)
    return manifest


async def restore(settings: Settings, source: Path) -> Manifest:
    """The instance that was backed up in `source` is where `settings` say.

    Nobody is paid from there before a treasurer has compared. Nothing is written before all of `source` was checked. A
    restore that is cut off leaves a mark: nothing serves from
    there, and the next one begins anew. Raises Conflict when something is there already, Invalid when `source` is
    damaged or no backup, Misconfigured when it does not fit this version or these settings.
    """
    await _refuse_occupied(settings)
    manifest = await to_thread.run_sync(check_archive, source)
    _refuse_unfitting(settings, manifest)
    folder = settings.data_dir
    staging = folder / RESTORING
    _clear(settings)
    staging.mkdir(mode=0o700)
    try:
        await to_thread.run_sync(lambda: unpack_archive(source, staging, manifest=manifest))
        packed = staging / DATABASES[manifest.database]
        if manifest.database == "postgres":
            await load_postgres(settings.database, dump=packed)
            await _check_keys(settings.database, staging / MASTER_KEY)
            await _stop_payouts(settings.database, manifest)
            packed.unlink()
        else:
            await _check_keys(f"sqlite://{packed}", staging / MASTER_KEY)
            await _stop_payouts(f"sqlite://{packed}", manifest)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _settle(settings, staging, manifest)
    return manifest


def _refuse_useless(settings: Settings, target: Path) -> None:
    """What would fail at the end is said at the beginning."""
    if target.exists():
        raise Conflict(f"{target} is there already; choose another name")
    if not target.absolute().parent.is_dir():
        raise NotFound(f"there is no folder {target.absolute().parent}")
    if not settings.master_key_file.is_file():
        raise NotFound(f"there is no instance in {settings.data_dir}: it has no {MASTER_KEY}")


async def _hold_files(media: Path, folder: Path) -> list[str]:
    """The files of our people are in `folder` too, and stay there when they are deleted; the first that are lost."""
    lost: list[str] = []
    async for path in _paths():
        held = folder / path
        held.parent.mkdir(parents=True, exist_ok=True)
        try:
            _link(media / path, held)
        except FileNotFoundError:
            if len(lost) < _PAGE:
                lost.append(path)
    return lost


async def _paths() -> AsyncIterator[str]:
    last = 0
    while rows := await Media.filter(id__gt=last).order_by("id").limit(_PAGE):
        for path in await paths_of(rows):
            yield path
        last = rows[-1].id


def _link(source: Path, target: Path) -> None:
    """The same file under another name, or a copy where the disk knows no such thing."""
    try:
        os.link(source, target)
    except FileExistsError:
        return  # two uploads of one content
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _files(settings: Settings, folder: Path, database: Path) -> Iterator[tuple[str, Path]]:
    yield MASTER_KEY, settings.master_key_file
    if Path(CONFIG_FILE).is_file():
        yield CONFIG, Path(CONFIG_FILE)
    yield database.name, database
    for path in sorted((folder / "media").rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


async def _refuse_occupied(settings: Settings) -> None:
    folder = settings.data_dir
    if not (folder / RESTORING).is_dir():
        there = sorted(entry.name for entry in folder.iterdir() if entry.name not in _HARMLESS)
        if there:
            raise Conflict(
                f"{folder} is not empty (it holds {there[0]}); restore into a new folder with --data-dir, "
                "or move this one away first"
            )
        if settings.on_sqlite and _database_file(settings).exists():
            raise Conflict(f"{_database_file(settings)} is there already; move it away first")
    if settings.on_sqlite:
        return
    async with open_database(settings.database):
        tables = await fetch_rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() LIMIT 1"
        )
    if tables:
        raise Conflict("the PostgreSQL database is not empty; make a new one with createdb and restore into that")


def _refuse_unfitting(settings: Settings, manifest: Manifest) -> None:
    ours = "sqlite" if settings.on_sqlite else "postgres"
    if manifest.database != ours:
        raise Misconfigured(
            f"this backup is of a {_NAMES[manifest.database]} database, and the settings say {_NAMES[ours]}; "
            "restore it into the kind it came from"
        )
    if manifest.migration not in known_migrations():
        raise Misconfigured(
            f"this backup was made by fedirec {manifest.version}, which is newer than this one ({__version__}); "
            "install that version first"
        )
    if settings.origin and manifest.origin and settings.origin != manifest.origin:
        raise Misconfigured(
            f"this backup is of {manifest.origin}, and the settings say {settings.origin}; an instance keeps its origin"
        )


async def _check_keys(database: str, master_key: Path) -> None:
    """The database opens, belongs to this version or an older one, and the master key opens what it sealed."""
    async with open_database(database):
        if not on_postgres() and (await fetch_rows("PRAGMA quick_check"))[0]["quick_check"] != "ok":
            raise Invalid("the database in this backup is damaged; take an older one")
        if await missing_migrations():
            return  # the models do not fit an older schema; the server brings it up to date when it starts
        site = Site()
        await site.load()
        if site.is_set_up:
            await Keyring.open(master_key).key_of(site.actor_id, "rsa")


async def _stop_payouts(database: str, manifest: Manifest) -> None:
    """Nobody is paid from there until a treasurer has compared: what was paid since the backup is not in its books."""
    async with open_database(database):
        if PAYING not in await applied_migrations():
            return  # nobody could be paid yet, and nobody is owed anything
        await execute("INSERT INTO payout_stop (since, made_at) VALUES (?, ?)", manifest.made_at, now())
        if not on_postgres():
            await fetch_rows("PRAGMA wal_checkpoint(TRUNCATE)")


def _clear(settings: Settings) -> None:
    """What a restore left that was cut off is gone; its mark says that all of it came from there."""
    staging = settings.data_dir / RESTORING
    if not staging.is_dir():
        return
    for entry in settings.data_dir.iterdir():
        if entry.name in _HARMLESS or entry == staging:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    shutil.rmtree(staging)


def _settle(settings: Settings, staging: Path, manifest: Manifest) -> None:
    """What was unpacked is where it belongs, the database last; only then is the mark gone."""
    if manifest.database == "sqlite":
        for left in staging.glob(f"{DATABASES['sqlite']}-*"):
            left.unlink()
    packed = staging / DATABASES["sqlite"]
    for entry in sorted(staging.iterdir()):
        if entry != packed:
            entry.replace(settings.data_dir / entry.name)
    if packed.exists():
        shutil.move(packed, _database_file(settings))
    os.sync()
    staging.rmdir()


def _database_file(settings: Settings) -> Path:
    return Path(settings.database.partition("://")[2])
