"""Which keys this instance has seen, for whom, and since when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from fedirec.activitypub.models import SigningKey
from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, moment_of, table_of
from fedirec.remix.lineage_file import KnownKeys
from fedirec.remix.lineage_file.witnesses import MAX_ENTRIES, Witnessed

MAX_HISTORY: Final = 20_000
"""Rows of the history of keys that are read at once, the newest."""
_HISTORY: Final = """
    SELECT a.uri AS owner, k.key_id, k.public, k.fingerprint, k.seen_at
      FROM {wanted} AS w CROSS JOIN actor a CROSS JOIN actor_key k
     WHERE a.uri = w.uri AND k.actor_id = a.id AND k.kind = 'ed25519' AND k.is_vouched ORDER BY k.id DESC LIMIT ?
"""


async def history_of(people: Collection[str]) -> Sequence[dict[str, Any]]:
    """Every key for proofs that `people` are known to have had, the first first; a row without a fingerprint ends one.

    Those that nobody vouches for, which may be anybody's, are not among them, and end none.
    """
    if not people:
        return []
    statement = _HISTORY.format(wanted=table_of(uri="text"))
    rows = await fetch_rows(statement, json_of({"uri": uri} for uri in sorted(set(people))), MAX_HISTORY)
    return [{**row, "seen_at": moment_of(row["seen_at"])} for row in reversed(rows)]


async def witnessed(people: Collection[str]) -> list[Witnessed]:
    """Which keys `people` were seen to have, the newest MAX_ENTRIES of them."""
    present: dict[tuple[str, str], Witnessed] = {}
    found: list[Witnessed] = []
    for row in await history_of(people):
        name = row["owner"], row["key_id"]
        before = present.pop(name, None)
        if before is not None and before.fingerprint == row["fingerprint"]:
            present[name] = before  # it was vouched for once more
            continue
        if before is not None:
            found.append(_ended(before, row["seen_at"]))
        if row["fingerprint"]:
            present[name] = Witnessed(
                owner=row["owner"], key=row["key_id"], fingerprint=row["fingerprint"], since=row["seen_at"]
            )
    found += present.values()
    return sorted(found, key=lambda each: (each.since, each.owner, each.key))[-MAX_ENTRIES:]


async def known_keys(people: Collection[str]) -> KnownKeys:
    """The keys by which this instance knows `people`, for checking what somebody shows it."""
    known: list[tuple[str, str, datetime]] = []
    present: dict[tuple[str, str], str] = {}
    ended: dict[tuple[str, str], datetime] = {}
    for row in await history_of(people):
        owner, fingerprint, seen_at = row["owner"], row["fingerprint"], row["seen_at"]
        name = owner, row["key_id"]
        before = present.pop(name, None)
        if before and before != fingerprint:
            ended[owner, before] = seen_at
        if fingerprint and before == fingerprint:
            present[name] = fingerprint  # it was vouched for once more
        elif fingerprint:
            known.append((owner, fingerprint, seen_at))
            present[name] = fingerprint
            ended.pop((owner, fingerprint), None)
    return KnownKeys.of(known, ended=((owner, key, until) for (owner, key), until in ended.items()))


async def signs_since(actor_id: int, key_id: str) -> datetime | None:
    """Since when a local actor has signed with that key."""
    row = await SigningKey.filter(actor_id=actor_id, key_id=key_id).first()
    return row.created_at if row else None


def _ended(each: Witnessed, until: datetime) -> Witnessed:
    return Witnessed(owner=each.owner, key=each.key, fingerprint=each.fingerprint, since=each.since, until=until)
