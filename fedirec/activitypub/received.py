"""What was received, as its rows say: what waits to be handled, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from fedirec.activitypub.journal import Arrival
from fedirec.activitypub.models import Received
from fedirec.activitypub.vocab import Activity
from fedirec.clock import now
from fedirec.db import execute, execute_many, fetch_rows, object_of
from fedirec.db.tables import json_of, locked, table_of

MAX_REASON: Final = 500
MAX_KEPT_IN_VAIN: Final = 64_000
"""Bytes of an activity without an effect, beyond which only that it came is kept: hardly anybody sends as much."""
_IS_VOUCHED: Final = """(
    SELECT k.is_vouched FROM actor_key AS k
     WHERE k.actor_id = r.sender_id AND k.key_id = r.key_id AND k.fingerprint = r.fingerprint ORDER BY k.id DESC LIMIT 1
)"""


async def waiting_arrivals(uris: Collection[str]) -> list[Arrival]:
    """Those of the activities that wait to be handled, the one that came first in front."""
    rows = await fetch_rows(f"SELECT r.*, {_IS_VOUCHED} AS is_vouched {_waiting_among()} ORDER BY r.id", _names(uris))
    vouched = {row["id"] for row in rows if row.pop("is_vouched")}
    return [
        Arrival(
            activity_uri=row.activity_uri,
            type=row.type,
            sender_id=row.sender_id,
            body=bytes(row.body),
            signed_headers=row.signed_headers,
            target=row.target,
            key_id=row.key_id,
            fingerprint=row.fingerprint,
            received_at=row.received_at,
            is_vouched=row.id in vouched,
        )
        for row in (object_of(Received, each) for each in rows)
    ]


async def still_waiting(uris: Collection[str]) -> set[str]:
    """Those of the activities that wait; on PostgreSQL locked, so that whoever else would handle them waits for us."""
    rows = await fetch_rows(f"SELECT r.activity_uri {_waiting_among()} ORDER BY r.id{locked()}", _names(uris))
    return {row["activity_uri"] for row in rows}


async def mark_handled(uris: Collection[str]) -> None:
    """The activities have had their effect; part of the caller's transaction."""
    if uris:
        names = f"SELECT uri FROM {table_of(uri='text')} AS w"  # noqa: S608
        await execute(
            f"UPDATE received SET state = 'handled', handled_at = ? WHERE activity_uri IN ({names})",  # noqa: S608
            now(),
            _names(uris),
        )


async def end_without_effect(arrival: Arrival, state: str, reason: str) -> None:
    """The activity is kept, with the reason why it had no effect."""
    await execute(
        "UPDATE received SET state = ?, reason = ?, handled_at = ?, body = ? WHERE activity_uri = ?",
        state,
        reason.replace("\x00", "")[:MAX_REASON],
        now(),
        arrival.body if len(arrival.body) <= MAX_KEPT_IN_VAIN else b"",
        arrival.activity_uri,
    )


async def keep_evidence(handled: Sequence[tuple[Activity[Any], Arrival]]) -> None:
    """What the activities prove is kept for good, with their signatures; part of the caller's transaction."""
    if not handled:
        return
    await execute_many(
        """
        INSERT INTO evidence (subject_uri, activity_uri, actor_uri, key_id, fingerprint, body, signed_headers, target,
                              received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (
                activity.object.id,
                arrival.activity_uri,
                activity.actor,
                arrival.key_id,
                arrival.fingerprint,
                arrival.body,
                json.dumps(arrival.signed_headers),
                arrival.target,
                arrival.received_at,
            )
            for activity, arrival in handled
        ],
    )


def _waiting_among() -> str:
    """Those that wait, of the names in one placeholder; each is looked up, however many others wait."""
    names = table_of(uri="text")
    return f"FROM {names} AS w CROSS JOIN received AS r WHERE r.activity_uri = w.uri AND r.state = 'waiting'"


def _names(uris: Iterable[str]) -> str:
    return json_of({"uri": uri} for uri in uris)
