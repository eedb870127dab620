"""Queueing work, in the transaction of the change that it follows from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.clock import now
from fedirec.db import execute, fetch_rows, within_transaction
from fedirec.db.gathering import Gathered, Gathering
from fedirec.db.tables import json_of, table_of
from fedirec.lanes.bell import ring
from fedirec.lanes.models import Job

LONGEST_KEY: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something to do after the transaction: `kind` says by which handler, `lane` after what.

    A lane holds work of one kind. Work of a lane with the same `order_key` is never done out of order, whatever
    fails; without one, other work may pass it while it waits. Work whose `dedupe_key` waits already is not queued
    again; if that is being done right now, it is done once more after.
    """

    kind: str
    lane: str
    payload: Mapping[str, object]
    order_key: str = ""
    dedupe_key: str | None = None
    due_at: datetime | None = None


async def enqueue(works: Sequence[Work]) -> None:
    """The works are queued when the caller's transaction commits, and only then.

    On PostgreSQL it locks the lanes until the commit, in the order of their keys, so that jobs are numbered in the
    order in which they are committed. Call it at the end of a transaction, and only once when that takes several
    lanes: whoever calls it again for others that are in use can wait for somebody who waits for them.
    """
    if not works:
        return
    if (gathered := _works.find()) is not None:
        gathered.things += works
        return
    at = now()
    async with within_transaction():
        await _make_lanes_due(works, at=at)
        await _save_jobs(works, at=at)
        await ring()


_works: Final = Gathering[Work]("works")


@asynccontextmanager
async def gathering() -> AsyncGenerator[Gathered[Work]]:
    """What is enqueued within is queued at its end, at once: for transactions that do many things one after the other.

    Part of the caller's transaction. Nothing is queued when it ends in an error.
    """
    with _works.begin() as gathered:
        yield gathered
    await enqueue(gathered.things)


async def waits(*, lane: str, order_key: str) -> bool:
    """Whether work with that order key waits in that lane, or will when the caller's transaction commits."""
    gathered = _works.find()
    if gathered and any(work.lane == lane and work.order_key == order_key for work in gathered.things):
        return True
    return bool(
        await fetch_rows(
            "SELECT 1 AS one FROM job WHERE lane = ? AND order_key = ? AND dead_at IS NULL LIMIT 1",
            lane,
            _short(order_key),
        )
    )


async def keep_payload(job: Job, payload: Mapping[str, object]) -> None:
    """If it has to be run again, `job` goes on with `payload`; part of the caller's transaction.

    For its own handler, when it takes several transactions: what the first ones did is not done twice.
    """
    await Job.filter(id=job.id).update(payload=dict(payload))


async def _make_lanes_due(works: Sequence[Work], *, at: datetime) -> None:
    kinds: dict[str, str] = {}
    due: dict[str, datetime] = {}
    for work in works:
        if len(work.lane) > LONGEST_KEY:
            raise ValueError(f"the key of a lane has at most {LONGEST_KEY} characters: {work.lane}")
        if kinds.setdefault(work.lane, work.kind) != work.kind:
            raise ValueError(f"lane {work.lane} holds work of kind {kinds[work.lane]}, not {work.kind}")
        due_at = work.due_at or at
        due[work.lane] = min(due.get(work.lane, due_at), due_at)

    # The lanes come first: whoever holds them decides whose jobs come next, and a runner never locks jobs before them.
    found = await fetch_rows(
        f"""
        INSERT INTO lane (key, kind, next_at, failures, trips)
        SELECT w.key, w.kind, w.due_at, 0, 0
          FROM {table_of(key="text", kind="text", due_at="moment")} AS w WHERE true ORDER BY w.key
        ON CONFLICT (key) DO UPDATE SET next_at = CASE
            WHEN lane.next_at <= excluded.next_at THEN lane.next_at
            WHEN excluded.next_at < lane.held_until THEN lane.held_until
            ELSE excluded.next_at END
        RETURNING key, kind
        """,  # noqa: S608
        json_of({"key": key, "kind": kinds[key], "due_at": due[key]} for key in kinds),
    )
    for row in found:
        if kinds[row["key"]] != row["kind"]:
            raise ValueError(f"lane {row['key']} holds work of kind {row['kind']}, not {kinds[row['key']]}")


async def _save_jobs(works: Sequence[Work], *, at: datetime) -> None:
    # A job that is dead makes room for the same work; one that waits or runs only learns that it was asked for again.
    columns = ("lane", "kind", "payload", "due_at", "wanted_at", "attempts", "crashes")
    renewed = ", ".join(
        f"{name} = CASE WHEN job.dead_at IS NULL THEN job.{name} ELSE excluded.{name} END" for name in columns
    )
    table = table_of(
        position="integer",
        lane="text",
        kind="text",
        payload="json",
        order_key="text",
        dedupe_key="text",
        due_at="moment",
    )
    await execute(
        f"""
        INSERT INTO job (lane, kind, payload, order_key, dedupe_key, due_at, wanted_at, revision, attempts, crashes)
        SELECT w.lane, w.kind, w.payload, w.order_key, w.dedupe_key, w.due_at, w.due_at, 0, 0, 0
          FROM {table} AS w WHERE true ORDER BY w.position
        ON CONFLICT (dedupe_key) DO UPDATE SET revision = job.revision + 1, {renewed}, dead_at = NULL
        """,  # noqa: S608
        json_of(_rows(works, at=at)),
    )


def _rows(works: Sequence[Work], *, at: datetime) -> Iterator[dict[str, object]]:
    seen: set[str] = set()
    for position, work in enumerate(works):
        dedupe_key = _short(work.dedupe_key) if work.dedupe_key is not None else None
        if dedupe_key in seen:
            continue
        if dedupe_key is not None:
            seen.add(dedupe_key)
        yield {
            "position": position,
            "lane": work.lane,
            "kind": work.kind,
            "payload": json.dumps(dict(work.payload), separators=(",", ":")),
            "order_key": _short(work.order_key),
            "dedupe_key": dedupe_key,
            "due_at": work.due_at or at,
        }


def _short(key: str) -> str:
    """`key`, or the part of a long one that fits, made unmistakable by its digest."""
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 65]}#{hashlib.sha256(key.encode()).hexdigest()}"
