"""Ports for servers of tests, which nobody else takes between the choice and the start of the server."""

from __future__ import annotations

import os
import socket
from itertools import count
from typing import Final

FIRST: Final = 20_000
"""Below 32,768 the system gives no port to whoever asks for any, as connections that go out do."""
EACH: Final = 1_500
"""Ports of one process that runs tests."""
PROCESSES: Final = 8

_offsets = count(os.getpid() % EACH)


def free_port() -> int:
    """A port of this machine on which nothing listens, another one each time."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    first = FIRST + EACH * ((int(worker) if worker.isdecimal() else os.getpid()) % PROCESSES)
    for _ in range(EACH):
        port = first + next(_offsets) % EACH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("every port for tests is taken")
