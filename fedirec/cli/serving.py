"""`fedirec serve`, and its two halves for PostgreSQL: `fedirec web` and `fedirec worker`."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Final

import uvicorn
from anyio import to_thread

from fedirec.accounts.actions.setup import begin_setup
from fedirec.accounts.archives import FOLDER
from fedirec.app import State, create_app, running
from fedirec.cli.collector import calm_collector
from fedirec.cli.connections import Connection
from fedirec.cli.flags import ALL, run_to_end, with_settings
from fedirec.cli.instance import check_driver, check_keyring, make_folder, serving_alone
from fedirec.cli.sockets import listen, shown_address
from fedirec.cli.terminal import note, say, warn
from fedirec.db.schema import upgrade
from fedirec.errors import FedirecError, Misconfigured
from fedirec.media.confine import confinement
from fedirec.settings import Settings
from fedirec.worker.running import work

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 5
"""How long requests that are under way, and then jobs, may take to end when the process is told to."""
IDLE_SECONDS: Final = 75
"""How long an idle connection is kept: longer than reverse proxies keep theirs, so that none is closed in mid-use."""

_WITHOUT_LISTENING: Final = tuple(name for name in ALL if name not in ("host", "port", "trusted_proxies"))


@with_settings(*ALL)
def serve(settings: Settings) -> None:
    """Run the whole instance in this process: pages, federation and background work."""
    _serve(settings, works=True)


@with_settings(*ALL)
def web(settings: Settings) -> None:
    """Answer requests only; `fedirec worker` does the rest. For PostgreSQL, in as many processes as you like."""
    _refuse_sqlite(settings, "web")
    _serve(settings, works=False)


@with_settings(*_WITHOUT_LISTENING)
def worker(settings: Settings) -> None:
    """Do the background work only. For PostgreSQL, in as many processes as you like."""
    _refuse_sqlite(settings, "worker")
    _end_on_signals()
    make_folder(settings)
    check_driver(settings)
    run_to_end(_work_until_told(settings))


def _serve(settings: Settings, *, works: bool) -> None:
    _end_on_signals()
    make_folder(settings)
    check_driver(settings)
    alone = serving_alone(settings) if settings.on_sqlite else nullcontext()
    with alone, listen(settings.host, settings.port) as taken:
        run_to_end(_run(settings, taken, works=works))


async def _run(settings: Settings, taken: socket.socket, *, works: bool) -> None:
    await _migrate(settings)
    async with running(settings) as state:
        if state["site"].is_set_up:
            await check_keyring(settings, state["site"], state["keyring"])
        secret = None if state["site"].is_set_up else await begin_setup()
        stop = asyncio.Event()
        server = _Server(
            uvicorn.Config(
                create_app(settings, state=state),
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            ),
            announce=lambda: _announce(settings, state, secret),
        )
        calm_collector()
        async with asyncio.TaskGroup() as beside:
            beside.create_task(_tell_confinement())
            jobs = beside.create_task(_work(state, stop)) if works else None
            try:
                await server.serve(sockets=[taken])
            finally:
                stop.set()
                if jobs:
                    await _end_soon(jobs)


async def _work_until_told(settings: Settings) -> None:
    await _migrate(settings)
    stop = asyncio.Event()
    told: list[signal.Signals] = []

    def tell(number: signal.Signals) -> None:
        told.append(number)
        stop.set()

    async with running(settings) as state:
        if state["site"].is_set_up:
            await check_keyring(settings, state["site"], state["keyring"])
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, tell, number)
        _warn_of_development(settings)
        note("Working. Stop with Ctrl-C.")
        calm_collector()
        jobs = asyncio.create_task(_work(state, stop))
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait((jobs, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await _end_soon(jobs)
    if signal.SIGINT in told:
        raise KeyboardInterrupt


async def _work(state: State, stop: asyncio.Event) -> None:
    archives = state["settings"].data_dir / FOLDER
    await work(
        state["runner"],
        state["store"],
        state["media_cache"],
        stop,
        archives=archives,
        post=state["post"],
        vault=state["vault"],
        cashier=state["cashier"],
    )


async def _end_soon(jobs: asyncio.Task[None]) -> None:
    """`jobs` has ended, or was cut off after a few seconds and will be done again. Raises what made it fail."""
    done, _ = await asyncio.wait((jobs,), timeout=STOP_SECONDS)
    if not done:
        log.warning("some work did not end in time; it will be done again")
        jobs.cancel()
    with suppress(asyncio.CancelledError):
        await jobs


async def _migrate(settings: Settings) -> None:
    if brought := await upgrade(settings.database):
        log.info("the database is up to date now; it has had %s", ", ".join(brought))


def _announce(settings: Settings, state: State, secret: str | None) -> None:
    """Say where the server is and, before setup, the link that leads there."""
    here = shown_address(settings.host, settings.port)
    _warn_of_development(settings)
    if secret is None:
        say(f"fedirec is running: {state['site'].origin} (listening on {here})")
    else:
        say(f"fedirec is running: {here}")
        say()
        say("This instance is not set up yet. Open this link once; nobody else can use it:")
        say(f"  {settings.origin or here}/setup?token={secret}")
        if not settings.origin:
            say("(behind a reverse proxy, put your own address in place of the first part)")
        say()
    note("Stop with Ctrl-C.")


def _warn_of_development(settings: Settings) -> None:
    if settings.development:
        warn(
            "development = true: this process federates over plain http and with private addresses. "
            "Never run a real instance like this."
        )
    if settings.clock_offset:
        warn(f"This process lives {settings.clock_offset} seconds in the future.")


async def _tell_confinement() -> None:
    """Say it when media files are opened with less protection than there could be."""
    try:
        found = await to_thread.run_sync(confinement, abandon_on_cancel=True)
    except FedirecError as error:
        log.error("%s; uploads will be refused", error)  # noqa: TRY400  (a sentence for the operator)
        return
    if found.note:
        log.warning("%s", found.note)


def _refuse_sqlite(settings: Settings, command: str) -> None:
    if settings.on_sqlite:
        raise Misconfigured(
            f"fedirec {command} is for PostgreSQL; with SQLite one process does everything: fedirec serve. "
            "To use PostgreSQL, set database_url"
        )


def _end_on_signals() -> None:
    """From here on SIGTERM ends the process as a success and Ctrl-C interrupts it, wherever it is.

    The server holds both back while it runs, ends gracefully, and raises them again. asyncio's own handler would
    cancel what is still ending then; it leaves one of ours in place.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0) if number == signal.SIGTERM else KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


class _Server(uvicorn.Server):
    """Says so when it answers."""

    def __init__(self, config: uvicorn.Config, *, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
