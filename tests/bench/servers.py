"""The server that is measured: a fresh instance in a folder of its own, and a real process that serves it."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from urllib.request import urlopen

from fedirec.accounts.actions.joining import save_member
from fedirec.accounts.passwords import hash_password
from fedirec.accounts.permissions import Role
from fedirec.activitypub.actors import new_keys
from fedirec.activitypub.models import Actor
from fedirec.app import State, running
from fedirec.db import migrate, transaction
from fedirec.settings import Settings, environment_without_settings
from tests.founding import PASSWORD, found_instance
from tests.ports import free_port

START_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process has used since it started."""

    cpu: float
    """Seconds, in user and in kernel mode, of all its threads."""
    peak_rss: float
    """MB."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running `fedirec serve`."""

    process: subprocess.Popen[bytes]
    settings: Settings
    started_in: float
    """Seconds from the start of the process to its first answer."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def usage(self) -> Usage:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return Usage(cpu=(int(fields[11]) + int(fields[12])) / TICKS, peak_rss=self._status("VmHWM"))

    def rss(self) -> float:
        """MB that the process holds now."""
        return self._status("VmRSS")

    def _status(self, name: str) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
        return int(found[1]) / 1000 if found else 0.0


def allow_many_files() -> None:
    """This process, and those that it starts, may have as many open files as the system lets them."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def new_settings(folder: Path, *, database: str = "") -> Settings:
    """The settings of an instance in `folder` that federates on this machine only."""
    folder.mkdir(parents=True, exist_ok=True)
    flags = {"data_dir": folder, "database_url": database, "development": True, "port": free_port()}
    return Settings.load(flags)


@asynccontextmanager
async def fresh_instance(settings: Settings) -> AsyncGenerator[tuple[State, Actor]]:
    """Within it the parts of a new instance are there, without a server, and its member ana."""
    await migrate(settings.database)
    async with running(settings, everywhere=False) as state:
        await found_instance(state, origin=f"http://127.0.0.1:{settings.port}", title="Bench")
        keys, hashed = await new_keys(), await hash_password(PASSWORD)
        async with transaction():
            account = await save_member(
                state["site"].uris, state["keyring"], keys, handle="ana", hashed=hashed, role=Role.MEMBER
            )
        yield state, await Actor.get(id=account.actor_id)


@contextmanager
def serving(settings: Settings, *, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Within it the instance is served by a process of its own, which has answered once."""
    command = [sys.executable, "-m", "fedirec", "serve", "--data-dir", str(settings.data_dir)]
    command += ["--database-url", settings.database, "--port", str(settings.port), "--development"]
    log = settings.data_dir / "server.log"
    with log.open("wb") as opened:
        began = perf_counter()
        process = subprocess.Popen(
            command,
            env=environment_without_settings() | (environment or {}),
            cwd=settings.data_dir,
            stdout=opened,
            stderr=opened,
        )
        try:
            _await_answer(process, settings, log)
            yield Server(process, settings, perf_counter() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_answer(process: subprocess.Popen[bytes], settings: Settings, log: Path) -> None:
    end = perf_counter() + START_SECONDS
    while perf_counter() < end:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"http://127.0.0.1:{settings.port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            sleep(0.02)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}")
