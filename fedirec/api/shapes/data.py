"""What is one's own, to take along; and lists that are brought."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.accounts.lists import MAX_BYTES
from fedirec.api.shapes.basis import Sent, Shape


class Archive(Shape):
    """A copy of everything of somebody."""

    state: str = Field(description="waiting, ready or failed.")
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int = Field(description="Bytes.")
    url: str | None = Field(description="Where it is fetched, with the same token.")


class OwnList(Shape):
    csv: str


class OwnListSent(Sent):
    csv: str = Field(min_length=1, max_length=MAX_BYTES, description="As Mastodon writes it.")


class BroughtList(Shape):
    """Whom a list names, and how many of its lines say nothing that can be used."""

    names: list[str]
    unread: int
