"""Wakes the runners of this process when work was queued here, and of other processes on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from weakref import WeakKeyDictionary

from tortoise.context import TortoiseContext, require_context

from fedirec.db import fetch_rows, on_postgres

CHANNEL: Final = "fedirec_lanes"

_ears: Final[WeakKeyDictionary[TortoiseContext, set[asyncio.Event]]] = WeakKeyDictionary()


async def ring() -> None:
    """Runners look for work once the caller's transaction is committed.

    On PostgreSQL the notification travels with the commit. On SQLite a runner that wakes at once waits for the
    connection, which the caller's transaction holds, and so sees what it committed.
    """
    if on_postgres():
        await fetch_rows("SELECT pg_notify(?, '')", CHANNEL)
        return
    for event in _ears.get(require_context(), ()):
        event.set()


@contextmanager
def hearing(event: asyncio.Event) -> Iterator[None]:
    """Within it `event` is set whenever this process queues work in this database."""
    ears = _ears.setdefault(require_context(), set())
    ears.add(event)
    try:
        yield
    finally:
        ears.discard(event)
