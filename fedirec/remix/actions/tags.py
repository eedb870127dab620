"""Following hashtags. Nobody else hears of it, but for those that somebody shows on their profile."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.remix.actions.profiles import tell_profile
from fedirec.remix.models import TagFollow
from fedirec.remix.queries.tags import MAX_TAGS
from fedirec.remix.vocab import find_hashtag, hashtag_key
from fedirec.web.language import gettext as _


async def follow_tag(viewer: Actor, tag: str) -> str:
    """What carries `tag` stands on the first page of `viewer`, a local actor; the name of the tag."""
    name = hashtag_key(find_hashtag(tag) or "")[:100]
    if not name:
        raise Invalid(_("That is not a tag."), field="tag")
    if await TagFollow.filter(actor_id=viewer.id).count() >= MAX_TAGS:
        raise Conflict(_("You follow many tags already. Stop following one first."), field="tag")
    await TagFollow.bulk_create([TagFollow(actor_id=viewer.id, name=name)], ignore_conflicts=True)
    return name


async def unfollow_tag(viewer: Actor, tag: str) -> None:
    """What carries `tag` does not stand on the first page of `viewer` because of that, nor does it on their profile."""
    async with transaction():
        await TagFollow.filter(actor_id=viewer.id, name=hashtag_key(tag)[:100]).delete()
        await tell_profile(viewer)
