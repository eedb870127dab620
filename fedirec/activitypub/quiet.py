"""Quiet people: shown to those who follow them, and to nobody else."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Final

from fedirec.activitypub.models import Actor, Follow, Peer
from fedirec.uris import origin_of, origins_above

LIMITED: Final = "limit"


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


async def reaches(author: Actor, person: Actor) -> bool:
    """Whether what `author` does is told to `person`: not from quiet people, unless they are followed."""
    if not author.is_quiet or author.id == person.id:
        return True
    return await Follow.exists(follower_id=person.id, target_id=author.id, accepted_at__not_isnull=True)


async def reached_by(author: Actor, people: Collection[Actor]) -> list[Actor]:
    """Those of `people` who are told what `author` does."""
    if not author.is_quiet:
        return list(people)
    ids = [person.id for person in people]
    follows = Follow.filter(target_id=author.id, follower_id__in=ids, accepted_at__not_isnull=True)
    close = {author.id, *(await follows.values_list("follower_id", flat=True) if ids else ())}
    return [person for person in people if person.id in close]


async def hush(actors: Collection[Actor]) -> None:
    """Each of `actors` is quiet if a moderator limited them or their whole instance is limited, and else is not.

    Part of the caller's transaction.
    """
    origins = {actor.id: origin_of(actor.uri) for actor in actors if not actor.is_local}
    names = {origin: origins_above(origin) for origin in set(origins.values())}
    asked = list(dict.fromkeys(chain.from_iterable(names.values())))
    limited = Peer.filter(origin__in=asked, policy=LIMITED)
    limits = set(await limited.values_list("origin", flat=True)) if asked else set()
    for is_quiet in (True, False):
        changed = [
            actor
            for actor in actors
            if is_quiet
            is (actor.limited_at is not None or not limits.isdisjoint(names.get(origins.get(actor.id, ""), ())))
        ]
        for actor in changed:
            actor.is_quiet = is_quiet
        if changed:
            await Actor.filter(id__in=[actor.id for actor in changed]).update(is_quiet=is_quiet)
