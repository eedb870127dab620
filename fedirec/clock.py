"""The only source of time.

Production code never asks the operating system for the date; it asks here, so that the instances of a demo or a test
can share an offset and let weeks pass.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC) + _offset


def shift(offset: timedelta) -> None:
    """From here on `now` is the machine's time plus `offset`, in this process."""
    global _offset
    _offset = offset


def shift_seconds(seconds: int) -> None:
    """The same, in seconds."""
    shift(timedelta(seconds=seconds))


def monotonic() -> float:
    """Seconds on a clock that never goes back: for durations, never for dates."""
    return time.monotonic()
