"""What a record was made from, what was made from it, and who is credited."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Kind, RelationName, Shape


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


class Derivation(Shape):
    """`record` was made from `source`."""

    record: str
    source: str
    relation: RelationName


class Lineage(Shape):
    """What a record was made from and what was made from it, at whatever remove."""

    record: str
    records: list[LineageRecord]
    derivations: list[Derivation]


class Credit(Shape):
    """Why somebody is credited."""

    person: str
    name: str
    generation: int
    roles: list[str]
    records: list[str]


class Credits(Shape):
    items: list[Credit]
