from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from fedirec import clock

Pass = Callable[[timedelta], None]


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
