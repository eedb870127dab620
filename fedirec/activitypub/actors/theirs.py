"""The actors of others, as their own origin describes them."""

from __future__ import annotations

import re
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from fedirec.activitypub.actors.keys import save_keys
from fedirec.activitypub.actors.names import make_actor_findable, make_findable_as
from fedirec.activitypub.actors.vouching import changed_since, hear_again, history_of
from fedirec.activitypub.authority import may_have
from fedirec.activitypub.looking import look_again
from fedirec.activitypub.models import Actor, Announcement, Follow, Liking
from fedirec.activitypub.naming import name_otherwise
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.vocab import ActorObject, Json
from fedirec.activitypub.vocab.actors import RFC9421
from fedirec.clock import now
from fedirec.db import add_row, execute, fetch_objects, transaction
from fedirec.errors import Forbidden
from fedirec.html import clean, one_line
from fedirec.lanes import Work, enqueue
from fedirec.uris import host_of, origin_of

HANDLE_NAME: Final = re.compile(r"[\w.~-]{1,200}")
"""What may stand before the @ of a handle: nothing that would make it look like the handle of somebody else."""

WHO_THEY_ARE: Final = frozenset(
    (
        *("type", "kind", "handle", "host", "name", "summary", "url", "icon_url"),
        *("also_known_as", "moved_to", "without_name", "document"),
    )
)
"""What nobody else says of somebody because they have their domain by now."""

PROFILE: Final = ("skills", "availableFor")
"""What people say of what they can do, of which there are rows."""

PEOPLE: Final = frozenset({"Person", "Service", "Organization"})
"""What becomes no group and no server, nor the other way round, because its domain says so."""


async def save_remote_actor(
    actor: ActorObject, document: Json, *, handle_host: str | None = None, is_vouched: bool = False
) -> Actor:
    """As `keep_remote_actor`; the actor as we know it from now on."""
    key = await keep_remote_actor(actor, document, handle_host=handle_host, is_vouched=is_vouched)
    return (await fetch_objects(Actor, "SELECT * FROM actor WHERE id = ?", key))[0]


async def keep_remote_actor(
    actor: ActorObject, document: Json, *, handle_host: str | None = None, is_vouched: bool = False
) -> int:
    """What another origin says of one of its actors is what we know of it; its key history grows if its keys changed.

    Answers the id of its row. `handle_host` is the host of the handle when WebFinger proved it; else the host of the
    id stands in. What `is_vouched` was said with a key that can vouch for others (`vouching`); where nothing is, and
    the keys have changed, whoever has the domain says how the actor is reached, and not who they are. Raises Forbidden
    for an actor that is ours.
    """
    kind = document.get("kind")
    columns: dict[str, Any] = {
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
        "without_name": actor.without_name,
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
                await make_findable_as(key, new)
                await save_keys(key, actor.keys, history=(), is_vouched=True)
                await enqueue(_profile_work(key, None, document))
                return key
        if known.is_local:
            raise Forbidden("that actor lives here; nobody else describes it")
        before = await history_of(known.id)
        history = await save_keys(known.id, actor.keys, history=before, is_vouched=is_vouched)
        if handle_host:
            columns["host"] = handle_host
        elif known.handle != columns["handle"]:
            columns["host"] = host_of(actor.id)  # what WebFinger proved was another handle
        if known.state == "deleted":
            columns["state"] = "active"
        if actor.moved_to is None and (known.document or {}).get("movedTo"):
            columns["moved_to"] = None  # they came back
        if changed_since(history) is not None:
            columns = {name: value for name, value in columns.items() if name not in WHO_THEY_ARE}
        elif not is_vouched and (actor.type in PEOPLE) != (known.type in PEOPLE):
            del columns["type"], columns["kind"]
        elif is_vouched and not all(key.is_vouched for key in before):
            await hear_again(known.id)
        was = known.name, known.summary, known.without_name
        works = _profile_work(known.id, known.document, columns.get("document", known.document))
        known.update_from_dict(columns)
        if (known.name, known.summary) != was[:2]:
            works.append(look_again(known.uri))
        if known.without_name != was[2]:
            works.append(name_otherwise(known.id))
        await enqueue(works)
        await known.save(update_fields=list(columns))
        await make_actor_findable(known)
    return int(known.id)


def _profile_work(key: int, before: Json | None, after: Json | None) -> list[Work]:
    """What keeps what somebody says of their skills, when that has changed; a package above knows how."""
    said = [tuple((document or {}).get(term) for term in PROFILE) for document in (before, after)]
    return [Work(kind="profile", lane=f"profile:{key}", payload={"actor": key})] if said[0] != said[1] else []


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


async def forget_actor(actor: Actor) -> None:
    """A remote actor is gone: its follows and likings end, its name stays where it is credited."""
    actor.state = "deleted"
    actor.inbox = actor.shared_inbox = None
    await actor.save(update_fields=["state", "inbox", "shared_inbox"])
    await Follow.filter(follower_id=actor.id).delete()
    await Follow.filter(target_id=actor.id).delete()
    await Liking.filter(actor_id=actor.id).delete()
    await Announcement.filter(actor_id=actor.id).delete()
