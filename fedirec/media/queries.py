"""What pages and other packages ask about files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tortoise.expressions import Q

from fedirec.db import fetch_rows
from fedirec.media.models import Media

MAX_SHARERS: Final = 100
"""Rows of one content that are looked at to decide who may see it."""


async def media_at(path: str) -> Sequence[Media]:
    """The files whose bytes, or whose poster, are at `path` in the store, at most MAX_SHARERS."""
    return await Media.filter(Q(path=path) | Q(poster_path=path)).order_by("id").limit(MAX_SHARERS)


async def used_paths(paths: Iterable[str]) -> set[str]:
    """Those of `paths` that some row speaks of."""
    asked = list(paths)
    if not asked:
        return set()
    places = ", ".join("?" * len(asked))
    rows = await fetch_rows(
        f"SELECT path FROM media WHERE path IN ({places})"  # noqa: S608  (only question marks)
        f" UNION SELECT poster_path FROM media WHERE poster_path IN ({places})"
        f" UNION SELECT path FROM remote_media WHERE path IN ({places})",
        *asked,
        *asked,
        *asked,
    )
    return {str(row["path"]) for row in rows}
