"""Fresh, migrated databases for tests: made once for each kind, then copied."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread

from tortoise.apps import Apps

from fedirec.db import migrate
from tests.postgres import Clerk, find_binaries, running_postgres

_numbers = itertools.count()


class Databases:
    """Gives out addresses of empty databases with the current schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sqlite: Path | None = None
        self._postgres: str | None = os.environ.get("FEDIREC_TEST_POSTGRES")
        self._template: str | None = None
        self._server: AbstractContextManager[str] | None = None
        self._clerk: Clerk | None = None
        self._dropping: list[Future[None]] = []
        self.set_up: dict[tuple[str, str], tuple[str, Path]] = {}
        """Databases and folders of instances that are set up, by kind and host: to be copied, not used."""

    def close(self) -> None:
        try:
            for dropped in self._dropping:
                dropped.result()
        finally:
            if self._clerk:
                self._clerk.close()
            self._end_postgres()

    def _end_postgres(self) -> None:
        if self._server:
            self._server.__exit__(None, None, None)

    def new(self, kind: str) -> str:
        """The address of a fresh database of `kind`, sqlite or postgres."""
        return self._new_sqlite() if kind == "sqlite" else self._new_postgres()

    def copy(self, address: str) -> str:
        """The address of a copy of the database at `address`, which nobody may have open."""
        if address.startswith("sqlite"):
            copy = self._new_file()
            shutil.copy(address.partition("://")[2], copy)
            return f"sqlite://{copy}"
        name = f"fedirec_test_{os.getpid()}_{next(_numbers)}"
        self._start_postgres().create(name, template=address.rpartition("/")[2])
        return f"{self._postgres}{name}"

    def drop(self, address: str) -> None:
        """The database at `address` is gone, or will be soon, whoever has it open."""
        if address.startswith("sqlite"):
            shutil.rmtree(Path(address.partition("://")[2]).parent, ignore_errors=True)
        else:
            self._dropping.append(self._start_postgres().drop(address.rpartition("/")[2]))

    def empty(self, kind: str) -> str:
        """The address of a database of `kind` without a single table."""
        if kind == "sqlite":
            return f"sqlite://{self._new_file()}"
        clerk, name = self._start_postgres(), f"fedirec_test_{os.getpid()}_{next(_numbers)}"
        clerk.create(name)
        return f"{self._postgres}{name}"

    def _new_file(self) -> Path:
        """Where a database can be, in a folder of its own: `fedirec serve` is alone in the folder of its database."""
        folder = self.folder / str(next(_numbers))
        folder.mkdir()
        return folder / "fedirec.sqlite3"

    def _new_sqlite(self) -> str:
        if self._sqlite is None:
            self._sqlite = self._new_file()
            _elsewhere(migrate(f"sqlite://{self._sqlite}"))
        return self.copy(f"sqlite://{self._sqlite}")

    def _start_postgres(self) -> Clerk:
        if self._postgres is None:
            binaries = find_binaries()
            assert binaries is not None
            self._server = running_postgres(binaries)
            self._postgres = self._server.__enter__()
        if self._clerk is None:
            self._clerk = Clerk(self._postgres)
        return self._clerk

    def _new_postgres(self) -> str:
        clerk = self._start_postgres()
        if self._template is None:
            self._template = f"fedirec_test_{os.getpid()}_template"
            clerk.create(self._template)
            _elsewhere(migrate(f"{self._postgres}{self._template}"))
        return self.copy(f"{self._postgres}{self._template}")


def learn_models_once() -> None:
    """What Tortoise works out about every model for a kind of database is kept until the other kind is opened.

    A server does it once, when it starts; tests open thousands of databases, and it is half of what each one takes.
    """
    work_out = Apps._build_initial_querysets
    known: list[object] = []

    def work_out_unless_known(apps: Apps) -> None:
        models = [model for app in apps.values() for model in app.values()]
        asked = [*models, *(type(model._meta.db) for model in models)]
        if asked != known:
            work_out(apps)
            known[:] = asked

    Apps._build_initial_querysets = work_out_unless_known  # type: ignore[assignment]


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
