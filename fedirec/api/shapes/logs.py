"""The public log of a challenge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Shape
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.records import RecordCard, show_card
from fedirec.remix.logbook import DECISIONS
from fedirec.remix.queries.logs import Told


class LogQuery(PieceQuery):
    only_decisions: bool = Field(False, description="Leave out what needs no reason.")


class LogEntry(Shape):
    """Something that happened, for everybody to read. Who or what cannot be named any more is null."""

    id: int
    uri: str
    happening: str = Field(description="chosen, change_asked, declined, reconsidered, invited, redone and so on.")
    is_decision: bool
    by: Person | None = Field(description="Null also for what a date or a rule did.")
    person: Person | None
    record: RecordCard | None
    reason: str
    details: dict[str, Any]
    at: datetime


class Log(Listed):
    items: list[LogEntry]


async def show_entries(call: Call, entries: Sequence[Told]) -> list[LogEntry]:
    """Those entries, each with its people and its record."""
    dressed = await dressed_files([entry.record for entry in entries if entry.record is not None])
    return [
        LogEntry(
            id=entry.id,
            uri=entry.uri,
            happening=entry.kind.value,
            is_decision=entry.kind in DECISIONS,
            by=show_person(call, entry.by) if entry.by else None,
            person=show_person(call, entry.person) if entry.person else None,
            record=show_card(call, entry.record, dressed) if entry.record else None,
            reason=entry.reason,
            details=dict(entry.details),
            at=entry.at,
        )
        for entry in entries
    ]
