"""Actors come to be: ours with keys, those of others as their own origin describes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from anyio import to_thread

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import PrivateKey, generate_ed25519, generate_rsa, read_public_key
from fedirec.activitypub.models import Actor, ActorKey, Announcement, Follow, Liking, SigningKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, ActorObject, Json, KeyObject, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.search import make_findable
from fedirec.errors import Forbidden, Invalid
from fedirec.html import clean, one_line
from fedirec.uris import Uris, host_of, origin_of, same_origin

RSA_FRAGMENT: Final = "#main-key"
ED25519_FRAGMENT: Final = "#ed25519"
MAX_HISTORY: Final = 500
"""Keys that one actor of another instance can have had."""
HANDLE_NAME: Final = re.compile(r"[\w.~-]{1,200}")
"""What may stand before the @ of a handle: nothing that would make it look like the handle of somebody else."""


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The pair of keys that every local actor has: RSA for requests, Ed25519 for proofs."""

    rsa: PrivateKey
    ed25519: PrivateKey


async def new_keys() -> NewKeys:
    """Fresh keys, made in a thread because RSA takes its time; call it before the transaction."""
    return await to_thread.run_sync(lambda: NewKeys(generate_rsa(), generate_ed25519()))


async def save_local_actor(
    keyring: Keyring,
    keys: NewKeys,
    *,
    uri: str,
    handle: str,
    type: str = "Person",
    kind: str | None = None,
    name: str = "",
    summary: str = "",
) -> Actor:
    """A local actor with its keys; part of the caller's transaction.

    Raises IntegrityError when the handle is taken: people and challenges share one namespace.
    """
    actor = await reserve_local_actor(uri=uri, handle=handle, type=type, kind=kind, name=name, summary=summary)
    await activate_local_actor(actor, keyring, keys)
    return actor


async def reserve_local_actor(
    *, uri: str, handle: str, type: str = "Person", kind: str | None = None, name: str = "", summary: str = ""
) -> Actor:
    """A local actor that holds its handle, and is nobody yet: `pending`, without keys, so that it can be deleted.

    Raises IntegrityError when the handle is taken.
    """
    uris = Uris(origin_of(uri))
    actor = await Actor.create(
        uri=uri,
        url=uri,
        type=type,
        kind=kind,
        is_local=True,
        local_handle=handle,
        handle=handle,
        host=uris.host,
        name=name,
        summary=summary,
        inbox=f"{uri}/inbox",
        shared_inbox=uris.shared_inbox,
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        featured=f"{uri}/featured",
        state="pending",
    )
    await make_actor_findable(actor)
    return actor


async def activate_local_actor(actor: Actor, keyring: Keyring, keys: NewKeys) -> None:
    """A reserved actor has its keys and is active; part of the caller's transaction."""
    for fragment, key in ((RSA_FRAGMENT, keys.rsa), (ED25519_FRAGMENT, keys.ed25519)):
        key_id = actor.uri + fragment
        await ActorKey.create(
            actor=actor, key_id=key_id, kind=key.kind, public=_spelling(key), fingerprint=key.public.fingerprint
        )
        await SigningKey.create(
            actor=actor, key_id=key_id, kind=key.kind, secret=keyring.seal(key.pem.encode(), label=key_id)
        )
    actor.state = "active"
    await actor.save(update_fields=["state"])


async def save_remote_actor(actor: ActorObject, document: Json, *, handle_host: str | None = None) -> Actor:
    """What another origin says of one of its actors is what we know of it; its key history grows if its keys changed.

    `handle_host` is the host of the handle when WebFinger proved it; else the host of the id stands in. Raises
    Forbidden for an actor that is ours.
    """
    columns = {
        "type": actor.type,
        "kind": document.get("kind") if isinstance(document.get("kind"), str) else None,
        "handle": actor.handle if HANDLE_NAME.fullmatch(actor.handle) else host_of(actor.id),
        "name": one_line(actor.name),
        "summary": clean(actor.summary),
        "url": actor.url if actor.url and same_origin(actor.url, actor.id) else actor.id,
        "icon_url": actor.icon_url,
        "inbox": actor.inbox,
        "shared_inbox": actor.shared_inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "featured": actor.featured,
        "approves_followers": actor.approves_followers,
        "also_known_as": list(actor.also_known_as),
        "document": document,
        "fetched_at": now(),
    }
    if columns["kind"] is not None:
        columns["kind"] = str(columns["kind"])[:20]
    async with transaction():
        row, is_new = await Actor.get_or_create(
            uri=actor.id, defaults={**columns, "host": handle_host or host_of(actor.id)}
        )
        if row.is_local:
            raise Forbidden("that actor lives here; nobody else describes it")
        if not is_new:
            if handle_host:
                columns["host"] = handle_host
            elif row.handle != columns["handle"]:
                columns["host"] = host_of(actor.id)  # what WebFinger proved was another handle
            if row.state == "deleted":
                columns["state"] = "active"
            row.update_from_dict(columns)
            await row.save(update_fields=list(columns))
        await make_actor_findable(row)
        await _save_keys(row, actor.keys)
    return row


