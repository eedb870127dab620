"""Hears what other transactions notify on PostgreSQL. SQLite has no such thing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from tortoise.connection import get_connection

log = logging.getLogger(__name__)

RECONNECT_AFTER: Final = 5.0


async def listen(channel: str, heard: Callable[[], None]) -> None:
    """Until cancelled, `heard` is called after each transaction that notified `channel`.

    It keeps one connection of the pool. When that is lost it takes another, and calls `heard` for what it may have
    missed in between.
    """
    while True:
        try:
            await _listen_once(channel, heard)
        except Exception as error:  # the driver's own errors cannot be named: it is not installed beside SQLite
            log.warning("cannot listen for %s: %s", channel, error)
        await asyncio.sleep(RECONNECT_AFTER)


async def _listen_once(channel: str, heard: Callable[[], None]) -> None:
    client: Any = get_connection("default")
    lost = asyncio.Event()

    def notified(*_: object) -> None:
        heard()

    def closed(_: object) -> None:
        lost.set()

    async with client.acquire_connection() as connection:
        connection.add_termination_listener(closed)
        try:
            await connection.add_listener(channel, notified)
            heard()
            await lost.wait()
        finally:
            connection.remove_termination_listener(closed)
            if not connection.is_closed():
                await connection.remove_listener(channel, notified)
