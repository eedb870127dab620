"""What waits before the doors for a moderator: comments and works."""

from __future__ import annotations

from typing import Final

from fedirec.errors import NotFound
from fedirec.remix.actions.saving import HELD
from fedirec.remix.models import Comment, Record

PAGE: Final = 30


async def held_comments(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Comment], int | None]:
    """A page of comments that wait for a moderator, the longest waiting first, and where the next page begins."""
    waiting = Comment.filter(held_at__not_isnull=True, deleted_at=None, id__gt=after or 0)
    rows = await waiting.order_by("id").limit(limit + 1).select_related("author", "record__author")
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def held_works(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Record], int | None]:
    """A page of works that wait for a moderator, the longest waiting first, and where the next page begins."""
    waiting = Record.filter(held_at__not_isnull=True, visibility=HELD, deleted_at=None, id__gt=after or 0)
    rows = await waiting.order_by("id").limit(limit + 1).select_related("author").prefetch_related("attachments")
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


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
