"""Hashtags of challenges and projects: by them people find what is about something that they like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.errors import Invalid
from fedirec.remix.models import GroupTag
from fedirec.remix.vocab.tags import Hashtag, find_hashtag, hashtag_key
from fedirec.uris import Uris, origin_of

MAX_TAGS: Final = 16
"""Of one challenge or project."""


def read_tags(typed: Iterable[str]) -> list[str]:
    """The hashtags that somebody typed, each once. Raises Invalid."""
    names = [find_hashtag(word) for word in typed]
    if None in names:
        raise Invalid("A tag is one word, like #winter.", field="tags")
    found = {hashtag_key(name): name for name in names if name}
    if len(found) > MAX_TAGS:
        raise Invalid("Please choose up to %(n)s tags.", field="tags", blanks={"n": MAX_TAGS})
    return list(found.values())


async def save_group_tags(group: Actor, names: Iterable[str]) -> None:
    """`group` has these hashtags and no others, up to MAX_TAGS; part of the caller's transaction."""
    wanted = list(dict.fromkeys(hashtag_key(name)[:100] for name in names))[:MAX_TAGS]
    kept = await tags_of(group)
    if wanted == kept:
        return
    await GroupTag.filter(group_id=group.id).exclude(name__in=wanted or [""]).delete()
    await GroupTag.bulk_create(
        [GroupTag(group_id=group.id, name=name) for name in wanted if name not in kept], ignore_conflicts=True
    )


async def tags_of(group: Actor) -> list[str]:
    """The hashtags of `group`, without #, in the order in which they were given."""
    return [tag.name for tag in await GroupTag.filter(group_id=group.id).order_by("id").limit(MAX_TAGS)]


async def group_hashtags(group: Actor) -> tuple[Hashtag, ...]:
    """The hashtags of a group of ours as its documents have them."""
    uris = Uris(origin_of(group.uri))
    return tuple(Hashtag(name=name, href=uris.tag(name)) for name in await tags_of(group))
