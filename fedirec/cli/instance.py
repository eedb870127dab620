"""The instance that a command is about: its folder, its database, its origin."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fedirec import clock
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.keyring import Keyring, draft_of
from fedirec.activitypub.site import Site
from fedirec.db import fetch_rows, open_database
from fedirec.db.schema import missing_migrations
from fedirec.errors import Conflict, Misconfigured, NotFound
from fedirec.settings import RESTORING, Settings

OPERATOR: Final = Operator("command line")
"""Who the audit log says it was."""
LOCK: Final = "serve.lock"


def make_folder(settings: Settings, *, restoring: bool = False) -> None:
    """The data folder is there, for this user only, and can be written. Raises Misconfigured.

    One in which a restore was cut off is refused, except to another restore.
    """
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"fedirec")
    except OSError as error:
        raise Misconfigured(
            f"the data folder {folder} cannot be written: {(error.strerror or str(error)).lower()}; "
            "choose another one with --data-dir or FEDIREC_DATA_DIR"
        ) from error
    if (folder / RESTORING).exists() and not restoring:
        raise Misconfigured(f"a restore into {folder} was cut off; do it again: fedirec restore FILE")


def check_driver(settings: Settings) -> None:
    """What the kind of database needs is installed."""
    if not settings.on_sqlite and find_spec("asyncpg") is None:
        raise Misconfigured("PostgreSQL needs one more package; type: pip install 'fedirec[postgres]'")


def database_file(settings: Settings) -> Path:
    """The file of a SQLite database."""
    return Path(settings.database.partition("://")[2])


def refuse_nothing(settings: Settings) -> None:
    """Raises NotFound where the file of the SQLite database is not there."""
    if settings.on_sqlite and not database_file(settings).is_file():
        raise NotFound(
            f"there is no instance in {settings.data_dir} yet; start one with: fedirec serve "
            "(or say where it is with --data-dir)"
        )


@contextmanager
def serving_alone(settings: Settings) -> Generator[None]:
    """Within it no other process serves from this SQLite database or this data folder. Raises Conflict.

    The lock goes with the process, however that ends.
    """
    with ExitStack() as held:
        for folder in {settings.data_dir.resolve(), database_file(settings).parent.resolve()}:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
                who = f" (process {holder})" if holder.isdigit() else ""
                raise Conflict(
                    f"another fedirec serve{who} is running from {folder}; with SQLite there can be only one, "
                    "stop it first or choose another --data-dir"
                ) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield


async def refuse_others() -> None:
    """Nothing else is connected to this PostgreSQL database, which is open. Raises Conflict.

    Whoever serves or works keeps a connection, so that what it has in memory is never behind what a command changes.
    """
    older = await fetch_rows(
        """
        SELECT 1 AS one FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend'
           AND backend_start < (SELECT mine.backend_start FROM pg_stat_activity AS mine
                                 WHERE mine.pid = pg_backend_pid()) LIMIT 1
        """
    )
    if older:
        raise Conflict("something else is connected to this database; stop every fedirec serve, web and worker first")


async def open_keyring(settings: Settings, site: Site) -> Keyring:
    """The keyring of an instance that is set up, checked as `check_keyring` does."""
    keyring = Keyring.open(settings.master_key_file)
    await check_keyring(settings, site, keyring)
    return keyring


async def check_keyring(settings: Settings, site: Site, keyring: Keyring) -> None:
    """The keys in the database open with the master key, so that nothing is sealed which nobody could ever open again.

    Raises Misconfigured for one that belongs to another instance, or is new because the right one was missing.
    """
    try:
        await keyring.key_of(site.actor_id, "rsa")
    except Misconfigured as error:
        if draft_of(settings.master_key_file).exists():
            raise Misconfigured("renewing the keys was cut off; do it again: fedirec keys renew") from error
        raise


@asynccontextmanager
async def existing_database(settings: Settings) -> AsyncGenerator[None]:
    """Within it the database is open, and has the schema of this version."""
    check_driver(settings)
    if settings.development:
        clock.shift_seconds(settings.clock_offset)
    refuse_nothing(settings)
    async with open_database(settings.database):
        if missing := await missing_migrations():
            raise Misconfigured(f"this database lacks {missing[-1]}; bring it up to date with: fedirec migrate")
        yield


@asynccontextmanager
async def existing_instance(settings: Settings) -> AsyncGenerator[Site]:
    """Within it the database of an instance that is set up is open."""
    async with existing_database(settings):
        site = Site()
        await site.load()
        if not site.is_set_up:
            raise Misconfigured("this instance is not set up yet; start fedirec serve and open the link that it prints")
        yield site
