"""A night of spam: the doors are closed for a while, and what waits before them is let in or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor, Instance
from fedirec.admin.queries.held import get_held_comment, get_held_work
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.remix.actions.letting_in import show_held_comment, show_held_record
from fedirec.remix.models import Comment, Record
from fedirec.remix.visibility import HELD

MAX_HOURS: Final = 24 * 14
MAX_KEPT_OUT: Final = 1_000
"""Comments, and works, of one instance that are kept out in one go."""


async def close_doors(doer: Doer, *, hours: int, reason: str = "") -> Instance:
    """For `hours`, nobody can join, and what people elsewhere say and make whom nobody here knows waits."""
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


async def let_in(doer: Doer, key: int) -> None:
    """The comment in row `key` stands on its record, and those whom it concerns are told. Raises NotFound."""
    require(doer, Permission.MODERATE)
    async with transaction():
        comment = await get_held_comment(key)
        await show_held_comment(comment)
        await audit(doer, "let_comment_in", comment.uri, record=comment.record.uri)


async def keep_out(doer: Doer, key: int) -> None:
    """The comment in row `key` is hidden for good. Raises NotFound when it does not wait any more."""
    require(doer, Permission.MODERATE)
    async with transaction():
        comment = await get_held_comment(key)
        moderator = await Actor.get_or_none(uri=doer.uri)
        comment.held_at, comment.hidden_by_id = None, moderator.id if moderator else None
        await comment.save(update_fields=["held_at", "hidden_by_id"])
        await audit(doer, "keep_comment_out", comment.uri, record=comment.record.uri)


async def let_work_in(doer: Doer, key: int) -> None:
    """The work in row `key` is seen by those for whom it is, and those whom it concerns are told. Raises NotFound."""
    require(doer, Permission.MODERATE)
    async with transaction():
        record = await get_held_work(key)
        await show_held_record(record)
        await audit(doer, "let_work_in", record.uri)


async def keep_work_out(doer: Doer, key: int) -> None:
    """The work in row `key` is seen by nobody for good. Raises NotFound when it does not wait any more."""
    require(doer, Permission.MODERATE)
    async with transaction():
        record = await get_held_work(key)
        await Record.filter(id=record.id).update(held_at=None)
        await audit(doer, "keep_work_out", record.uri)


async def keep_out_host(doer: Doer, host: str) -> int:
    """Everything that waits from `host` is hidden for good; returns how much that was."""
    require(doer, Permission.MODERATE)
    async with transaction():
        said = Comment.filter(held_at__not_isnull=True, author__host=host)
        made = Record.filter(held_at__not_isnull=True, visibility=HELD, author__host=host)
        comments = [int(str(key)) for key in await said.limit(MAX_KEPT_OUT).values_list("id", flat=True)]
        works = [int(str(key)) for key in await made.limit(MAX_KEPT_OUT).values_list("id", flat=True)]
        if comments:
            moderator = await Actor.get_or_none(uri=doer.uri)
            chosen = Comment.filter(id__in=comments)
            await chosen.update(held_at=None, hidden_by_id=moderator.id if moderator else None)
        if works:
            await Record.filter(id__in=works).update(held_at=None)
        if comments or works:
            await audit(doer, "keep_host_out", f"https://{host}", how_many=len(comments) + len(works))
    return len(comments) + len(works)
