"""What can happen to a record and around it, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Record
from fedirec.web.paging import Cursor

EVENTS: Final = 30
"""Events on one page of a history."""
ROWS: Final = 2**56
"""More than any table has rows: with it the kind of an event and its row are one number."""


class EventKind(IntEnum):
    """What happened; at the same moment the smaller number comes first."""

    SOURCE_MADE = 1
    SOURCE_REMEMBERED = 2
    VERSION = 3
    SOURCE_AGREED = 4
    THANKED = 5
    REMIX_MADE = 6
    REMIX_AGREED = 7
    WAS_THANKED = 8
    CLAIM_DECIDED = 9
    SUGGESTION_ADOPTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a record or around it."""

    kind: EventKind
    id: int
    """The row that tells of it; which table that is in follows from the kind."""
    at: datetime
    who: Actor | None = None
    who_uri: str = ""
    who_name: str = ""
    """Where nothing more is known of them than that."""
    whom: Actor | None = None
    record: Record | None = None
    """The other record that it is about, with its author."""
    title: str = ""
    uri: str = ""
    number: int = 0
    """Of the version that came of it."""
    words: str = ""
    """What was said then, by whoever it was."""
    claim_kind: str = ""
    outcome: str = ""
    is_revoked: bool = False
    is_claimed: bool = False
    """Whether only another instance says that it was them."""
    source_id: int | None = None
    """The step between both records, by which they are compared."""

    @property
    def place(self) -> Cursor:
        """Where it stands in the history."""
        return Cursor(at=self.at, id=self.kind * ROWS + self.id)
