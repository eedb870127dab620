"""Work that waits for other instances, and what they sent in vain."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.shapes.basis import Listed, PieceQuery, Shape, Text


class Waiting(Shape):
    """Work of one kind."""

    kind: str
    label: str
    due: int
    later: int
    given_up: int
    oldest_at: datetime | None


class Queue(Shape):
    items: list[Waiting]


class QueuedJob(Shape):
    """A piece of work that waits or was given up."""

    id: int
    kind: str
    host: str
    about: str
    tries: int
    wanted_at: datetime
    due_at: datetime
    given_up_at: datetime | None
    status: int | None
    error: str | None


class QueuedJobs(Listed):
    items: list[QueuedJob]


class QueuedJobsQuery(PieceQuery):
    which: Literal["dead", "waiting"] = "dead"
    kind: Text = Field("", max_length=20)
    host: Text = Field("", max_length=300, description="Deliveries to this instance only.")


class Arrival(Shape):
    """What another instance sent."""

    id: int
    uri: str
    type: str
    sender: str
    state: Literal["waiting", "refused", "failed", "handled"]
    reason: str | None
    received_at: datetime
    handled_at: datetime | None


class Arrivals(Listed):
    items: list[Arrival]


class ArrivalsQuery(PieceQuery):
    state: Literal["", "refused", "failed"] = ""
    host: Text = Field("", max_length=300, description="Of this instance only.")
