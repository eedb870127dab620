"""What happens here and elsewhere, in the order of time, for the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor, Announcement, Follow
from fedirec.clock import now
from fedirec.remix.models import Challenge, Record, RecordTag, TagFollow
from fedirec.remix.queries.challenges import with_leader
from fedirec.remix.queries.records import before, visible, with_parts
from fedirec.web.paging import Cursor

_SORTS: Final = 4
"""Kinds of things in a feed: the rest of a cursor's key says which one its row is of."""
_RECORD, _CHALLENGE, _ANNOUNCEMENT = range(3)


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
    made = Record.filter(author_id__in=whom, visibility__in=("public", "followers"), deleted_at=None)
    made = _after(made.filter(published_at__lte=now()), "published_at", after, _RECORD).limit(limit)
    opened = Challenge.filter(Q(leader_id__in=whom) | Q(actor_id__in=whom), opened_at__lte=now())
    opened = _after(opened.exclude(state="draft"), "opened_at", after, _CHALLENGE).limit(limit)
    elsewhere = visible().filter(author_id__not_in=whom)
    passed = Announcement.filter(actor_id__in=whom, object_uri__in=Subquery(elsewhere.values("uri")))
    passed = _after(passed, "created_at", after, _ANNOUNCEMENT).limit(limit).select_related("actor")
    items = [
        Item(place=_place(record.published_at, record.id, _RECORD), record=record) for record in await with_parts(made)
    ]
    items += [
        Item(place=_place(challenge.opened_at, challenge.id, _CHALLENGE), challenge=challenge)
        for challenge in await with_leader(opened)
    ]
    items += await _passed_on(await passed, whom)
    return sorted(items, key=lambda item: (item.place.at, item.place.id), reverse=True)[:limit]


async def local_feed(*, after: Cursor | None, limit: int) -> list[Record]:
    """The public records of this instance, the newest first."""
    return await with_parts(before(visible().filter(author__is_local=True), after)).limit(limit)


async def known_feed(*, after: Cursor | None, limit: int) -> list[Record]:
    """All public records that this instance knows, the newest first."""
    return await with_parts(before(visible(), after)).limit(limit)


async def mixed_feed(*, is_local: bool, after: Cursor | None, limit: int) -> Feed:
    """The public records and challenges of this instance, or all that it knows, the newest first."""
    made = visible().filter(author__is_local=True) if is_local else visible()
    opened = Challenge.filter(actor__state="active", opened_at__lte=now()).exclude(state="draft")
    opened = opened.filter(actor__is_local=True) if is_local else opened
    return await _mixed(
        _after(made, "published_at", after, _RECORD).limit(limit),
        _after(opened, "opened_at", after, _CHALLENGE).limit(limit),
        limit=limit,
    )


async def interests_feed(viewer: Actor, *, after: Cursor | None, limit: int) -> Feed:
    """The public records with one of the tags that `viewer` follows, the newest first."""
    names = TagFollow.filter(actor_id=viewer.id)
    tagged = RecordTag.filter(name__in=Subquery(names.values("name")))
    made = visible().filter(id__in=Subquery(tagged.values("record_id")))
    return await _mixed(_after(made, "published_at", after, _RECORD).limit(limit), None, limit=limit)


async def _mixed(made: QuerySet[Record], opened: QuerySet[Challenge] | None, *, limit: int) -> Feed:
    items = [
        Item(place=_place(record.published_at, record.id, _RECORD), record=record) for record in await with_parts(made)
    ]
    if opened is not None:
        items += [
            Item(place=_place(challenge.opened_at, challenge.id, _CHALLENGE), challenge=challenge)
            for challenge in await with_leader(opened)
        ]
    return sorted(items, key=lambda item: (item.place.at, item.place.id), reverse=True)[:limit]


async def _passed_on(announced: Sequence[Announcement], whom: Subquery) -> list[Item]:
    uris = [announcement.object_uri for announcement in announced]
    if not uris:
        return []
    first: dict[str, int] = {}
    for uri, key in await Announcement.filter(actor_id__in=whom, object_uri__in=uris).values_list("object_uri", "id"):
        first[uri] = min(first.get(uri, key), key)
    records = {record.uri: record for record in await with_parts(visible().filter(uri__in=uris))}
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
        last = (cursor.id - sort - 1) // _SORTS
        earlier: dict[str, Any] = {f"{column}__lt": cursor.at}
        same: dict[str, Any] = {column: cursor.at, "id__lte": last}
        rows = rows.filter(Q(**earlier) | Q(**same))
    return rows.order_by(f"-{column}", "-id")


def _place(at: datetime, key: int, sort: int) -> Cursor:
    return Cursor(at=at, id=key * _SORTS + sort)
