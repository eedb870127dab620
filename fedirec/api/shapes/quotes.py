"""Who quotes a record elsewhere, or asks to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Shape
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.models import QuoteStamp


class Quote(Shape):
    """A quote of a record, as its author knows it."""

    id: int
    record: int
    quoter: Person
    uri: str = Field(description="What quotes it.")
    state: str = Field(description="waiting, approved, refused or revoked.")
    asked_at: datetime
    decided_at: datetime | None


class Quotes(Listed):
    items: list[Quote]


def show_quote(call: Call, row: QuoteStamp) -> Quote:
    return Quote(
        id=row.id,
        record=row.record_id,
        quoter=show_person(call, row.quoter),
        uri=row.uri,
        state=row.state,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )
