"""Leases on lanes in the database: who works on which lane, until when, and what came of it.

Everything here runs inside the caller's transaction. A runner that lost a lease finds its key missing from what
`hold` returns, and then writes nothing about that lane. On PostgreSQL no statement here waits for a lock on a lane,
so that a runner can never be part of a deadlock with those who queue work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from fedirec.db import execute, fetch_objects, fetch_rows
from fedirec.db.tables import json_of, locked, moment_of, table_of
from fedirec.lanes.backoff import Health, Retry
from fedirec.lanes.models import Job

WAITS_FOR_ANOTHER: Final = """
    EXISTS (SELECT 1 FROM job AS e
             WHERE e.lane = j.lane AND e.order_key = j.order_key AND j.order_key <> '' AND e.id < j.id
               AND e.dead_at IS NULL AND e.due_at > {moment})
"""
"""Job j comes after a job e that has the same order key and is not due at `moment`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A lane whose lease is given back: due again at `more_at`, or when its jobs say if that is None."""

    key: str
    more_at: datetime | None
    succeeded_at: datetime | None = None
    tally: str | None = None
    """What came of its tries, if that is to be written anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is known of a lane that is leased by us."""

    health: Health
    tally: str | None


async def claim(
    free: Mapping[str, int], *, full: Mapping[str, Collection[str]], by: str, at: datetime, until: datetime
) -> dict[str, str]:
    """Lease up to `free[kind]` lanes of each kind that are due, those that waited longest first: key to kind.

    Those that end at one of the domains `full[kind]` are passed over.
    """
    if not free:
        return {}
    due = """
        SELECT key FROM (
            SELECT key FROM lane WHERE kind = ? AND next_at <= ? AND (leased_until IS NULL OR leased_until <= ?){others}
             ORDER BY next_at LIMIT ?{locked}) AS {name}
    """
    ends = {kind: [f"%{sign}{domain}" for domain in full.get(kind, ()) for sign in "./"] for kind in free}
    union = " UNION ALL ".join(
        due.format(name=f"k{number}", others=" AND key NOT LIKE ?" * len(ends[kind]), locked=locked(skip=True))
        for number, kind in enumerate(free)
    )
    rows = await fetch_rows(
        f"""
        WITH due AS MATERIALIZED ({union})
        UPDATE lane SET leased_by = ?, leased_until = ? WHERE key IN (SELECT key FROM due) RETURNING key, kind
        """,  # noqa: S608
        *(value for kind, limit in free.items() for value in (kind, at, at, *ends[kind], limit)),
        by,
        until,
    )
    return {row["key"]: row["kind"] for row in rows}


async def are_due(kinds: Collection[str], *, at: datetime) -> bool:
    """Whether there is a lane of these kinds to lease, for all that can be seen without leasing it."""
    return bool(
        kinds
        and await fetch_rows(
            f"""
            SELECT 1 AS one FROM {table_of(key="text")} AS k CROSS JOIN lane AS l
             WHERE l.kind = k.key AND l.next_at <= ? AND (l.leased_until IS NULL OR l.leased_until <= ?) LIMIT 1
            """,  # noqa: S608
            json_of({"key": kind} for kind in kinds),
            at,
            at,
        )
    )


async def due_jobs(lanes: Collection[str], *, limit: int, at: datetime) -> dict[str, list[Job]]:
    """The first `limit` jobs of each of the lanes that may run now, in the order in which they were queued."""
    blocked = WAITS_FOR_ANOTHER.format(moment="?")
    first = f"""
        SELECT {{columns}} FROM job AS j
         WHERE j.lane = l.key AND j.dead_at IS NULL AND j.due_at <= ? AND NOT {blocked} ORDER BY j.id LIMIT ?
    """  # noqa: S608
    keys = table_of(key="text")
    if locked():
        sql = f"SELECT d.* FROM {keys} AS l CROSS JOIN LATERAL ({first.format(columns='j.*')}) AS d ORDER BY d.id"  # noqa: S608
    else:
        ids = first.format(columns="j.id")
        sql = f"SELECT d.* FROM {keys} AS l CROSS JOIN job AS d ON d.id IN ({ids}) ORDER BY d.id"  # noqa: S608
    jobs: dict[str, list[Job]] = {key: [] for key in lanes}
    for job in await fetch_objects(Job, sql, json_of({"key": key} for key in lanes), at, at, limit):
        jobs[job.lane].append(job)
    return jobs


async def hold(lanes: Collection[str], *, by: str) -> tuple[dict[str, Held], set[str]]:
    """What is known of those of the lanes that are leased `by` us, locked; and the keys of those that others lock just
    now, of which nothing can be said yet.
    """
    if not lanes:
        return {}, set()
    leased = f"lane WHERE leased_by = ? AND key IN (SELECT key FROM {table_of(key='text')} AS w)"  # noqa: S608
    keys = json_of({"key": key} for key in lanes)
    rows = await fetch_rows(
        f"SELECT key, failures, failing_since, trips, held_until, error, tally FROM {leased}{locked(skip=True)}",  # noqa: S608
        by,
        keys,
    )
    held = {row["key"]: Held(health=_health(row), tally=row["tally"]) for row in rows}
    busy: set[str] = set()
    if locked() and len(held) < len(lanes):
        busy = {row["key"] for row in await fetch_rows(f"SELECT key FROM {leased}", by, keys)} - set(held)  # noqa: S608
    return held, busy


async def renew(lanes: Collection[str], *, by: str, until: datetime) -> None:
    """The lanes are leased until then, unless somebody else leased them or locks them just now."""
    if not lanes:
        return
    mine = f"SELECT key FROM lane WHERE leased_by = ? AND key IN (SELECT key FROM {table_of(key='text')} AS w)"  # noqa: S608
    await execute(
        f"""
        WITH mine AS MATERIALIZED ({mine}{locked(skip=True)})
        UPDATE lane SET leased_until = ? WHERE key IN (SELECT key FROM mine)
        """,  # noqa: S608
        by,
        json_of({"key": key} for key in lanes),
        until,
    )


async def forget_done(jobs: Sequence[Job], *, at: datetime) -> None:
    """The jobs are gone; those that were asked for again while they ran are due once more."""
    if not jobs:
        return
    rows = await fetch_rows(
        f"""
        DELETE FROM job WHERE id IN (
            SELECT d.id FROM {table_of(id="integer", revision="integer")} AS w
              JOIN job AS d ON d.id = w.id AND d.revision = w.revision)
        RETURNING id
        """,  # noqa: S608
        json_of({"id": job.id, "revision": job.revision} for job in jobs),
    )
    if len(rows) == len(jobs):
        return
    gone = {row["id"] for row in rows}
    await execute(
        f"""
        UPDATE job SET attempts = 0, crashes = 0, due_at = ?, wanted_at = ?
         WHERE id IN (SELECT id FROM {table_of(id="integer")} AS w)
        """,  # noqa: S608
        at,
        at,
        json_of({"id": job.id} for job in jobs if job.id not in gone),
    )


async def keep_retries(retries: Sequence[tuple[Job, Retry]]) -> None:
    """The jobs wait for their next attempt or are dead; what was asked for again while it ran does not die of it."""
    if not retries:
        return
    table = table_of(
        id="integer",
        revision="integer",
        attempts="integer",
        crashes="integer",
        due_at="moment",
        dead_at="moment",
        status="integer",
        error="text",
    )
    await execute(
        f"""
        UPDATE job SET attempts = w.attempts, crashes = w.crashes, due_at = w.due_at, status = w.status,
               error = w.error, dead_at = CASE WHEN job.revision = w.revision THEN w.dead_at ELSE NULL END
          FROM {table} AS w WHERE job.id = w.id
        """,  # noqa: S608
        json_of({"id": job.id, "revision": job.revision, **asdict(retry)} for job, retry in retries),
    )


async def give_up(older: Mapping[str, datetime], *, at: datetime) -> int:
    """What lanes that failed have been waiting with since before `older[key]` is dead; how many jobs that were."""
    if not older:
        return 0
    return await execute(
        f"""
        UPDATE job SET dead_at = ?, error = coalesce(job.error, 'nobody answered for too long')
          FROM {table_of(key="text", before="moment")} AS w
         WHERE job.lane = w.key AND job.dead_at IS NULL AND job.wanted_at <= w.before
        """,  # noqa: S608
        at,
        json_of({"key": key, "before": before} for key, before in older.items()),
    )


async def keep_health(lanes: Mapping[str, Health]) -> None:
    """The health of these lanes, which the caller holds, is remembered."""
    if not lanes:
        return
    table = table_of(
        key="text", failures="integer", failing_since="moment", trips="integer", held_until="moment", error="text"
    )
    await execute(
        f"""
        UPDATE lane SET failures = w.failures, failing_since = w.failing_since, trips = w.trips,
               held_until = w.held_until, error = w.error
          FROM {table} AS w WHERE lane.key = w.key
        """,  # noqa: S608
        json_of({"key": key, **asdict(health)} for key, health in lanes.items()),
    )


async def give_back(lanes: Sequence[Leaving]) -> None:
    """These lanes, which the caller holds, are free, and due when the first of their jobs can run."""
    if not lanes:
        return
    blocked = WAITS_FOR_ANOTHER.format(moment="j.due_at")
    await execute(
        f"""
        UPDATE lane SET leased_by = NULL, leased_until = NULL,
               succeeded_at = coalesce(w.succeeded_at, lane.succeeded_at), tally = coalesce(w.tally, lane.tally),
               next_at = CASE WHEN w.due_at < lane.held_until THEN lane.held_until ELSE w.due_at END
          FROM (SELECT r.key, r.succeeded_at, r.tally, coalesce(r.more_at, (
                    SELECT min(j.due_at) FROM job AS j
                     WHERE j.lane = r.key AND j.dead_at IS NULL AND NOT {blocked})) AS due_at
                  FROM {table_of(key="text", more_at="moment", succeeded_at="moment", tally="text")} AS r) AS w
         WHERE lane.key = w.key
        """,  # noqa: S608
        json_of(
            {
                "key": leaving.key,
                "more_at": leaving.more_at,
                "succeeded_at": leaving.succeeded_at,
                "tally": leaving.tally,
            }
            for leaving in lanes
        ),
    )


async def give_back_all(*, by: str, at: datetime) -> None:
    """Whatever is still leased `by` us is free and due; what others lock just now is free when its lease ends."""
    await execute(
        f"""
        WITH mine AS MATERIALIZED (SELECT key FROM lane WHERE leased_by = ?{locked(skip=True)})
        UPDATE lane SET leased_by = NULL, leased_until = NULL,
               next_at = CASE WHEN held_until > ? THEN held_until ELSE ? END
         WHERE key IN (SELECT key FROM mine)
        """,  # noqa: S608
        by,
        at,
        at,
    )


async def take_over(kinds: Iterable[str]) -> None:
    """No lane of these kinds is leased: on SQLite, those who leased them before this process started are gone."""
    await execute(
        f"""
        UPDATE lane SET leased_by = NULL, leased_until = NULL
         WHERE leased_by IS NOT NULL AND kind IN (SELECT key FROM {table_of(key="text")} AS w)
        """,  # noqa: S608
        json_of({"key": kind} for kind in kinds),
    )


def _health(row: Mapping[str, object]) -> Health:
    return Health(
        failures=int(str(row["failures"])),
        failing_since=moment_of(row["failing_since"]),  # type: ignore[arg-type]
        trips=int(str(row["trips"])),
        held_until=moment_of(row["held_until"]),  # type: ignore[arg-type]
        error=row["error"],  # type: ignore[arg-type]
    )
