"""A PostgreSQL server of the tests' own, on a loopback port, gone when they end, and who makes databases on it."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final

import asyncpg

from tests.ports import free_port

COPIES_FILES_SINCE: Final = (15, 0)
"""The version of PostgreSQL since which a database can be copied without writing all of it into the log as well."""


def find_binaries() -> Path | None:
    """The folder of PostgreSQL's programs, newest version first, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def running_postgres(binaries: Path) -> Iterator[str]:
    """Within it a server answers at the address given, for the user `postgres` without a password."""
    folder = Path(tempfile.mkdtemp(prefix="fedirec-postgres-"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = free_port()
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", f"port={port}"]
    settings += ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *(part for setting in settings for part in ("-c", setting))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    try:
        _wait_until_ready(binaries, port, server)
        yield f"postgres://postgres@127.0.0.1:{port}/"
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(binaries: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL ended at once")
        ready: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")


class Clerk:
    """Makes and drops databases on the server at `address`.

    It has a thread of its own, since whoever asks may have a loop already, and a connection for each of both, since
    connecting takes as long as the work.
    """

    def __init__(self, address: str) -> None:
        self._address = f"{address}postgres"
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._making, self._dropping = self._ask(self._connect()).result(), self._ask(self._connect()).result()
        copies_files = self._making.get_server_version()[:2] >= COPIES_FILES_SINCE
        self._how = "STRATEGY FILE_COPY" if copies_files else ""
        self._turn = asyncio.Lock()

    def close(self) -> None:
        for connection in (self._making, self._dropping):
            self._ask(connection.close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def create(self, name: str, *, template: str | None = None) -> None:
        """There is a database `name`: empty, or a copy of `template`, which nobody may have open."""
        like = f" TEMPLATE {template} {self._how}" if template else ""
        self._ask(self._making.execute(f"CREATE DATABASE {name}{like}")).result()

    def drop(self, name: str) -> Future[None]:
        """The database `name` will be gone, whoever has it open; nobody has to wait for it."""
        return self._ask(self._drop(name))

    async def _connect(self) -> Any:
        return await asyncpg.connect(self._address)

    async def _drop(self, name: str) -> None:
        async with self._turn:
            await self._dropping.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _ask(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)
