"""A local actor as other instances see it."""

from __future__ import annotations

from typing import Literal

from fedirec.activitypub.actors.keys import keys_of
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.vocab import ActorObject, KeyObject
from fedirec.activitypub.vocab.actors import CAPABILITIES


async def describe_actor(actor: Actor) -> ActorObject:
    """A local actor as other instances see it. The instance's own actor follows in secret and pins nothing.

    Of one who is suspended only that is said, and their keys.
    """
    keys = await keys_of(actor)
    is_service = actor.type == "Application"
    is_silent = actor.state == "suspended"
    return ActorObject(
        id=actor.uri,
        type=actor.type,
        handle=actor.handle,
        webfinger=f"{actor.handle}@{actor.host}",
        inbox=actor.inbox or "",
        name="" if is_silent else actor.name,
        summary="" if is_silent else actor.summary,
        url=actor.url,
        icon_url=None if is_silent else actor.icon_url,
        outbox=actor.outbox,
        followers=actor.followers,
        following=None if is_service else f"{actor.uri}/following",
        featured=None if is_service else actor.featured,
        shared_inbox=actor.shared_inbox,
        approves_followers=actor.approves_followers,
        discoverable=not is_service and not is_silent,
        suspended=is_silent,
        indexable=actor.is_indexable and not is_service and not is_silent,
        without_name=actor.without_name and not is_service,
        implements=tuple(CAPABILITIES),
        also_known_as=tuple(actor.also_known_as),
        moved_to=actor.moved_to,
        published=actor.created_at,
        further={} if is_silent else dict(actor.further or {}),
        keys=tuple(KeyObject(id=key.key_id, kind=_kind(key), public=key.public) for key in keys),
    )


def _kind(key: ActorKey) -> Literal["rsa", "ed25519"]:
    return "rsa" if key.kind == "rsa" else "ed25519"
