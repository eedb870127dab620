"""Our own actors: made with their keys, and told of when they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from anyio import to_thread

from fedirec.activitypub.actors.descriptions import describe_actor
from fedirec.activitypub.actors.names import make_actor_findable
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import PrivateKey, generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor, ActorKey, SigningKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Update
from fedirec.clock import now
from fedirec.uris import Uris, origin_of

RSA_FRAGMENT: Final = "#main-key"
ED25519_FRAGMENT: Final = "#ed25519"


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


async def publish_actor_update(
    actor: Actor, *, to: Iterable[Actor] = (), proved_by: tuple[str, PrivateKey] | None = None
) -> None:
    """The followers of a local actor, and `to`, will hear what it is like now; part of the caller's transaction.

    What is `proved_by` a key that they know vouches for keys that they do not.
    """
    described = await describe_actor(actor)
    update = Update(
        id=new_activity_uri(actor),
        actor=actor.uri,
        object=described,
        to=(PUBLIC,),
        cc=(described.followers,) if described.followers else (),
        published=now(),
    )
    await publish(actor, update, to=to, to_followers_of=[actor], proved_by=proved_by)


def spelling_of(key: PrivateKey) -> str:
    """The public half as actors carry it: PEM for RSA, Multikey for Ed25519."""
    return key.public.pem if key.kind == "rsa" else key.public.multibase
