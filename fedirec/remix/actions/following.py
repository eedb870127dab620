"""Following from here: who is followed here is told."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow
from fedirec.db import transaction


async def start_following(follower: Actor, target: Actor) -> Follow:
    """A local `follower` follows `target`, or has asked to, and `target` knows."""
    async with transaction():
        made = await follow(follower, target)
        kind = Notice.FOLLOWED if made.accepted_at else Notice.ASKED_TO_FOLLOW
        await notify(target, kind, follower, follower.uri, follower.uri)
    return made
