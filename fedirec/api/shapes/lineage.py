"""What a record was made from, what was made from it, and who is credited."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.shapes.basis import AcknowledgementName, ClearanceName, Kind, RelationName, Shape


class LineageRecord(Shape):
    """A record in a lineage."""

    record: int | None
    uri: str
    title: str
    kind: Kind
    author: str
    licence: str
    generation: int = Field(
        description="0 is the record itself, negative what it was made from, positive what followed."
    )
    is_remembered: bool = Field(description="Gone or out of reach: what is told was kept when somebody built on it.")
    author_keys_changed_at: datetime | None = Field(
        description="Since when the server of its author has other keys for them that no key vouches for that was "
        "known before: perhaps somebody else has the domain now. What was said before stands."
    )


class Derivation(Shape):
    """`record` was made from `source`."""

    record: str
    source: str
    relation: RelationName
    permission: ClearanceName
    acknowledgement: AcknowledgementName


class MissingSource(Shape):
    """Something that a record was made from and nobody here has seen."""

    source: str
    problem: str | None = Field(description="Why not; nothing while it is being asked for.")
    asked_at: datetime | None


class UntoldRecord(Shape):
    """A record whose origin has not said everything."""

    record: str
    gap: Literal["silent", "limited"] | None = Field(
        description="Why not all that was made of it is known: its instance did not answer, or there is more than is "
        "read at once."
    )
    is_partial: bool = Field(description="Whether it names more sources or people than came here.")
    asked_at: datetime | None


class Completeness(Shape):
    """What a lineage may lack."""

    is_whole: bool
    goes_on: bool = Field(description="Whether there is more than is told at once.")
    asked_at: datetime | None = Field(description="When anybody elsewhere was asked last.")
    missing: list[MissingSource]
    untold: list[UntoldRecord]


class QuestionAsked(Shape):
    is_asked: bool = Field(description="Whether anybody is asked; nobody is, twice within a quarter of an hour.")


class Lineage(Shape):
    """What a record was made from and what was made from it, at whatever remove."""

    record: str
    records: list[LineageRecord]
    derivations: list[Derivation]
    completeness: Completeness


class Credit(Shape):
    """Why somebody is credited."""

    person: str = Field(description="Empty for somebody without an account.")
    name: str
    generation: int
    roles: list[str]
    uncertain: list[str] = Field(description="Those of the roles that others say of them, and that nobody confirmed.")
    records: list[str]


class Credits(Shape):
    items: list[Credit]
