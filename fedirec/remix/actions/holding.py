"""What nobody here knows waits at the door: comments and works that a moderator sees before anybody else does."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.remix.models import Comment, Record


async def has_to_wait(author: Actor) -> bool:
    """Whether what `author` says waits for a moderator.

    While the doors are closed, that holds for everybody elsewhere whom nobody here follows and of whom nothing can be
    seen here yet; else, where moderators want it so, for whole instances of which that is true.
    """
    if author.is_local:
        return False
    instance = await get_instance()
    if instance.doors_closed_until is not None and instance.doors_closed_until > now():
        return not await _is_known(id=author.id)
    return instance.holds_strangers and not await _is_known(host=author.host, is_local=False)


async def _is_known(**who: Any) -> bool:
    """Whether somebody here follows one of those, or something that one of them said or made can be seen here."""
    followed = {f"target__{name}": value for name, value in who.items()}
    if await Follow.exists(follower__is_local=True, accepted_at__not_isnull=True, **followed):
        return True
    theirs = {f"author__{name}": value for name, value in who.items()}
    if await Comment.exists(hidden_at=None, deleted_at=None, **theirs):
        return True
    return await Record.exists(visibility="public", deleted_at=None, **theirs)
