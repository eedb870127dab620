"""Received activities become durable in batches: one transaction, and one sync of the disk, for all that wait."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from tortoise.exceptions import IntegrityError, OperationalError

from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.db import execute, execute_many, fetch_rows, on_postgres, transaction
from fedirec.db.tables import json_of, marks, table_of
from fedirec.errors import Busy
from fedirec.lanes import Work, enqueue
from fedirec.uris import origin_of

log = logging.getLogger(__name__)

BATCH: Final = 200
"""Activities that one transaction stores."""
PATIENCE: Final = 8
"""Turns of the loop that a batch waits at most, while each brings more to store."""
FULL_SECONDS: Final = 120
"""When those are asked to try again whom the database had no room for."""

DESCRIBED_FOR: Final = timedelta(days=7)
"""How long what a peer said of its software is not asked again."""

AT_HAND: Final = 500
"""Activities that are handed to the worker without being read again."""
AT_HAND_BYTES: Final = 4_000_000
"""Of their bodies, in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An authentic activity as it arrived, and as it stands in its row for good."""

    activity_uri: str
    type: str
    sender_id: int
    body: bytes
    signed_headers: list[list[str]]
    target: str
    key_id: str
    fingerprint: str
    received_at: datetime = field(default_factory=now)

    is_vouched: bool = field(default=False, compare=False)
    """Whether its key is known to be the sender's by more than their domain (`actors.vouching`)."""

    document: Json | None = field(default=None, compare=False, repr=False)
    """What `body` spells, when that is at hand."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The peer at `origin` is there, and signed in the new way if `speaks_rfc9421`."""

    origin: str
    speaks_rfc9421: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    arrival: Arrival
    heard: Heard | None
    written: asyncio.Future[None]


def name_of(body: bytes, actor: str) -> str:
    """What an activity is known by that has no id of its own, so that it counts once: Funkwhale's Delete has none,
    Mastodon's Add neither, and BookWyrm calls a Delete like the Create before it.
    """
    return f"{actor}#{sha256(body).hexdigest()}"


