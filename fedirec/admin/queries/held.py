"""What waits before the doors for a moderator: comments and works."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from fedirec.db import fetch_rows
from fedirec.errors import NotFound
from fedirec.remix.models import Comment, Record
from fedirec.remix.visibility import HELD

PAGE: Final = 30
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def held_comments(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Comment], int | None]:
    """A page of comments that wait for a moderator, the longest waiting first, and where the next page begins."""
    keys, place = await _page("comment", after=after, limit=limit)
    found = Comment.filter(id__in=keys).order_by("id")
    return await found.select_related("author", "record__author") if keys else [], place


async def held_works(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Record], int | None]:
    """A page of works that wait for a moderator, the longest waiting first, and where the next page begins."""
    keys, place = await _page("record", after=after, limit=limit)
    found = Record.filter(id__in=keys).order_by("id").select_related("author").prefetch_related("attachments")
    return await found if keys else [], place


async def _page(table: Literal["comment", "record"], *, after: int | None, limit: int) -> tuple[list[int], int | None]:
    """Rows of `table` that wait, and behind which of them the next page begins.

    Few of many wait: `+id` keeps the database from looking for them in the order of the primary key.
    """
    rows = await fetch_rows(
        f"""
        SELECT id FROM {table} WHERE held_at > ? AND deleted_at IS NULL AND +id > ?
           {f"AND visibility = '{HELD}'" if table == "record" else ""} ORDER BY +id LIMIT ?
        """,  # noqa: S608  (constants only)
        _EVER,
        after or 0,
        limit + 1,
    )
    keys = [int(row["id"]) for row in rows]
    return keys[:limit], keys[limit - 1] if len(keys) > limit else None


async def get_held_comment(key: int) -> Comment:
    """The comment in row `key`, with its author and its record. Raises NotFound when it does not wait any more."""
    found = Comment.filter(id=key, held_at__not_isnull=True, deleted_at=None)
    comment = await found.select_related("author", "record__author", "parent__author").first()
    if comment is None:
        raise NotFound("That does not wait any more.")
    return comment


async def get_held_work(key: int) -> Record:
    """The work in row `key`, with its author. Raises NotFound when it does not wait any more."""
    found = Record.filter(id=key, held_at__not_isnull=True, visibility=HELD, deleted_at=None)
    record = await found.select_related("author").first()
    if record is None:
        raise NotFound("That does not wait any more.")
    return record
