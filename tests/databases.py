"""Fresh, migrated databases for tests: made once for each kind, then copied."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread

import asyncpg

from fedirec.db import migrate
from tests.postgres import find_binaries, running_postgres

_numbers = itertools.count()


class Databases:
    """Gives out addresses of empty databases with the current schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sqlite: Path | None = None
        self._postgres: str | None = os.environ.get("FEDIREC_TEST_POSTGRES")
        self._template: str | None = None
        self._server: AbstractContextManager[str] | None = None
        self.set_up: dict[tuple[str, str], tuple[str, Path]] = {}
        """Databases and folders of instances that are set up, by kind and host: to be copied, not used."""

    def close(self) -> None:
        if self._server:
            self._server.__exit__(None, None, None)

    def new(self, kind: str) -> str:
        """The address of a fresh database of `kind`, sqlite or postgres."""
        return self._new_sqlite() if kind == "sqlite" else self._new_postgres()

    def copy(self, address: str) -> str:
        """The address of a copy of the database at `address`, which nobody may have open."""
        if address.startswith("sqlite"):
            copy = self.folder / f"{next(_numbers)}.sqlite3"
            shutil.copy(address.partition("://")[2], copy)
            return f"sqlite://{copy}"
        name = f"fedirec_test_{os.getpid()}_{next(_numbers)}"
        _elsewhere(self._command(f"CREATE DATABASE {name} TEMPLATE {address.rpartition('/')[2]}"))
        return f"{self._postgres}{name}"

    def drop(self, address: str) -> None:
        """The database at `address` is gone, whoever has it open."""
        if address.startswith("sqlite"):
            Path(address.partition("://")[2]).unlink(missing_ok=True)
        else:
            name = address.rpartition("/")[2]
            _elsewhere(self._command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def empty(self, kind: str) -> str:
        """The address of a database of `kind` without a single table."""
        if kind == "sqlite":
            return f"sqlite://{self.folder}/{next(_numbers)}.sqlite3"
        self._start_postgres()
        name = f"fedirec_test_{os.getpid()}_{next(_numbers)}"
        _elsewhere(self._command(f"CREATE DATABASE {name}"))
        return f"{self._postgres}{name}"

    def _new_sqlite(self) -> str:
        if self._sqlite is None:
            self._sqlite = self.folder / "template.sqlite3"
            _elsewhere(migrate(f"sqlite://{self._sqlite}"))
        return self.copy(f"sqlite://{self._sqlite}")

    def _start_postgres(self) -> None:
        if self._postgres is None:
            binaries = find_binaries()
            assert binaries is not None
            self._server = running_postgres(binaries)
            self._postgres = self._server.__enter__()

    def _new_postgres(self) -> str:
        self._start_postgres()
        prefix = f"fedirec_test_{os.getpid()}"
        if self._template is None:
            self._template = f"{prefix}_template"
            _elsewhere(self._command(f"CREATE DATABASE {self._template}"))
            _elsewhere(migrate(f"{self._postgres}{self._template}"))
        return self.copy(f"{self._postgres}{self._template}")

    async def _command(self, sql: str) -> None:
        connection = await asyncpg.connect(f"{self._postgres}postgres")
        await connection.execute(sql)
        await connection.close()


def why_no_postgres() -> str | None:
    """Why PostgreSQL cannot be tested here, or None if it can."""
    if os.environ.get("FEDIREC_TEST_POSTGRES") or find_binaries():
        return None
    return "PostgreSQL is not installed here; the tests start their own once it is (Debian: apt install postgresql)"


def _elsewhere(work: object) -> None:
    """Run a coroutine to its end in a thread of its own, since this one may have a loop already."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)  # type: ignore[arg-type]
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
