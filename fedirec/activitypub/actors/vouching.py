"""Which keys of somebody elsewhere are known to be theirs, and not only those of whoever has their domain by now.

A key is vouched for when it was there when we first met them, when they said so with a key that was vouched for, or
when a moderator here found out. That a document lists it vouches for nothing: whoever has the domain writes that
document, and copies old public keys into it. The rules are pure functions of the history of keys, which is never
changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fedirec.activitypub.acquaintances import KnownKey
from fedirec.activitypub.journal import handling_of
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.proofs import Proof
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, moment_of, table_of
from fedirec.errors import FedirecError, Forbidden
from fedirec.lanes import enqueue

REASON: Final = "their key changed on %(day)s, and no key that we knew before says so"
_BEGINS: Final = REASON.partition("%")[0]
A_SECOND: Final = timedelta(seconds=1)
"""How exactly proofs are dated."""
MAX_HEARD_AGAIN: Final = 1_000
"""Refused activities of one actor that have their effect after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenKey:
    """A line in the history of an actor's keys: from then on, this key had that name; without a fingerprint, none."""

    key_id: str
    kind: str
    fingerprint: str
    is_vouched: bool
    seen_at: datetime
    public: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> SeenKey:
        return cls(
            key_id=row["key_id"],
            kind=row["kind"],
            fingerprint=row["fingerprint"],
            is_vouched=bool(row["is_vouched"]),
            seen_at=moment_of(row["seen_at"]) or now(),
            public=row.get("public", ""),
        )


def present_keys(history: Iterable[SeenKey]) -> dict[str, SeenKey]:
    """The keys that somebody has now, by name, for all that their domain says. A history is told oldest first."""
    latest = {key.key_id: key for key in history}
    return {name: key for name, key in latest.items() if key.fingerprint}


def vouching_keys(history: Iterable[SeenKey]) -> dict[str, SeenKey]:
    """The keys that can vouch for others, by name: the last of each name that was vouched for.

    One whose place another one took, or that was dropped, still can as long as nothing vouched for that; one that was
    given up in a way that counts never can again.
    """
    latest = {key.key_id: key for key in history if key.is_vouched}
    return {name: key for name, key in latest.items() if key.fingerprint}


def vouches(proof: Proof, history: Sequence[SeenKey]) -> bool:
    """Whether what `proof` is on was said with a key that can vouch for others, and after the last one that did so.

    What was true before may be sent again by anybody.
    """
    key = vouching_keys(history).get(proof.verification_method)
    newest = max((each.seen_at for each in history if each.is_vouched), default=None)
    if key is None or newest is None or proof.created is None or proof.created + A_SECOND <= newest:
        return False
    try:
        proof.verify(read_public_key(key.public), now=now())
    except FedirecError:
        return False
    return True


def changed_since(history: Sequence[SeenKey]) -> datetime | None:
    """Since when somebody has other keys than those that we knew, without any of those saying so; None where all is
    well.

    A key of a kind that they had none of changes nothing, beside one that is vouched for: so servers learn to sign in a
    new way.
    """
    kinds = {key.kind for key in history if key.is_vouched and key.fingerprint}
    if not kinds:
        return None
    present = present_keys(history).values()
    has_vouched = any(key.is_vouched for key in present)
    doubtful = [key.seen_at for key in present if not key.is_vouched and (key.kind in kinds or not has_vouched)]
    if doubtful:
        return min(doubtful)
    if has_vouched:
        return None
    latest = {key.key_id: key for key in history}.values()
    return min((key.seen_at for key in latest if not key.is_vouched), default=None)


def is_theirs(history: Sequence[SeenKey]) -> bool:
    """Whether somebody is there with the keys that we know them by."""
    return changed_since(history) is None and any(key.is_vouched for key in present_keys(history).values())