class Journal:
    """Writes what arrives, many at a time."""

    def __init__(self) -> None:
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None
        self._at_hand: OrderedDict[str, Arrival] = OrderedDict()
        self._at_hand_bytes = 0

    async def write(self, arrival: Arrival, *, heard: Heard | None = None) -> None:
        """Return when `arrival` will survive the loss of power, and its handling is queued; with it, what was `heard`.

        An id that is there already stays as it is. Raises Busy when the database does not take it.
        """
        entry = _Entry(arrival, heard, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        await entry.written

    def take(self, activity_uri: str) -> Arrival | None:
        """What was written under that id a moment ago, once; whether it still waits, only its row says."""
        arrival = self._at_hand.pop(activity_uri, None)
        if arrival is not None:
            self._at_hand_bytes -= len(arrival.body)
        return arrival

    async def _write_waiting(self) -> None:
        while self._waiting:
            await self._gather()
            await self._write(self._waiting)

    async def _gather(self) -> None:
        """Requests that are being read at this moment have joined the batch."""
        for _ in range(PATIENCE):
            before = len(self._waiting)
            await asyncio.sleep(0)
            if len(self._waiting) in (before, BATCH):
                return

    async def _write(self, queue: list[_Entry]) -> None:
        """The first of `queue` are written, with those that join it while others have the database, and leave it."""
        batch: list[_Entry] = []
        try:
            async with transaction():
                batch = _taken(queue)
                fresh = await _save([entry.arrival for entry in batch], [entry.heard for entry in batch if entry.heard])
        except Exception as error:
            batch = batch or _taken(queue)
            is_down = isinstance(error, OperationalError | OSError) and not isinstance(error, IntegrityError)
            if len(batch) > 1 and not is_down:
                for entry in batch:  # one that the database refuses does not take the others with it
                    await self._write([entry])
                return
            log.exception("the database does not take what arrives")
            reason = Busy(
                "this instance cannot store anything just now; please try again later", retry_after=FULL_SECONDS
            )
            reason.__cause__ = error
            for entry in batch:
                if not entry.written.done():
                    entry.written.set_exception(reason)
            return
        self._keep_at_hand(fresh)
        for entry in batch:
            if not entry.written.done():
                entry.written.set_result(None)

    def _keep_at_hand(self, arrivals: Sequence[Arrival]) -> None:
        if on_postgres():  # another process may have written the same id first, and another one may handle it
            return
        for arrival in arrivals:
            self.take(arrival.activity_uri)
            self._at_hand[arrival.activity_uri] = arrival
            self._at_hand_bytes += len(arrival.body)
        while len(self._at_hand) > AT_HAND or self._at_hand_bytes > AT_HAND_BYTES:
            self.take(next(iter(self._at_hand)))


def _taken(queue: list[_Entry]) -> list[_Entry]:
    """The first entries of `queue`, which has them no more."""
    batch = queue[:BATCH]
    del queue[:BATCH]
    return batch


async def _save(batch: Sequence[Arrival], heard: Sequence[Heard]) -> list[Arrival]:
    """The rows of `batch` are there, and their handling is queued; those that were not there before.

    Part of the caller's transaction.
    """
    by_uri: dict[str, Arrival] = {}
    for arrival in batch:
        by_uri.setdefault(arrival.activity_uri, arrival)
    await _save_heard(heard)
    known = await fetch_rows(
        f"SELECT activity_uri FROM received WHERE activity_uri IN (SELECT uri FROM {table_of(uri='text')} AS w)",  # noqa: S608
        json_of({"uri": uri} for uri in by_uri),
    )
    there = {row["activity_uri"] for row in known}
    fresh = [arrival for uri, arrival in by_uri.items() if uri not in there]
    if not fresh:
        return []
    await execute_many(
        """
        INSERT INTO received (activity_uri, type, sender_id, body, signed_headers, target, key_id, fingerprint,
                              received_at, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (activity_uri) DO NOTHING
        """,
        [
            (
                arrival.activity_uri,
                arrival.type,
                arrival.sender_id,
                arrival.body,
                json.dumps(arrival.signed_headers),
                arrival.target,
                arrival.key_id,
                arrival.fingerprint,
                arrival.received_at,
            )
            for arrival in fresh
        ],
    )
    await enqueue([handling_of(arrival.activity_uri) for arrival in fresh])
    return fresh


def handling_of(activity_uri: str) -> Work:
    """The work of handling what was received under that id."""
    return Work(
        kind="inbox",
        lane=f"inbox:{origin_of(activity_uri)}",
        payload={"activity": activity_uri},
        dedupe_key=f"inbox:{sha256(activity_uri.encode()).hexdigest()}",
    )


async def _save_heard(heard: Sequence[Heard]) -> None:
    """When each peer was heard is known, and how it signs."""
    if not heard:
        return
    moment = now()
    newest = {each.origin: each for each in heard}
    await execute(
        f"""
        INSERT INTO peer (origin, heard_at, speaks_rfc9421_at, created_at)
        SELECT h.origin, h.heard_at, h.speaks_at, h.heard_at
          FROM {table_of(origin="text", heard_at="moment", speaks_at="moment")} AS h WHERE true ORDER BY h.origin
        ON CONFLICT (origin) DO UPDATE SET heard_at = excluded.heard_at,
               speaks_rfc9421_at = coalesce(excluded.speaks_rfc9421_at, peer.speaks_rfc9421_at)
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of(
            {"origin": each.origin, "heard_at": moment, "speaks_at": moment if each.speaks_rfc9421 else None}
            for each in newest.values()
        ),
    )
    strangers = await fetch_rows(
        f"SELECT origin FROM peer WHERE origin IN ({marks(newest)}) AND (described_at IS NULL OR described_at < ?)",  # noqa: S608
        *newest,
        moment - DESCRIBED_FOR,
    )
    await enqueue(
        [
            Work(
                kind="describe",
                lane=f"describe:{row['origin']}",
                payload={"origin": row["origin"]},
                dedupe_key=f"describe:{row['origin']}",
            )
            for row in strangers
        ]
    )
