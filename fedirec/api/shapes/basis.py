"""What all shapes have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fedirec.web.typed import tidy

Text = Annotated[str, AfterValidator(tidy)]
"""Composed (NFC), trimmed, with plain line ends and without control characters: as forms are read."""
Row = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The id of something here."""
Kind = Literal["text", "image", "audio", "video"]
RelationName = Literal["adapts", "samples", "contains", "performs", "translates", "inspiredBy"]
ClearanceName = Literal["own", "by_licence", "granted", "blocked", "unknown"]
AcknowledgementName = Literal["declared", "requested", "automatic", "acknowledged", "ignored", "refused", "revoked"]
HealthName = Literal["live", "tombstone", "unreachable", "disputed", "changed"]


class Shape(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Sent(BaseModel):
    """What is sent: nothing that we do not know, and nothing in another type than it is described in."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, strict=True)


class Asked(BaseModel):
    """What stands in the query of an address; it is all text, so that numbers and such are read from it."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class PieceQuery(Asked):
    """Which piece of a list is wanted."""

    after: str | None = Field(None, max_length=600, description="The cursor in the `next` link of the piece before.")
    limit: int = Field(20, ge=1, le=50, description="Items in one piece.")


class Listed(Shape):
    """One piece of a list."""

    items: list[Any]
    next: str | None = Field(description="The address of the next piece; null at the end.")
