"""Other accounts of somebody."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.api.shapes.people import Person


class Alias(Shape):
    """Another account of the owner of the token."""

    uri: str
    person: Person | None = Field(description="Who that is, as far as it is known here.")


class Aliases(Shape):
    items: list[Alias]


class Home(Shape):
    """Where somebody lives now."""

    person: Person


class OtherAccount(Sent):
    """Another account of theirs."""

    address: Text = Field(min_length=3, max_length=2048, description="A handle or an address.")


class WhereTo(OtherAccount):
    """Where to move, and the proof that a person sits there."""

    present: str = Field(min_length=1, max_length=1000, description="The present password.")
