from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from fedirec import clock

Pass = Callable[[timedelta], None]


async def eventually(condition: Callable[[], Awaitable[object]]) -> None:
    """Return when the condition holds; fail when it does not within twenty seconds."""
    for _ in range(1000):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


@pytest.fixture
def time_passes() -> Iterator[Pass]:
    """A function that lets time pass, until the test ends."""
    passed = timedelta(0)

    def more(time: timedelta) -> None:
        nonlocal passed
        passed += time
        clock.shift(passed)

    yield more
    clock.shift(timedelta(0))
