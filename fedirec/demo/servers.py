"""The instances, each as `fedirec serve` in a process of its own, with a folder, a database and keys of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from time import sleep
from typing import Final, TypeVar

import httpx

from fedirec.clock import monotonic
from fedirec.errors import PeerUnavailable
from fedirec.settings import environment_without_settings

HOST: Final = "127.0.0.1"
PATIENCE: Final = 60.0
"""Seconds that a server may take to start, and anything else to happen."""
_STOP_SECONDS: Final = 10.0
_LEASH: Final = Path(__file__).with_name("leash.py")
_ROOT: Final = Path(__file__).parents[2]
_SETUP_LINK: Final = re.compile(r"http://\S+/setup\?token=\S+")
_LAST_LINES: Final = 8

T = TypeVar("T")


class Server:
    """One instance: its process, and where it answers."""

    def __init__(self, letter: str, *, folder: Path, port: int, clock_offset: int = 0) -> None:
        self.letter = letter
        self.folder = folder
        self.port = port
        self.host = f"{HOST}:{port}"
        self.origin = f"http://{self.host}"
        self.clock_offset = clock_offset
        self.setup_link = ""
        """The one-time link that the server printed when it was new."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process that serves, while there is one."""
        return self._process.pid if self._process else None

    @property
    def printed(self) -> str:
        """What the server has said so far."""
        log = self.folder / "serve.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def start(self) -> None:
        """The process is there, in a group of its own, and ends when this one does."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "serve.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own words)
                self._command(),
                cwd=self.folder,
                env=environment_without_settings(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """The server answers. Raises PeerUnavailable with its last words when it ended instead."""
        until(f"{self.letter} answers at {self.origin}", self._is_ready)
        if found := _SETUP_LINK.search(self.printed):
            self.setup_link = found.group()

    def ask_to_stop(self) -> None:
        """The process knows that it is to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """The process has ended: asked to, or after a few seconds made to."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _command(self) -> list[str]:
        leash = [sys.executable, "-P", str(_LEASH), str(os.getpid()), str(_ROOT)]
        flags = ["--development", "--data-dir", str(self.folder / "data"), "--host", HOST, "--port", str(self.port)]
        flags += ["--clock-offset", str(self.clock_offset), "--log-level", "warning"]
        return [*leash, "serve", *flags]

    def _is_ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            said = "\n".join(self.printed.splitlines()[-_LAST_LINES:])
            raise PeerUnavailable(f"instance {self.letter} ended instead of answering. It said:\n{said}")
        try:
            answer = httpx.get(f"{self.origin}/readyz", timeout=5, trust_env=False, verify=_believe_nobody())
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK


@cache
def _believe_nobody() -> ssl.SSLContext:
    """Nothing is encrypted on loopback, and to read whom a machine believes takes longer than to ask."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def serving(letters: Sequence[str], *, folder: Path, base_port: int) -> Generator[dict[str, Server]]:
    """Within it there is a server for each of `letters`, from `base_port` on; afterwards none of them runs."""
    ports = free_ports(base_port)
    servers = {letter: Server(letter, folder=folder / letter.lower(), port=next(ports)) for letter in letters}
    try:
        for server in servers.values():
            server.start()
        yield servers
    finally:
        for server in servers.values():
            server.ask_to_stop()
        for server in servers.values():
            server.stop()


def free_ports(start: int) -> Iterator[int]:
    """Ports of this machine, from `start` on, that nobody listens on."""
    for port in count(start):
        if port > 65_535:
            raise PeerUnavailable(f"there is no free port from {start} on; choose another one with --port")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        yield port


def until(what: str, happened: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
    """What `happened` answers, as soon as that is something. Raises PeerUnavailable when it takes too long."""
    deadline = monotonic() + seconds
    while not (answer := happened()):
        if monotonic() > deadline:
            raise PeerUnavailable(f"this did not happen within {seconds:.0f} seconds: {what}")
        sleep(0.1)
    return answer
