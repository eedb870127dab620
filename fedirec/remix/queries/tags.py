"""What pages ask about the hashtags that people follow."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.models import TagFollow

MAX_TAGS: Final = 100
"""Tags that one person follows."""


async def followed_tags(viewer: Actor) -> list[str]:
    """The tags that `viewer` follows, by name."""
    names = await TagFollow.filter(actor_id=viewer.id).order_by("name").limit(MAX_TAGS).values_list("name", flat=True)
    return [str(name) for name in names]


async def follows_tag(viewer: Actor, name: str) -> bool:
    """Whether `viewer` follows the tag called `name`."""
    return await TagFollow.exists(actor_id=viewer.id, name=name)
