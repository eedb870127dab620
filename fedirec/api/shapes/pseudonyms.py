"""Who is credited without being named, for those who look after the instance."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.api.shapes.people import Person
from fedirec.remix.actions.pseudonyms.looking import MAX_REASON


class WhyLook(Sent):
    reason: Text = Field(min_length=1, max_length=MAX_REASON, description="For the audit log.")


class UnnamedPerson(Shape):
    """Somebody who asked not to be named."""

    stand_in: str = Field(description="What stands in their place in the credits.")
    uri: str
    person: Person | None


class Unnamed(Shape):
    items: list[UnnamedPerson]
