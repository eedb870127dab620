"""The only source of time.

Production code never asks the operating system for the date; it asks here, so that the instances of a demo or a test
can share an offset and let weeks pass.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

JUMP: Final = timedelta(minutes=5)
"""What no clock that is kept right is ever set by at once."""

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


class Jumps:
    """Notices when the machine's clock was set: it then runs away from the one that never goes back."""

    def __init__(self) -> None:
        self._apart = self._offset()

    def find(self) -> timedelta | None:
        """By how much the clock was set since this was asked last; None for less than five minutes."""
        apart = self._offset()
        jump = timedelta(seconds=apart - self._apart)
        self._apart = apart
        return jump if abs(jump) > JUMP else None

    @staticmethod
    def _offset() -> float:
        return now().timestamp() - monotonic()
