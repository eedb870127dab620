"""What administrators and other parts of fedirec do to lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.clock import now
from fedirec.db import execute, fetch_rows, transaction
from fedirec.db.tables import json_of, locked, table_of
from fedirec.lanes.backoff import JITTER, LONGEST_REQUESTED_WAIT
from fedirec.lanes.bell import ring
from fedirec.lanes.models import Job

DEAD_KEPT: Final = timedelta(days=30)
IDLE_KEPT: Final = timedelta(days=14)
PAGE: Final = 1000


async def close_circuit(key: str) -> bool:
    """The lane, if it was failing, is trusted again and due at once: its other side was just heard from.

    Cheap enough to be called whenever that happens. Returns whether it was failing.
    """
    if not await fetch_rows("SELECT 1 AS one FROM lane WHERE key = ? AND failures > 0", key):
        return False
    async with transaction():
        await _trust(key)
        await ring()
    return True


async def revive(key: str) -> None:
    """Everything in the lane that waits because of a failure is due at once."""
    at = now()
    async with transaction():
        await _trust(key)
        await execute("UPDATE job SET due_at = ? WHERE lane = ? AND attempts > 0 AND dead_at IS NULL", at, key)
        await ring()


async def retry_dead(key: str) -> int:
    """The dead jobs of the lane are due again, as if they were new; how many there were."""
    at = now()
    async with transaction():
        await execute(
            f"""
            INSERT INTO lane (key, kind, next_at, failures, trips)
            SELECT w.key, min(job.kind), w.due_at, 0, 0 FROM {table_of(key="text", due_at="moment")} AS w
              JOIN job ON job.lane = w.key AND job.dead_at IS NOT NULL GROUP BY w.key, w.due_at
            ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at, held_until = NULL
            """,  # noqa: S608
            json_of([{"key": key, "due_at": at}]),
        )
        revived = await execute(
            """
            UPDATE job SET dead_at = NULL, attempts = 0, crashes = 0, due_at = ?, wanted_at = ?
             WHERE lane = ? AND dead_at IS NOT NULL
            """,
            at,
            at,
            key,
        )
        await ring()
    return revived


async def retry_one(id_: int) -> bool:
    """The dead job with this number is due again, as if it were new; whether there was one."""
    job = await Job.filter(id=id_, dead_at__isnull=False).first()
    if job is None:
        return False
    at = now()
    async with transaction():
        await execute(
            """
            INSERT INTO lane (key, kind, next_at, failures, trips) VALUES (?, ?, ?, 0, 0)
            ON CONFLICT (key) DO UPDATE SET next_at = CASE
                WHEN lane.next_at <= excluded.next_at THEN lane.next_at ELSE excluded.next_at END
            """,
            job.lane,
            job.kind,
            at,
        )
        revived = await execute(
            """
            UPDATE job SET dead_at = NULL, attempts = 0, crashes = 0, due_at = ?, wanted_at = ?
             WHERE id = ? AND dead_at IS NOT NULL
            """,
            at,
            at,
            id_,
        )
        await ring()
    return revived > 0


async def drop_one(id_: int) -> bool:
    """The job with this number, dead or waiting, is gone; whether there was one."""
    return await Job.filter(id=id_).delete() > 0


async def drop_waiting(key: str) -> int:
    """All jobs of the lane are gone, the dead ones too; how many there were. What runs just now runs to its end."""
    return await _delete_in_pages(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE lane = ? ORDER BY id LIMIT ?)", key
    )


async def drop_dead(key: str) -> int:
    """The dead jobs of the lane are gone; how many there were."""
    return await _delete_in_pages(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE lane = ? AND dead_at IS NOT NULL ORDER BY id LIMIT ?)",
        key,
    )


async def bring_back() -> None:
    """What waits after a failure for a moment that nothing is ever made to wait for is due at once.

    The clock was ahead when it failed, and was put right since.
    """
    at = now()
    latest = at + LONGEST_REQUESTED_WAIT * (1 + JITTER)
    async with transaction():
        moved = await execute(
            "UPDATE job SET due_at = ? WHERE attempts > 0 AND dead_at IS NULL AND due_at > ?", at, latest
        )
        freed = await execute(
            """
            UPDATE lane SET next_at = ?, held_until = NULL,
                   leased_by = CASE WHEN leased_until > ? THEN NULL ELSE leased_by END,
                   leased_until = CASE WHEN leased_until > ? THEN NULL ELSE leased_until END
             WHERE next_at IS NOT NULL AND (next_at > ? OR held_until > ? OR leased_until > ?)
            """,
            at,
            *(latest,) * 5,
        )
        if moved or freed:
            await ring()


async def prune_dead() -> int:
    """Jobs that died a month ago are gone; how many they were."""
    before = now() - DEAD_KEPT
    return await _delete_in_pages(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE dead_at <= ? ORDER BY id LIMIT ?)", before
    )


async def prune_idle_lanes() -> int:
    """Lanes in which nothing happened for two weeks, and nothing waits, are forgotten; how many they were."""
    before = now() - IDLE_KEPT
    return await _delete_in_pages(
        f"""
        DELETE FROM lane WHERE key IN (
            SELECT key FROM lane
             WHERE next_at IS NULL AND leased_by IS NULL AND (succeeded_at IS NULL OR succeeded_at <= ?)
               AND (failing_since IS NULL OR failing_since <= ?)
               AND NOT EXISTS (SELECT 1 FROM job WHERE job.lane = lane.key)
             ORDER BY key LIMIT ?{locked(skip=True)})
        """,  # noqa: S608
        before,
        before,
    )


async def _delete_in_pages(sql: str, *values: object) -> int:
    deleted = 0
    while count := await execute(sql, *values, PAGE):
        deleted += count
    return deleted


async def _trust(key: str) -> None:
    await execute(
        """
        UPDATE lane SET failures = 0, failing_since = NULL, trips = 0, held_until = NULL, error = NULL,
               next_at = CASE WHEN next_at IS NULL THEN next_at ELSE ? END
         WHERE key = ?
        """,
        now(),
        key,
    )
