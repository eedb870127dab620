"""What happens here and elsewhere, in the order of time, for the first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor, Announcement, Follow
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.remix.models import Challenge, Record, RecordTag, TagFollow
from fedirec.remix.queries.challenges import with_leader
from fedirec.remix.queries.newest import ANY_ID, Owners, Rows, newest
from fedirec.remix.queries.records import visible, with_parts
from fedirec.web.paging import Cursor

_SORTS: Final = 4
"""Kinds of things in a feed: the rest of a cursor's key says which one its row is of."""
_RECORD, _CHALLENGE, _ANNOUNCEMENT = range(3)

FEW: Final = 300
"""Local people, up to which each of them is asked for their newest."""

_WHOM: Final = """
    SELECT CAST(? AS bigint) AS id
    UNION SELECT f.target_id FROM follow f JOIN actor a ON a.id = f.target_id
           WHERE f.follower_id = ? AND f.accepted_at IS NOT NULL AND a.state <> 'suspended'
"""
_MEMBERS: Final = "SELECT id FROM actor WHERE local_handle > '' AND state IN ('active', 'deleted')"
_MADE: Final = Rows(
    table="record",
    owner="author_id",
    time="published_at",
    where="x.visibility IN ('public', 'followers') AND x.deleted_at IS NULL",
)
_PUBLIC: Final = replace(_MADE, where="x.visibility = 'public' AND x.deleted_at IS NULL")
_PASSED_ON: Final = Rows(
    table="announcement",
    owner="actor_id",
    time="created_at",
    where="""
        EXISTS (SELECT 1 FROM record r JOIN actor a ON a.id = r.author_id
                 WHERE r.uri = x.object_uri AND r.visibility = 'public' AND r.deleted_at IS NULL
                   AND r.published_at <= ? AND a.state IN ('active', 'deleted') AND r.author_id <> ?
                   AND NOT EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = ? AND f.target_id = r.author_id
                                      AND f.accepted_at IS NOT NULL))
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something in a feed: a record or a challenge, and who passed it on if somebody did."""

    place: Cursor
    record: Record | None = None
    challenge: Challenge | None = None
    passed_on_by: Actor | None = None


Feed: TypeAlias = Sequence[Item]


async def followed_feed(viewer: Actor, *, after: Cursor | None, limit: int) -> Feed:
    """What `viewer`, and the people and challenges that they follow, have made or passed on, the newest first.

    A record stands once: where its author published it, else where the first of them passed it on.
    """
    followed = Follow.filter(follower_id=viewer.id, accepted_at__not_isnull=True)
    whom = Subquery(Actor.filter(Q(id=viewer.id) | Q(id__in=Subquery(followed.values("target_id")))).values("id"))
    them = Owners(sql=_WHOM, values=(viewer.id, viewer.id))
    made = await newest(_MADE, of=them, **_until(after, _RECORD), limit=limit)
    opened = Challenge.filter(Q(leader_id__in=whom) | Q(actor_id__in=whom), opened_at__lte=now())
    opened = _after(opened.exclude(state="draft"), "opened_at", after, _CHALLENGE).limit(limit)
    elsewhere = replace(_PASSED_ON, values=(now(), viewer.id, viewer.id))
    passed = await newest(elsewhere, of=them, **_until(after, _ANNOUNCEMENT), limit=limit)
    announced = await Announcement.filter(id__in=passed).select_related("actor") if passed else []
    uris = [announcement.object_uri for announcement in announced]
    rows = await with_parts(Record.filter(Q(id__in=made) | Q(uri__in=uris))) if made or uris else []
    items = _records_of([record for record in rows if record.id in set(made)])
    items += [
        Item(place=_place(challenge.opened_at, challenge.id, _CHALLENGE), challenge=challenge)
        for challenge in await with_leader(opened)
    ]
    items += await _passed_on(announced, {record.uri: record for record in rows}, whom)
    return _page(items, limit=limit)


async def local_feed(*, after: Cursor | None, limit: int) -> list[Record]:
    """The public records of this instance, the newest first."""
    if after is None:
        return await _local(limit=limit)
    return await _local(until=after.at, last=after.id - 1, limit=limit)


async def mixed_feed(*, is_local: bool, after: Cursor | None, limit: int) -> Feed:
    """The public records and challenges of this instance, or all that it knows, the newest first."""
    if is_local:
        made = await _local(**_until(after, _RECORD), limit=limit)
    else:
        made = await with_parts(_after(visible(), "published_at", after, _RECORD).limit(limit))
    items = _records_of(made)
    opened = await _opened(is_local=is_local, **_until(after, _CHALLENGE), limit=limit)
    items += [
        Item(place=_place(challenge.opened_at, challenge.id, _CHALLENGE), challenge=challenge) for challenge in opened
    ]
    return _page(items, limit=limit)


async def interests_feed(viewer: Actor, *, after: Cursor | None, limit: int) -> Feed:
    """The public records with one of the tags that `viewer` follows, the newest first."""
    names = TagFollow.filter(actor_id=viewer.id)
    tagged = RecordTag.filter(name__in=Subquery(names.values("name")))
    made = visible().filter(id__in=Subquery(tagged.values("record_id")))
    return _records_of(await with_parts(_after(made, "published_at", after, _RECORD).limit(limit)))


async def _local(*, limit: int, until: datetime | None = None, last: int = ANY_ID) -> list[Record]:
    """With few people here each is asked for their newest; with many, what is newest of all is often by one of them."""
    members = await fetch_rows(f"{_MEMBERS} LIMIT {FEW + 1}")
    if len(members) <= FEW:
        return await _records(await newest(_PUBLIC, of=Owners(sql=_MEMBERS), until=until, last=last, limit=limit))
    found = visible().filter(author__is_local=True)
    if until is not None:
        found = found.filter(Q(published_at__lt=until) | Q(published_at=until, id__lte=last))
    return await with_parts(found.order_by("-published_at", "-id").limit(limit))


async def _opened(
    *, is_local: bool, limit: int, until: datetime | None = None, last: int = ANY_ID
) -> Sequence[Challenge]:
    """Challenges are gone through in the order of time: CROSS JOIN keeps SQLite from beginning with all actors."""
    rows = await fetch_rows(
        f"""
        SELECT c.id FROM challenge c CROSS JOIN actor a
         WHERE a.id = c.actor_id AND a.state = 'active' AND c.state <> 'draft' AND (c.opened_at, c.id) <= (?, ?)
           {"AND a.is_local" if is_local else ""}
         ORDER BY c.opened_at DESC, c.id DESC LIMIT ?
        """,  # noqa: S608  (only constants are spliced in)
        until or now(),
        last,
        limit,
    )
    return await with_leader(Challenge.filter(id__in=[row["id"] for row in rows])) if rows else []


async def _records(keys: Sequence[int]) -> list[Record]:
    """The records in these rows, in that order, with their parts."""
    found = {record.id: record for record in await with_parts(Record.filter(id__in=keys))} if keys else {}
    return [found[key] for key in keys if key in found]


def _records_of(records: Sequence[Record]) -> list[Item]:
    return [Item(place=_place(record.published_at, record.id, _RECORD), record=record) for record in records]


def _page(items: Sequence[Item], *, limit: int) -> list[Item]:
    return sorted(items, key=lambda item: (item.place.at, item.place.id), reverse=True)[:limit]


async def _passed_on(announced: Sequence[Announcement], records: Mapping[str, Record], whom: Subquery) -> list[Item]:
    uris = [announcement.object_uri for announcement in announced]
    if not uris:
        return []
    first: dict[str, int] = {}
    for uri, key in await Announcement.filter(actor_id__in=whom, object_uri__in=uris).values_list("object_uri", "id"):
        first[uri] = min(first.get(uri, key), key)
    return [
        Item(
            place=_place(announcement.created_at, announcement.id, _ANNOUNCEMENT),
            record=records[announcement.object_uri],
            passed_on_by=announcement.actor,
        )
        for announcement in announced
        if announcement.object_uri in records and first[announcement.object_uri] == announcement.id
    ]


def _after(rows: QuerySet, column: str, cursor: Cursor | None, sort: int) -> QuerySet:  # type: ignore[type-arg]
    """The newest of `rows` by `column` that come after the place of `cursor`, which may be of another sort of row."""
    if cursor is not None:
        last = _last(cursor, sort)
        earlier: dict[str, Any] = {f"{column}__lt": cursor.at}
        same: dict[str, Any] = {column: cursor.at, "id__lte": last}
        rows = rows.filter(Q(**earlier) | Q(**same))
    return rows.order_by(f"-{column}", "-id")


def _until(cursor: Cursor | None, sort: int) -> dict[str, Any]:
    """The same for `newest`."""
    return {} if cursor is None else {"until": cursor.at, "last": _last(cursor, sort)}


def _last(cursor: Cursor, sort: int) -> int:
    return (cursor.id - sort - 1) // _SORTS


def _place(at: datetime, key: int, sort: int) -> Cursor:
    return Cursor(at=at, id=key * _SORTS + sort)
