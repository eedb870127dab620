"""When what takes effect now reached us: it may have waited here since, and that is not its sender's fault."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from fedirec.clock import now

_arrived: ContextVar[datetime | None] = ContextVar("arrived", default=None)


@contextmanager
def arriving(at: datetime) -> Generator[None]:
    """Inside, something takes effect that reached us `at` that time, by our clock."""
    token = _arrived.set(at)
    try:
        yield
    finally:
        _arrived.reset(token)


def arrived_at() -> datetime:
    """When what takes effect now reached us; outside of that, what happens now happens here."""
    return _arrived.get() or now()