async def history_of(actor_id: int) -> list[SeenKey]:
    """Every key that an actor was seen to have, oldest first."""
    rows = await fetch_rows(
        "SELECT key_id, kind, public, fingerprint, is_vouched, seen_at FROM actor_key WHERE actor_id = ? ORDER BY id",
        actor_id,
    )
    return [SeenKey.of(row) for row in rows]


async def find_former_key(key_id: str, *, actor_uri: str) -> KnownKey | None:
    """The key that an actor listed under that name once, and that can still vouch for others."""
    found = await Actor.filter(uri=actor_uri).exclude(state="deleted").first()
    key = vouching_keys(await history_of(found.id)).get(key_id) if found else None
    if found is None or key is None:
        return None
    return KnownKey(found, key_id, read_public_key(key.public), is_vouched=True)


async def is_vouched_by_proof(proof: Proof | None, *, actor_uri: str) -> bool:
    """Whether `proof` vouches for what an actor says, by all that is known of their keys."""
    if proof is None:
        return False
    found = await Actor.filter(uri=actor_uri).limit(1).values_list("id", flat=True)
    return bool(found) and vouches(proof, await history_of(int(str(found[0]))))


async def keys_changed_at(actors: Collection[int]) -> dict[int, datetime]:
    """Those of the actors in these rows who have keys that nobody vouches for, and since when: one query."""
    if not actors:
        return {}
    rows = await fetch_rows(
        f"""
        SELECT k.actor_id, k.key_id, k.kind, k.fingerprint, k.is_vouched, k.seen_at
          FROM {table_of(id="integer")} AS w CROSS JOIN actor_key AS k
         WHERE k.actor_id = w.id AND EXISTS (
               SELECT 1 FROM actor_key AS n WHERE n.actor_id = w.id AND NOT n.is_vouched)
         ORDER BY k.id
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of({"id": actor} for actor in sorted(set(actors))),
    )
    histories = defaultdict[int, list[SeenKey]](list)
    for row in rows:
        histories[row["actor_id"]].append(SeenKey.of(row))
    found = {actor: changed_since(history) for actor, history in histories.items()}
    return {actor: moment for actor, moment in found.items() if moment is not None}


async def key_changed_at(actor_id: int) -> datetime | None:
    """Since when an actor has keys that nobody vouches for; None where all is well."""
    return (await keys_changed_at([actor_id])).get(actor_id)


def refusal_of(changed_at: datetime) -> Forbidden:
    """Why something is not believed of somebody whose keys changed then."""
    return Forbidden(REASON, blanks={"day": f"{changed_at:%Y-%m-%d}"})


async def refuse_changed(actor_id: int) -> None:
    """Raise Forbidden for what the domain of an actor says while they have other keys than those that we knew."""
    if changed_at := await key_changed_at(actor_id):
        raise refusal_of(changed_at)


async def refuse_key(actor_id: int, *, key_id: str, fingerprint: str) -> None:
    """Raise Forbidden for what was signed with a key of an actor that nobody vouches for."""
    history = await history_of(actor_id)
    known = [key for key in history if (key.key_id, key.fingerprint) == (key_id, fingerprint)]
    if not known or not known[-1].is_vouched:
        raise refusal_of(changed_since(history) or (known[-1].seen_at if known else now()))


async def hear_again(actor_id: int) -> None:
    """What an actor said with keys that nobody vouched for is handled again, now that somebody does.

    Part of the caller's transaction.
    """
    refused = Received.filter(sender_id=actor_id, state="refused", reason__startswith=_BEGINS)
    rows = await refused.order_by("id").limit(MAX_HEARD_AGAIN).values_list("id", "activity_uri", "body")
    kept = [(int(key), str(uri)) for key, uri, body in rows if body]
    if kept:
        again = Received.filter(id__in=[key for key, _uri in kept], state="refused")
        await again.update(state="waiting", reason=None, handled_at=None)
        await enqueue([handling_of(uri) for _key, uri in kept])
