"""Who is known, as it was read a moment ago: actors with their keys, and what was decided about peers.

Every delivery asks for the same few rows. They are kept for a second, and not at all once this process wrote to their
tables, so that a key that was changed, an actor who is gone and a peer that was blocked are seen at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from fedirec.activitypub.keys import PublicKey, read_public_key
from fedirec.activitypub.models import Actor
from fedirec.activitypub.policies import Stance, stance_to
from fedirec.clock import monotonic
from fedirec.db import fetch_rows, object_of, version_of
from fedirec.db.rows import rows_in

T = TypeVar("T")

KEPT_SECONDS: Final = 1.0
"""How long the command line, which is another process, may have to wait until what it did is seen."""
REMEMBERED: Final = 2_000
SENDERS: Final = 200
"""Whole actors that are kept: with their documents they are large."""
KEYS: Final = ("actor", "actor_key")
DECIDED: Final = ("instance", "peer")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key and the actor whose origin says that it is theirs."""

    actor: Actor
    """With its id, uri and state only: thousands of these are kept."""
    key_id: str
    public: PublicKey
    is_vouched: bool = True
    """Whether it is known to be the actor's by more than their domain (`actors.vouching`)."""


class _Shelf(Generic[T]):
    """The newest values, by key, each as long as it is certainly true."""

    def __init__(self, room: int = REMEMBERED) -> None:
        self._kept: OrderedDict[tuple[str | int, ...], tuple[int, float, T]] = OrderedDict()
        self._room = room

    def find(self, key: tuple[str | int, ...], version: int | None) -> T | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] != version or monotonic() - kept[1] > KEPT_SECONDS:
            return None
        return kept[2]

    def keep(self, key: tuple[str | int, ...], version: int | None, value: T) -> None:
        """`version` is the one from before `value` was read."""
        if version is None:
            return
        self._kept[key] = (version, monotonic(), value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._room:
            self._kept.popitem(last=False)


class Acquaintances:
    """Looks them up, in memory first."""

    def __init__(self) -> None:
        self._keys: _Shelf[KnownKey] = _Shelf()
        self._owners: _Shelf[str] = _Shelf()
        self._stances: _Shelf[Stance] = _Shelf()
        self._senders: _Shelf[Actor] = _Shelf(SENDERS)

    async def find_key(self, key_id: str, actor_uri: str) -> KnownKey | None:
        """The key as we know it; None also when its actor is gone, for then only their origin can bring them back."""
        version = version_of(changed=KEYS, added=KEYS)
        if kept := self._keys.find((key_id, actor_uri), version):
            return kept
        rows = await fetch_rows(
            """
            SELECT a.id AS id, a.uri AS uri, a.state AS state, k.public AS public, k.fingerprint AS fingerprint,
                   k.is_vouched AS is_vouched
              FROM actor AS a JOIN actor_key AS k ON k.actor_id = a.id
             WHERE a.uri = ? AND k.key_id = ? ORDER BY k.id DESC LIMIT 1
            """,
            actor_uri,
            key_id,
        )
        if not rows or rows[0]["state"] == "deleted" or not rows[0]["fingerprint"]:
            return None
        actor = object_of(Actor, {name: rows[0][name] for name in ("id", "uri", "state")})
        found = KnownKey(actor, key_id, read_public_key(rows[0]["public"]), bool(rows[0]["is_vouched"]))
        self._keys.keep((key_id, actor_uri), version, found)
        return found

    async def find_owner(self, key_id: str) -> str | None:
        """The id of the actor who lists a key under `key_id`, for all that we know; the first who did, of several."""
        version = version_of(changed=KEYS, added=KEYS)
        if kept := self._owners.find((key_id,), version):
            return kept
        rows = await fetch_rows(
            """
            SELECT a.uri AS uri FROM actor_key AS k JOIN actor AS a ON a.id = k.actor_id
             WHERE k.key_id = ? AND k.fingerprint <> '' AND a.state <> 'deleted'
             ORDER BY CASE WHEN a.uri = ? THEN 0 ELSE 1 END, k.id LIMIT 1
            """,
            key_id,
            key_id.partition("#")[0],
        )
        if not rows:
            return None
        owner = str(rows[0]["uri"])
        self._owners.keep((key_id,), version, owner)
        return owner

    async def find_senders(self, ids: Collection[int]) -> dict[int, Actor]:
        """The actors with these ids, by id; not to be changed by whoever asks without saving them."""
        version = version_of(changed=("actor",))
        found = {id_: kept for id_ in ids if (kept := self._senders.find((id_,), version))}
        if missing := [id_ for id_ in ids if id_ not in found]:
            for actor in await rows_in(Actor, missing):
                self._senders.keep((actor.id,), version, actor)
                found[actor.id] = actor
        return found

    async def is_blocked(self, origin: str) -> bool:
        """Whether this instance does not federate with the peer at `origin`: it is blocked, or a domain that its host
        is in, or only those who are listed may come in and it is not.
        """
        return (await self.stance_to(origin)).is_blocked

    async def stance_to(self, origin: str) -> Stance:
        """What was decided about the peer at `origin`, and about the domains that its host is in."""
        version = version_of(changed=DECIDED, added=DECIDED)
        kept = self._stances.find((origin,), version)
        if kept is None:
            kept = await stance_to(origin)
            self._stances.keep((origin,), version, kept)
        return kept

    async def leaves_media(self, origin: str) -> bool:
        """Whether files at `origin` stay where they are: nothing is asked of it, or nothing that shows or sounds."""
        stance = await self.stance_to(origin)
        return stance.is_blocked or stance.rejects_media
