"""Which keys an actor has, and had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Final

from fedirec.activitypub.actors.vouching import SeenKey, present_keys, vouching_keys
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.vocab import KeyObject
from fedirec.clock import now
from fedirec.db import execute
from fedirec.db.tables import json_of, table_of
from fedirec.errors import Forbidden, Invalid

MAX_HISTORY: Final = 500
"""Keys that one actor of another instance can have had; beyond that they change but once in A_DAY, for whoever had the
domain for a while keeps nobody out."""
A_DAY: Final = timedelta(days=1)


async def keys_of(actor: Actor) -> list[ActorKey]:
    """The keys that `actor` has now, oldest first."""
    latest = {key.key_id: key for key in await ActorKey.filter(actor_id=actor.id).order_by("id")}
    return [key for key in latest.values() if key.fingerprint]


async def save_keys(
    actor_id: int, keys: Sequence[KeyObject], *, history: Sequence[SeenKey], is_vouched: bool
) -> list[SeenKey]:
    """The history says which keys the actor has from now on: changed ones are added, dropped ones end with a blank.

    All that is vouched for when `is_vouched`, by one of the keys that could; else only keys that are known to be theirs
    already. Answers the whole history. Part of the caller's transaction. Raises Forbidden for who has had MAX_HISTORY
    keys and changes them sooner than after A_DAY.
    """
    present, vouching = present_keys(history), vouching_keys(history)
    moment = now()
    listed: dict[str, SeenKey] = {}
    for key in keys:
        try:
            public = read_public_key(key.public)
        except Invalid:
            continue  # a key that nobody should trust is as good as none
        listed[key.id] = SeenKey(
            key_id=key.id,
            kind=key.kind,
            public=key.public,
            fingerprint=public.fingerprint,
            is_vouched=is_vouched or not history or public.fingerprint in _theirs_at(key.id, vouching),
            seen_at=moment,
        )
    named = {key.id for key in keys}
    rows = [
        key
        for key in listed.values()
        if (known := present.get(key.key_id)) is None
        or known.fingerprint != key.fingerprint
        or (key.is_vouched and not known.is_vouched)
    ]
    rows += [
        SeenKey(key_id=name, kind=key.kind, fingerprint="", is_vouched=is_vouched, seen_at=moment)
        for name, key in ({**vouching, **present} if is_vouched else present).items()
        if name not in named
    ]
    if rows and len(history) + len(rows) > MAX_HISTORY and any(key.seen_at > moment - A_DAY for key in history[-1:]):
        raise Forbidden("that actor has changed its keys too often to be believed")
    await add_to_history(actor_id, rows)
    return [*history, *rows]


def _theirs_at(key_id: str, vouching: Mapping[str, SeenKey]) -> set[str]:
    """The keys that are known to be theirs under that name: no other one takes the place of one that vouches."""
    if key_id in vouching:
        return {vouching[key_id].fingerprint}
    return {key.fingerprint for key in vouching.values()}


async def add_to_history(actor_id: int, rows: Sequence[SeenKey]) -> None:
    """These are the last lines of the history of an actor's keys. Part of the caller's transaction."""
    if not rows:
        return
    table = table_of(
        actor_id="integer",
        key_id="text",
        kind="text",
        public="text",
        fingerprint="text",
        is_vouched="boolean",
        seen_at="moment",
    )
    await execute(
        f"""
        INSERT INTO actor_key (actor_id, key_id, kind, public, fingerprint, is_vouched, seen_at)
        SELECT k.actor_id, k.key_id, k.kind, k.public, k.fingerprint, k.is_vouched, k.seen_at FROM {table} AS k
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of({"actor_id": actor_id, **asdict(row)} for row in rows),
    )
