"""What takes up the disk of this instance."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from fedirec.db import fetch_rows, on_postgres
from fedirec.settings import Settings

_GIVEN = """
    SELECT (SELECT COALESCE(SUM(size), 0) FROM media) + (SELECT COALESCE(SUM(size), 0) FROM rendition)
         + (SELECT COALESCE(SUM(size), 0) FROM caption) AS given,
           (SELECT COALESCE(SUM(size), 0) FROM remote_media) AS copies
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bytes."""

    given: int
    """Files of our people, and what was made of them."""
    copies: int
    """Of other instances' files."""
    arriving: int
    """On their way in, or being worked on."""
    archives: int
    """Copies of everything of theirs that members asked for."""
    database: int
    free: int
    """Of the disk that the data folder is on."""


async def room_of(settings: Settings, *, archives: Path) -> Room:
    """What takes up room now; the database has to be open. Counted by the database where it knows."""
    (row,) = await fetch_rows(_GIVEN)
    folder = settings.data_dir
    if on_postgres():
        ((size,),) = [each.values() for each in await fetch_rows("SELECT pg_database_size(current_database()) AS size")]
    else:
        file = Path(settings.database.partition("://")[2])
        size = await to_thread.run_sync(_bytes_of, [file, *file.parent.glob(f"{file.name}-*")])
    return Room(
        given=int(row["given"]),
        copies=int(row["copies"]),
        arriving=await to_thread.run_sync(_bytes_below, folder / "incoming"),
        archives=await to_thread.run_sync(_bytes_below, archives),
        database=int(size),
        free=(await to_thread.run_sync(shutil.disk_usage, folder)).free,
    )


def _bytes_below(folder: Path) -> int:
    return _bytes_of([Path(place, name) for place, _, names in os.walk(folder) for name in names])


def _bytes_of(files: list[Path]) -> int:
    """What is gone meanwhile has none."""
    found = 0
    for file in files:
        try:
            found += file.stat().st_size
        except FileNotFoundError:
            continue
    return found
