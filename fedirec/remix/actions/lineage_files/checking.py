"""A lineage file that somebody brings is checked with what this instance has seen."""

from __future__ import annotations

from functools import partial
from typing import Final

from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.remix.actions.lineage_files.turns import in_turn
from fedirec.remix.lineage_file import (
    Report,
    read_file,
    verify,
)
from fedirec.remix.queries.witnesses import known_keys

MAX_CHECKED: Final = 4_000_000
"""Bytes of a file that a server checks for others; the command line takes larger ones."""


async def check_lineage(data: bytes) -> Report:
    """What `data`, which somebody calls a lineage file, proves to this instance, which has seen keys before."""
    people = await in_turn(_people_in, data)
    trusting = await known_keys(people)
    return await in_turn(partial(verify, data, now=now(), trusting=trusting, max_bytes=MAX_CHECKED))


def _people_in(data: bytes) -> set[str]:
    """Whose keys are in the file; nobody's where it is none."""
    try:
        return {key.owner for key in read_file(data, max_bytes=MAX_CHECKED).keys}
    except FedirecError:
        return set()
