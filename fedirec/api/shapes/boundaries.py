"""From whom somebody keeps away."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, Field

from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person


class Boundary(Shape):
    """A person, or everybody of an instance, from whom the owner of the token keeps away."""

    id: int
    person: Person | None
    host: str | None
    is_told: bool = Field(description="Whether their instance was told of it.")
    since: datetime
    ends_at: datetime | None


class Boundaries(Listed):
    items: list[Boundary]


class WhomToBlock(Sent):
    """Either a person or a host."""

    person: Row | None = Field(None, description="The id of a person as known here.")
    host: Text | None = Field(None, min_length=3, max_length=300, description="The host of an instance.")
    tell: bool = Field(False, description="Whether the instance of the person is told; it may tell them.")


class WhomToMute(Sent):
    """Either a person or a host."""

    person: Row | None = Field(None, description="The id of a person as known here.")
    host: Text | None = Field(None, min_length=3, max_length=300, description="The host of an instance.")
    ends_at: AwareDatetime | None = Field(None, description="When it ends by itself; only for a person.", strict=False)