async def make_actor_findable(actor: Actor) -> None:
    """A person is found by their name and their handle. Part of the caller's transaction."""
    if actor.type == "Person":
        await make_findable("actor", actor.id, actor.name, actor.handle, actor.host)


async def _save_keys(actor: Actor, keys: Sequence[KeyObject]) -> None:
    """The history says which keys the actor has from now on: changed ones are added, dropped ones end with a blank."""
    history = await ActorKey.filter(actor_id=actor.id).order_by("id")
    known = {key.key_id: key for key in history}
    rows = []
    for key in keys:
        try:
            public = read_public_key(key.public)
        except Invalid:
            continue  # a key that nobody should trust is as good as none
        if key.id not in known or known[key.id].fingerprint != public.fingerprint:
            rows.append(
                ActorKey(
                    actor_id=actor.id, key_id=key.id, kind=key.kind, public=key.public, fingerprint=public.fingerprint
                )
            )
    listed = {key.id for key in keys}
    rows += [
        ActorKey(actor_id=actor.id, key_id=key_id, kind=key.kind, public="", fingerprint="")
        for key_id, key in known.items()
        if key_id not in listed and key.fingerprint
    ]
    if rows and len(history) + len(rows) > MAX_HISTORY:
        raise Forbidden("that actor has changed its keys too often to be believed")
    await ActorKey.bulk_create(rows)


async def keys_of(actor: Actor) -> list[ActorKey]:
    """The keys that `actor` has now, oldest first."""
    latest = {key.key_id: key for key in await ActorKey.filter(actor_id=actor.id).order_by("id")}
    return [key for key in latest.values() if key.fingerprint]


async def describe_actor(actor: Actor) -> ActorObject:
    """A local actor as other instances see it. Nobody follows the instance's own actor, and it pins nothing."""
    keys = await keys_of(actor)
    is_service = actor.type == "Application"
    return ActorObject(
        id=actor.uri,
        type=actor.type,
        handle=actor.handle,
        webfinger=f"{actor.handle}@{actor.host}",
        inbox=actor.inbox or "",
        name=actor.name,
        summary=actor.summary,
        url=actor.url,
        icon_url=actor.icon_url,
        outbox=actor.outbox,
        followers=None if is_service else actor.followers,
        following=None if is_service else f"{actor.uri}/following",
        featured=None if is_service else actor.featured,
        shared_inbox=actor.shared_inbox,
        approves_followers=actor.approves_followers,
        discoverable=not is_service,
        also_known_as=tuple(actor.also_known_as),
        published=actor.created_at,
        keys=tuple(KeyObject(id=key.key_id, kind=_kind(key), public=key.public) for key in keys),
    )


async def publish_actor_update(actor: Actor) -> None:
    """The followers of a local actor will hear what it is like now; part of the caller's transaction."""
    described = await describe_actor(actor)
    update = Update(
        id=new_activity_uri(actor),
        actor=actor.uri,
        object=described,
        to=(PUBLIC,),
        cc=(described.followers,) if described.followers else (),
        published=now(),
    )
    await publish(actor, update, to_followers_of=[actor])


async def forget_actor(actor: Actor) -> None:
    """A remote actor is gone: its follows and likings end, its name stays where it is credited."""
    actor.state = "deleted"
    actor.inbox = actor.shared_inbox = None
    await actor.save(update_fields=["state", "inbox", "shared_inbox"])
    await Follow.filter(follower_id=actor.id).delete()
    await Follow.filter(target_id=actor.id).delete()
    await Liking.filter(actor_id=actor.id).delete()
    await Announcement.filter(actor_id=actor.id).delete()


def _spelling(key: PrivateKey) -> str:
    return key.public.pem if key.kind == "rsa" else key.public.multibase


def _kind(key: ActorKey) -> Literal["rsa", "ed25519"]:
    return "rsa" if key.kind == "rsa" else "ed25519"
