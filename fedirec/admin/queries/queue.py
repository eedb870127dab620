"""What waits to be done, and what was given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from fedirec.activitypub.models import Outgoing
from fedirec.activitypub.outbox import delivery_lane
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.tables import moment_of
from fedirec.lanes import Job

PAGE: Final = 50

Which = Literal["", "waiting", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The jobs of one kind."""

    kind: str
    due: int
    """That could be done now."""
    later: int
    """That wait for their time, or for another try."""
    dead: int
    oldest_at: datetime | None
    """Since when the oldest of those that are due waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """A piece of work that waits or was given up."""

    id: int
    kind: str
    lane: str
    about: str
    """What it is about: an activity and where it goes, or an address."""
    attempts: int
    wanted_at: datetime
    due_at: datetime
    dead_at: datetime | None
    status: int | None
    error: str | None

    @property
    def host(self) -> str:
        """The instance that its lane is about, if it is about one."""
        return self.lane.partition("://")[2]


async def waiting_by_kind() -> list[Waiting]:
    """What waits, by kind, the kinds with the oldest first."""
    rows = await fetch_rows(
        """
        SELECT kind, count(CASE WHEN dead_at IS NULL AND due_at <= ? THEN 1 END) AS due,
               count(CASE WHEN dead_at IS NULL AND due_at > ? THEN 1 END) AS later, count(dead_at) AS dead,
               min(CASE WHEN dead_at IS NULL AND due_at <= ? THEN wanted_at END) AS oldest_at
          FROM job GROUP BY kind ORDER BY kind
        """,
        *[now()] * 3,
    )
    found = [
        Waiting(
            kind=row["kind"],
            due=int(row["due"]),
            later=int(row["later"]),
            dead=int(row["dead"]),
            oldest_at=moment_of(row["oldest_at"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.oldest_at is None, each.oldest_at or now()))


async def jobs(
    *,
    which: Which = "dead",
    kind: str = "",
    origin: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[QueuedJob], int | None]:
    """A page of jobs, the newest first, and where the next page starts; of one `kind`, or to one `origin`, if given."""
    found = Job.all()
    if which:
        found = found.filter(dead_at__isnull=which == "waiting")
    if kind:
        found = found.filter(kind=kind)
    if origin:
        found = found.filter(lane=delivery_lane(origin))
    if before is not None:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1)
    shown = rows[:limit]
    said = await _said(shown)
    return [_job(row, said) for row in shown], shown[-1].id if len(rows) > limit else None


async def _said(rows: Sequence[Job]) -> dict[int, tuple[str, str]]:
    """Type and object of the activities that these jobs are about, by their numbers."""
    ids = {int(str(row.payload["outgoing"])) for row in rows if row.payload.get("outgoing")}
    if not ids:
        return {}
    found = await Outgoing.filter(id__in=list(ids)).values("id", "type", "object_uri")
    return {each["id"]: (each["type"], each["object_uri"]) for each in found}


def _job(row: Job, said: Mapping[int, tuple[str, str]]) -> QueuedJob:
    return QueuedJob(
        id=row.id,
        kind=row.kind,
        lane=row.lane,
        about=_about(row.payload, said),
        attempts=row.attempts,
        wanted_at=row.wanted_at,
        due_at=row.due_at,
        dead_at=row.dead_at,
        status=row.status,
        error=row.error,
    )


def _about(payload: Mapping[str, Any], said: Mapping[int, tuple[str, str]]) -> str:
    if payload.get("outgoing"):
        type_, uri = said.get(int(payload["outgoing"]), ("", ""))
        return " ".join(filter(None, [type_, uri, f"→ {payload['inbox']}" if payload.get("inbox") else ""]))
    return str(next((value for value in payload.values() if isinstance(value, str) and "://" in value), ""))
