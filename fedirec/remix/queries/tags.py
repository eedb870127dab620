"""What pages ask about the hashtags that people follow."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.remix.models import TagFollow

MAX_TAGS: Final = 100
"""Tags that one person follows."""


async def followed_tags(viewer: Actor) -> list[str]:
    """The tags that `viewer` follows, by name."""
    names = "SELECT name FROM tag_follow WHERE actor_id = ? ORDER BY name LIMIT ?"
    return [name for (name,) in await fetch_tuples(names, viewer.id, MAX_TAGS)]


async def follows_tag(viewer: Actor, name: str) -> bool:
    """Whether `viewer` follows the tag called `name`."""
    return await TagFollow.exists(actor_id=viewer.id, name=name)
