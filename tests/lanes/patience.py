"""Waiting for what other tasks do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], Awaitable[object]]) -> None:
    """Return when the condition holds; fail when it does not within a minute."""
    for _ in range(3000):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")
