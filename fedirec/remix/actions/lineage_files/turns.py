"""Lineage files are worked on one after the other, beside everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, TypeVarTuple, Unpack

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

_places: RunVar[CapacityLimiter] = RunVar("fedirec_lineage_files")
AT_ONCE: Final = 1
"""Files that are made or checked at once: each takes a processor for as long as it takes."""
Given = TypeVarTuple("Given")
Made = TypeVar("Made")


async def in_turn(work: Callable[[Unpack[Given]], Made], *given: *Given) -> Made:
    """What `work` gives, in a thread, while no other file is worked on."""
    try:
        limiter = _places.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _places.set(limiter)
    async with limiter:
        return await to_thread.run_sync(work, *given)
