"""Work on many rows, of which one that fails keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from fedirec.db.outages import is_outage

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")


async def each_apart(rows: Iterable[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    """What `work` returned for each of `rows`, in their order; each begins a transaction of its own.

    A row with which it failed is as it was, and the log says why: what is wrong with the pay of one production shall
    not hold back that of all others. Raises only where the database cannot be reached, for that ends it for everybody.
    """
    done = []
    for row in rows:
        try:
            done.append(await work(row))
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("left as it was: %s %s", type(row).__name__, getattr(row, "id", row))
    return done
