"""What somebody who makes a remix has at hand: what they used, kept, made, and what those made whom they follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples
from fedirec.remix.models import Record
from fedirec.remix.queries.bookmarks import bookmarks_of
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.feeds import Item, followed_feed, interests_feed
from fedirec.remix.queries.records import own_records, records_in_order

LOOKED_THROUGH: Final = 12
"""Of their last records, whose sources somebody may want to use again."""
_USED: Final = """
    SELECT s.parent_id FROM source s
     WHERE s.record_id IN (SELECT r.id FROM record r WHERE r.author_id = ? AND r.deleted_at IS NULL
                            ORDER BY r.published_at DESC LIMIT ?)
       AND s.parent_id IS NOT NULL AND s.withdrawn_at IS NULL ORDER BY s.id DESC LIMIT ?
"""


async def lately(person: Actor, *, seen: Iterable[int], limit: int) -> list[Record]:
    """What `person` used or has `seen` last, by row; where that is little, theirs and what came in last besides."""
    used = [int(key) for (key,) in await fetch_tuples(_USED, person.id, LOOKED_THROUGH, limit)]
    found = await records_in_order([*used[: limit // 2], *seen, *used[limit // 2 :]], maker=person)
    found = [record for record in found if may_be_used(record)][:limit]
    if len(found) < limit:
        found += await own_records(person)
    if len(found) < limit:
        found += await explore(Wish(remixable=True), viewer=person, after=None, limit=limit)
    return _each_once(found)[:limit]


async def kept_by(person: Actor, *, limit: int) -> list[Record]:
    """What `person` keeps and could build on, what they kept last first."""
    return [row.record for row in await bookmarks_of(person, limit=limit) if may_be_used(row.record)]


async def by_those_followed(person: Actor, *, limit: int) -> list[Record]:
    """The newest of the people and the tags that `person` follows, without their own."""
    items: list[Item] = [
        *await followed_feed(person, after=None, limit=limit),
        *await interests_feed(person, after=None, limit=limit),
    ]
    items.sort(key=lambda item: item.place.at, reverse=True)
    records = [item.record for item in items if item.record is not None]
    wanted = [record for record in records if may_be_used(record) and record.author_id != person.id]
    return _each_once(wanted)[:limit]


def may_be_used(record: Record) -> bool:
    """Whether something new can be made from `record` at all, whatever its licence."""
    return record.deleted_at is None and record.visibility == "public"


def _each_once(records: Iterable[Record]) -> list[Record]:
    return list({record.id: record for record in records}.values())
