"""A night of spam: the doors are closed for a while, and what waits before them is let in or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor, Instance
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.remix.actions.threads import show_held
from fedirec.remix.models import Comment

MAX_HOURS: Final = 24 * 14
PAGE: Final = 30


async def close_doors(doer: Doer, *, hours: int, reason: str = "") -> Instance:
    """For `hours`, nobody can join, and what people elsewhere say whom nobody here knows waits for a moderator."""
    require(doer, Permission.MODERATE)
    if not 1 <= hours <= MAX_HOURS:
        raise Invalid("Please choose between 1 and %(n)s hours.", field="hours", blanks={"n": MAX_HOURS})
    async with transaction():
        instance = await get_instance()
        instance.doors_closed_until = now() + timedelta(hours=hours)
        await instance.save(update_fields=["doors_closed_until"])
        await audit(doer, "close_doors", f"{instance.origin}/actor", hours=hours, reason=reason.strip()[:500])
    return instance


async def open_doors(doer: Doer) -> Instance:
    """People can join again, as the instance has it, and nobody waits who comes now. What waits already still does."""
    require(doer, Permission.MODERATE)
    async with transaction():
        instance = await get_instance()
        if instance.doors_closed_until is None or instance.doors_closed_until <= now():
            raise Conflict("The doors are open.")
        instance.doors_closed_until = None
        await instance.save(update_fields=["doors_closed_until"])
        await audit(doer, "open_doors", f"{instance.origin}/actor")
    return instance


async def held_comments(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Comment], int | None]:
    """A page of comments that wait for a moderator, the longest waiting first, and where the next page begins."""
    waiting = Comment.filter(held_at__not_isnull=True, deleted_at=None, id__gt=after or 0)
    rows = await waiting.order_by("id").limit(limit + 1).select_related("author", "record__author")
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


async def host_of_held(key: int) -> str:
    """The host of whoever wrote the comment in row `key`, which waits. Raises NotFound."""
    return (await _waiting(key)).author.host


async def let_in(doer: Doer, key: int) -> None:
    """The comment in row `key` stands on its record, and those whom it concerns are told. Raises NotFound."""
    require(doer, Permission.MODERATE)
    async with transaction():
        comment = await _waiting(key)
        await show_held(comment)
        await audit(doer, "let_comment_in", comment.uri, record=comment.record.uri)


async def keep_out(doer: Doer, key: int) -> None:
    """The comment in row `key` is hidden for good. Raises NotFound when it does not wait any more."""
    require(doer, Permission.MODERATE)
    async with transaction():
        comment = await _waiting(key)
        moderator = await Actor.get_or_none(uri=doer.uri)
        comment.held_at, comment.hidden_by_id = None, moderator.id if moderator else None
        await comment.save(update_fields=["held_at", "hidden_by_id"])
        await audit(doer, "keep_comment_out", comment.uri, record=comment.record.uri)


async def keep_out_host(doer: Doer, host: str) -> int:
    """Everything that waits from `host` is hidden for good; returns how much that was."""
    require(doer, Permission.MODERATE)
    async with transaction():
        waiting = Comment.filter(held_at__not_isnull=True, author__host=host)
        keys = [int(str(key)) for key in await waiting.limit(1_000).values_list("id", flat=True)]
        if keys:
            moderator = await Actor.get_or_none(uri=doer.uri)
            chosen = Comment.filter(id__in=keys)
            await chosen.update(held_at=None, hidden_by_id=moderator.id if moderator else None)
            await audit(doer, "keep_comments_out", f"https://{host}", how_many=len(keys))
    return len(keys)


async def _waiting(key: int) -> Comment:
    found = Comment.filter(id=key, held_at__not_isnull=True, deleted_at=None)
    comment = await found.select_related("author", "record__author", "parent__author").first()
    if comment is None:
        raise NotFound("That does not wait any more.")
    return comment
