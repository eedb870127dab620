"""Quiet people: shown to those who follow them, and to nobody else."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.policies import stances_to
from fedirec.uris import origin_of

MAX_HEARD: Final = 5_000
"""Quiet people whom one person follows and comes across."""


def is_heard(viewer: Actor | None, author: str = "a") -> tuple[str, tuple[int, ...]]:
    """What holds in SQL for the actor in the table `author` when `viewer`, or a stranger, may come across them.

    A condition, and the values of its placeholders: everybody who is not quiet, and quiet people for themselves and for
    those who follow them.
    """
    if viewer is None:
        return f"NOT {author}.is_quiet", ()
    follows = (
        f"SELECT 1 FROM follow heard WHERE heard.follower_id = ? AND heard.target_id = {author}.id "  # noqa: S608
        "AND heard.accepted_at IS NOT NULL"
    )
    return f"(NOT {author}.is_quiet OR {author}.id = ? OR EXISTS ({follows}))", (viewer.id, viewer.id)


async def heard_by(viewer: Actor) -> frozenset[int]:
    """The quiet people, by row, whom `viewer` comes across all the same: themselves, and whom they follow."""
    follows = Follow.filter(follower_id=viewer.id, target__is_quiet=True, accepted_at__not_isnull=True)
    rows = await follows.limit(MAX_HEARD).values_list("target_id", flat=True)
    return frozenset((viewer.id, *(int(str(row)) for row in rows)))


async def hush(actors: Collection[Actor]) -> None:
    """Each of `actors` is quiet if a moderator limited them or their whole instance is limited, and else is not.

    Part of the caller's transaction.
    """
    stances = await stances_to([origin_of(actor.uri) for actor in actors if not actor.is_local])
    for actor in actors:
        stance = None if actor.is_local else stances[origin_of(actor.uri)]
        actor.is_quiet = actor.limited_at is not None or (stance is not None and stance.is_quiet)
    for is_quiet in (True, False):
        if keys := [actor.id for actor in actors if actor.is_quiet is is_quiet]:
            await Actor.filter(id__in=keys).update(is_quiet=is_quiet)
