"""What pages ask about the records that people keep for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import moment_of
from fedirec.remix.models import Bookmark, Record
from fedirec.remix.queries.newest import ANY_ID
from fedirec.remix.queries.parts import records_in
from fedirec.web.paging import Cursor

MAX_BOOKMARKS: Final = 2_000
"""Of one person."""
_KEPT: Final = """
    SELECT b.created_at, b.id, b.record_id FROM bookmark b
      JOIN record r ON r.id = b.record_id JOIN actor a ON a.id = r.author_id
     WHERE b.actor_id = ? AND (b.created_at, b.id) < (?, ?) AND r.deleted_at IS NULL AND a.state <> 'suspended'
       AND (r.visibility = 'public' OR r.author_id = ? OR (r.visibility = 'followers' AND EXISTS (
             SELECT 1 FROM follow f WHERE f.follower_id = ? AND f.target_id = r.author_id
                AND f.accepted_at IS NOT NULL)))
     ORDER BY b.created_at DESC, b.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record that somebody keeps, and its place in their list."""

    place: Cursor
    record: Record


async def bookmarks_of(person: Actor, *, after: Cursor | None = None, limit: int) -> Sequence[Kept]:
    """What `person` keeps and may still see, what they kept last first, with its parts."""
    last = (after.at, after.id) if after else (now(), ANY_ID)
    rows = await fetch_tuples(_KEPT, person.id, *last, person.id, person.id, limit)
    records = {record.id: record for record in await records_in([key for _at, _id, key in rows])}
    places = [(moment_of(at), row, key) for at, row, key in rows]
    return [
        Kept(place=Cursor(at=at, id=row), record=records[key])
        for at, row, key in places
        if at is not None and key in records
    ]


async def has_bookmarked(person: Actor, record: Record) -> bool:
    """Whether `person` keeps `record`."""
    return await Bookmark.exists(actor_id=person.id, record_id=record.id)
