"""Whom a comment of ours is addressed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor, Follow
from fedirec.remix.actions.passing_on import MAX_MENTIONED
from fedirec.remix.models import Comment

MAX_TOLD: Final = 20
"""People in one thread who are told of each further answer."""


async def people_in(comment: Comment | None) -> list[Actor]:
    """Those who took part in the thread of `comment`, those who did last first."""
    if comment is None:
        return []
    root = comment.thread_id or comment.id
    said = Comment.filter(Q(id=root) | Q(thread_id=root), deleted_at=None, hidden_at=None, consent="").exclude(
        visibility="direct"
    )
    rows = await said.order_by("-id").limit(MAX_TOLD * 5).values_list("author_id", flat=True)
    return await Actor.filter(id__in=list(dict.fromkeys(rows))[:MAX_TOLD], state="active")


async def still_close(owner: Actor, people: Sequence[Actor]) -> list[Actor]:
    """Those of `people` who may see what is for followers of `owner`: some may have left since they were in the thread.

    Who follows somebody elsewhere, only their own instance knows.
    """
    if not owner.is_local:
        return list(people)
    follows = Follow.filter(
        target_id=owner.id, follower_id__in=[actor.id for actor in people], accepted_at__not_isnull=True
    )
    close = {owner.id, *await follows.values_list("follower_id", flat=True)}
    return [actor for actor in people if actor.id in close]


async def people_named(handles: Sequence[str]) -> dict[str, Actor]:
    """Those of `handles` whom we know, by how they are named: ours by their name alone too."""
    named = handles[:MAX_MENTIONED]
    if not named:
        return {}
    wanted = Q(local_handle__in=[handle for handle in named if "@" not in handle])
    for handle in named:
        name, at, host = handle.partition("@")
        if at:
            wanted |= Q(handle__iexact=name, host=host)
    found: dict[str, Actor] = {}
    for actor in await Actor.filter(wanted, state="active").limit(2 * MAX_MENTIONED):
        for handle in (f"{actor.handle}@{actor.host}".lower(), (actor.local_handle or "").lower()):
            if handle in named:
                found.setdefault(handle, actor)
    return found


async def addressed_in(comment: Comment) -> list[Actor]:
    """Those to whom a comment of ours was addressed when it was last said, and who answered in its thread."""
    document = comment.document or {}
    uris = [*document.get("to", ()), *document.get("cc", ())]
    found = [*await Actor.filter(uri__in=uris)]
    if comment.visibility != "direct":
        found += await people_in(comment)
    return [actor for actor in {each.id: each for each in found}.values() if actor.id != comment.author_id]
