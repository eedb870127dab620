"""An instance to measure in this process: its parts, an owner called olga, and a folder that goes when it goes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from fedirec.activitypub.models import Actor
from fedirec.app import State, create_app, running
from fedirec.cli.collector import calm_collector
from fedirec.db import migrate
from fedirec.settings import Settings
from tests.founding import PASSWORD, found_instance

ORIGIN = "https://bench.test"


@asynccontextmanager
async def open_world(
    folder: Path, *, database: str = "", transport: httpx.AsyncBaseTransport | None = None, **options: Any
) -> AsyncGenerator[State]:
    """The parts of an instance at ORIGIN, over an empty database."""
    settings = Settings(data_dir=folder, database_url=database, development=True, log_level="error", **options)
    folder.mkdir(parents=True, exist_ok=True)
    await migrate(settings.database)
    async with running(settings, transport=transport) as state:
        await found_instance(state, origin=ORIGIN, title="Bench")
        calm_collector()
        yield state


@contextmanager
def folder_for(name: str) -> Generator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"fedirec-bench-{name}-") as made:
        yield Path(made)


@asynccontextmanager
async def browser(state: State) -> AsyncGenerator[httpx.AsyncClient]:
    """A visitor whose requests go straight into the application."""
    app = create_app(state["settings"], state=state)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN, "accept": "text/html"}
    ) as client:
        yield client


@asynccontextmanager
async def browser_of_olga(state: State) -> AsyncGenerator[httpx.AsyncClient]:
    """The same, signed in."""
    async with browser(state) as client:
        answer = await client.post("/sign-in", data={"name": "olga", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


async def olga() -> Actor:
    return await Actor.get(local_handle="olga")


class Stopwatch:
    """How long something took: `wall` and `cpu` seconds, of this process with all its threads."""

    def __enter__(self) -> Stopwatch:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu
