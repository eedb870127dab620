"""Actors come to be: ours with keys, those of others as their own origin describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from anyio import to_thread
from tortoise.exceptions import IntegrityError

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import PrivateKey, generate_ed25519, generate_rsa, read_public_key
from fedirec.activitypub.looking import look_again
from fedirec.activitypub.models import Actor, ActorKey, Announcement, Follow, Liking, SigningKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.vocab import PUBLIC, ActorObject, Json, KeyObject, Update
from fedirec.activitypub.vocab.actors import CAPABILITIES, RFC9421
from fedirec.clock import now
from fedirec.db import add_row, execute, fetch_objects, fetch_rows, transaction
from fedirec.db.search import make_findable
from fedirec.db.tables import json_of, table_of
from fedirec.errors import Forbidden, Invalid
from fedirec.html import clean, one_line
from fedirec.lanes import enqueue
from fedirec.uris import Uris, host_of, origin_of

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
            actor=actor, key_id=key_id, kind=key.kind, public=spelling_of(key), fingerprint=key.public.fingerprint
        )
        await SigningKey.create(
            actor=actor, key_id=key_id, kind=key.kind, secret=keyring.seal(key.pem.encode(), label=key_id)
        )
    actor.state = "active"
    await actor.save(update_fields=["state"])


async def save_remote_actor(actor: ActorObject, document: Json, *, handle_host: str | None = None) -> Actor:
    """As `keep_remote_actor`; the actor as we know it from now on."""
    key = await keep_remote_actor(actor, document, handle_host=handle_host)
    return (await fetch_objects(Actor, "SELECT * FROM actor WHERE id = ?", key))[0]


async def keep_remote_actor(actor: ActorObject, document: Json, *, handle_host: str | None = None) -> int:
    """What another origin says of one of its actors is what we know of it; its key history grows if its keys changed.

    Answers the id of its row. `handle_host` is the host of the handle when WebFinger proved it; else the host of the
    id stands in. Raises Forbidden for an actor that is ours.
    """
    kind = document.get("kind")
    columns = {
        "type": actor.type,
        "kind": kind[:20] if isinstance(kind, str) else None,
        "handle": actor.handle if HANDLE_NAME.fullmatch(actor.handle) else host_of(actor.id),
        "name": one_line(actor.name),
        "summary": clean(actor.summary),
        "url": actor.url if actor.url and may_have(actor.url, owner=actor.id) else actor.id,
        "icon_url": actor.icon_url,
        "inbox": actor.inbox,
        "shared_inbox": actor.shared_inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "featured": actor.featured,
        "approves_followers": actor.approves_followers,
        "also_known_as": list(actor.also_known_as),
        "is_indexable": actor.indexable,
        "document": document,
        "fetched_at": now(),
    }
    async with transaction():
        if RFC9421 in actor.implements:
            await _save_capability(origin_of(actor.id))
        known = await _find_row(actor.id)
        if known is None:
            new = {"uri": actor.id, "host": handle_host or host_of(actor.id), **columns, **await _standing_of(actor.id)}
            try:
                async with transaction():
                    key = await add_row(Actor, **new)
            except IntegrityError:  # another process was quicker
                known = await _find_row(actor.id)
                if known is None:
                    raise
            else:
                await _make_findable(key, new)
                await _save_keys(key, actor.keys, history=())
                return key
        if known.is_local:
            raise Forbidden("that actor lives here; nobody else describes it")
        if handle_host:
            columns["host"] = handle_host
        elif known.handle != columns["handle"]:
            columns["host"] = host_of(actor.id)  # what WebFinger proved was another handle
        if known.state == "deleted":
            columns["state"] = "active"
        if actor.moved_to is None and (known.document or {}).get("movedTo"):
            columns["moved_to"] = None  # they came back
        if known.name != columns["name"] or known.summary != columns["summary"]:
            await enqueue([look_again(known.uri)])
        known.update_from_dict(columns)
        await known.save(update_fields=list(columns))
        await make_actor_findable(known)
        history = await fetch_rows(
            "SELECT key_id, kind, fingerprint FROM actor_key WHERE actor_id = ? ORDER BY id", known.id
        )
        await _save_keys(known.id, actor.keys, history=history)
    return int(known.id)


async def _standing_of(uri: str) -> dict[str, Any]:
    """How somebody stands here whom we never met before, by what was decided about their instance."""
    stance = await stance_to(origin_of(uri))
    return {
        "is_quiet": stance.is_quiet,
        "media_rejected": stance.rejects_media,
        "is_shut_out": stance.is_blocked,
        "state": "suspended" if stance.is_blocked else "active",
    }


async def _save_capability(origin: str) -> None:
    """Whoever asks how the peer at `origin` is spoken to hears that it understands RFC 9421."""
    moment = now()
    await execute(
        """
        INSERT INTO peer (origin, speaks_rfc9421_at, created_at) VALUES (?, ?, ?)
        ON CONFLICT (origin) DO UPDATE SET speaks_rfc9421_at = excluded.speaks_rfc9421_at
        """,
        origin,
        moment,
        moment,
    )


async def _find_row(uri: str) -> Actor | None:
    found = await fetch_objects(Actor, "SELECT * FROM actor WHERE uri = ?", uri)
    return found[0] if found else None


async def make_actor_findable(actor: Actor) -> None:
    """A person is found by their name and their handle. Part of the caller's transaction."""
    await _make_findable(actor.id, {"type": actor.type, "name": actor.name, "handle": actor.handle, "host": actor.host})


async def _make_findable(key: int, columns: Mapping[str, Any]) -> None:
    if columns["type"] == "Person":
        await make_findable("actor", key, columns["name"], columns["handle"], columns["host"])


async def _save_keys(actor_id: int, keys: Sequence[KeyObject], *, history: Sequence[Mapping[str, Any]]) -> None:
    """The history says which keys the actor has from now on: changed ones are added, dropped ones end with a blank."""
    known = {key["key_id"]: key for key in history}
    rows = []
    for key in keys:
        try:
            public = read_public_key(key.public)
        except Invalid:
            continue  # a key that nobody should trust is as good as none
        if key.id not in known or known[key.id]["fingerprint"] != public.fingerprint:
            rows.append({"key_id": key.id, "kind": key.kind, "public": key.public, "fingerprint": public.fingerprint})
    listed = {key.id for key in keys}
    rows += [
        {"key_id": key_id, "kind": key["kind"], "public": "", "fingerprint": ""}
        for key_id, key in known.items()
        if key_id not in listed and key["fingerprint"]
    ]
    if not rows:
        return
    if len(history) + len(rows) > MAX_HISTORY:
        raise Forbidden("that actor has changed its keys too often to be believed")
    table = table_of(
        actor_id="integer", key_id="text", kind="text", public="text", fingerprint="text", seen_at="moment"
    )
    moment = now()
    await execute(
        f"""
        INSERT INTO actor_key (actor_id, key_id, kind, public, fingerprint, seen_at)
        SELECT k.actor_id, k.key_id, k.kind, k.public, k.fingerprint, k.seen_at FROM {table} AS k
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of({"actor_id": actor_id, "seen_at": moment, **row} for row in rows),
    )


async def keys_of(actor: Actor) -> list[ActorKey]:
    """The keys that `actor` has now, oldest first."""
    latest = {key.key_id: key for key in await ActorKey.filter(actor_id=actor.id).order_by("id")}
    return [key for key in latest.values() if key.fingerprint]


async def describe_actor(actor: Actor) -> ActorObject:
    """A local actor as other instances see it. Nobody follows the instance's own actor, and it pins nothing.

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
        followers=None if is_service else actor.followers,
        following=None if is_service else f"{actor.uri}/following",
        featured=None if is_service else actor.featured,
        shared_inbox=actor.shared_inbox,
        approves_followers=actor.approves_followers,
        discoverable=not is_service and not is_silent,
        suspended=is_silent,
        indexable=actor.is_indexable and not is_service and not is_silent,
        implements=tuple(CAPABILITIES),
        also_known_as=tuple(actor.also_known_as),
        moved_to=actor.moved_to,
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


def spelling_of(key: PrivateKey) -> str:
    """The public half as actors carry it: PEM for RSA, Multikey for Ed25519."""
    return key.public.pem if key.kind == "rsa" else key.public.multibase


def _kind(key: ActorKey) -> Literal["rsa", "ed25519"]:
    return "rsa" if key.kind == "rsa" else "ed25519"
