"""What the administration and the command line ask about lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.tables import moment_of
from fedirec.lanes.models import Job, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A lane that fails, or holds dead jobs."""

    lane: str
    kind: str
    failures: int
    failing_since: datetime | None
    is_open: bool
    """Whether its circuit is open: nothing is tried until `held_until`, and then one job."""
    held_until: datetime | None
    succeeded_at: datetime | None
    error: str | None
    waiting: int
    dead: int


async def lanes_in_trouble(*, limit: int = 100) -> list[Trouble]:
    """The lanes that fail or hold dead jobs, those that failed for longest first."""
    rows = await fetch_rows(
        """
        SELECT l.key, l.kind, l.failures, l.failing_since, l.trips, l.held_until, l.succeeded_at,
               coalesce(l.error, (SELECT error FROM job WHERE lane = l.key AND dead_at IS NOT NULL
                                   ORDER BY dead_at DESC LIMIT 1)) AS error,
               (SELECT count(*) FROM job WHERE lane = l.key AND dead_at IS NULL) AS waiting,
               (SELECT count(*) FROM job WHERE lane = l.key AND dead_at IS NOT NULL) AS dead
          FROM lane AS l
         WHERE l.failures > 0 OR l.key IN (SELECT lane FROM job WHERE dead_at IS NOT NULL)
         ORDER BY CASE WHEN l.failing_since IS NULL THEN 1 ELSE 0 END, l.failing_since, l.key LIMIT ?
        """,
        limit,
    )
    return [
        Trouble(
            lane=row["key"],
            kind=row["kind"],
            failures=row["failures"],
            failing_since=moment_of(row["failing_since"]),
            is_open=row["trips"] > 0,
            held_until=moment_of(row["held_until"]),
            succeeded_at=moment_of(row["succeeded_at"]),
            error=row["error"],
            waiting=row["waiting"],
            dead=row["dead"],
        )
        for row in rows
    ]


async def waiting(kind: str) -> int:
    """How many jobs of this kind are queued, due or not."""
    return await Job.filter(kind=kind, dead_at__isnull=True).count()


async def is_longer(lane: str, *, than: int) -> bool:
    """Whether more than so many jobs are queued in `lane`, due or not."""
    return bool(
        await fetch_rows(
            "SELECT 1 AS one FROM job WHERE lane = ? AND dead_at IS NULL ORDER BY id LIMIT 1 OFFSET ?", lane, than
        )
    )


async def oldest_waiting(kind: str | None = None) -> datetime | None:
    """Since when the oldest job, of this kind if one is given, has been waiting to run; None if none does."""
    jobs = Job.filter(dead_at__isnull=True, wanted_at__lte=now())
    if kind is not None:
        jobs = jobs.filter(kind=kind)
    job = await jobs.order_by("id").first()
    return job.wanted_at if job else None


async def dead_jobs(lane: str, *, limit: int = 100) -> list[Job]:
    """The jobs of the lane that will not be tried again, newest first."""
    return await Job.filter(lane=lane, dead_at__isnull=False).order_by("-dead_at", "-id").limit(limit)


async def find_lane(key: str) -> Lane | None:
    """The lane of this key, if anything was ever queued in it."""
    return await Lane.filter(key=key).first()


async def lanes_named(patterns: Sequence[str], *, after: str = "", limit: int = 100) -> list[str]:
    """The keys behind `after` that fit one of `patterns` for LIKE ... ESCAPE '!', in order."""
    fits = " OR ".join("key LIKE ? ESCAPE '!'" for _pattern in patterns)
    rows = await fetch_rows(
        f"SELECT key FROM lane WHERE key > ? AND ({fits}) ORDER BY key LIMIT ?",  # noqa: S608  (only placeholders)
        after,
        *patterns,
        limit,
    )
    return [str(row["key"]) for row in rows]
