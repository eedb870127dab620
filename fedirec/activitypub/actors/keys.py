"""Which keys an actor has, and had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.vocab import KeyObject
from fedirec.clock import now
from fedirec.db import execute
from fedirec.db.tables import json_of, table_of
from fedirec.errors import Forbidden, Invalid

MAX_HISTORY: Final = 500
"""Keys that one actor of another instance can have had."""


async def keys_of(actor: Actor) -> list[ActorKey]:
    """The keys that `actor` has now, oldest first."""
    latest = {key.key_id: key for key in await ActorKey.filter(actor_id=actor.id).order_by("id")}
    return [key for key in latest.values() if key.fingerprint]


async def save_keys(actor_id: int, keys: Sequence[KeyObject], *, history: Sequence[Mapping[str, Any]]) -> None:
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
