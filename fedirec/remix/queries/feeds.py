"""What happens here and elsewhere, in the order of time, for the first page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from fedirec.accounts.boundaries import away, not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.db.search import Search, finds_many
from fedirec.db.tables import moment_of
from fedirec.remix.models import Challenge, News, Record
from fedirec.remix.queries.newest import ANY_ID, EVER, Owners, Rows, newest
from fedirec.remix.queries.news import news_in
from fedirec.remix.queries.parts import actors_in, challenges_in, records_in
from fedirec.web.paging import Cursor

_SORTS: Final = 5
"""Kinds of things in a feed: the rest of a cursor's key says which one its row is of."""
_RECORD, _CHALLENGE, _ANNOUNCEMENT, _NEWS, _PROJECT = range(_SORTS)

Tagged: TypeAlias = Callable[[Actor, datetime, int, int], Awaitable[Sequence[tuple[datetime, int]]]]
"""Projects, which a package above knows, with a tag that somebody follows: of those from a moment and a row backwards,
so many at most, when they were launched and their rows, the newest first.
"""

FEW: Final = 300
"""Local people, up to which each of them is asked for their newest."""

_WHOM: Final = f"""
    SELECT CAST(? AS bigint) AS id
    UNION SELECT f.target_id FROM follow f JOIN actor a ON a.id = f.target_id
           WHERE f.follower_id = ? AND f.accepted_at IS NOT NULL AND a.state <> 'suspended'
             AND NOT {away("?", "?", "a")}
"""  # noqa: S608  (only constants are spliced in)
_LED: Final = f"""
    WITH whom AS ({_WHOM})
    SELECT c.opened_at, c.id FROM challenge c
     WHERE (c.leader_id IN (SELECT id FROM whom) OR c.actor_id IN (SELECT id FROM whom))
       AND c.state <> 'draft' AND (c.opened_at, c.id) <= (?, ?)
     ORDER BY c.opened_at DESC, c.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)
_TOLD: Final = f"""
    WITH whom AS ({_WHOM})
    SELECT n.published_at, n.id FROM news n
     WHERE n.group_id IN (SELECT id FROM whom) AND n.deleted_at IS NULL AND (n.published_at, n.id) <= (?, ?)
       AND NOT EXISTS (SELECT 1 FROM actor w WHERE w.id = n.author_id AND w.state = 'suspended')
     ORDER BY n.published_at DESC, n.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)
_ANNOUNCED: Final = """
    SELECT x.id, x.actor_id, r.id FROM {keys} AS k CROSS JOIN announcement x CROSS JOIN record r
     WHERE x.id = k.id AND r.uri = x.object_uri
       AND NOT EXISTS (SELECT 1 FROM announcement y
                        WHERE y.object_uri = x.object_uri AND y.id < x.id AND y.actor_id IN ({whom}))
"""
_NEWEST: Final = """
    SELECT r.published_at, r.id FROM record r CROSS JOIN actor a
     WHERE a.id = r.author_id AND r.visibility = 'public' AND r.deleted_at IS NULL
       AND (r.published_at, r.id) <= (?, ?) AND a.state IN ('active', 'deleted') {and_more}
     ORDER BY r.published_at DESC, r.id DESC LIMIT ?
"""
_OPENED: Final = """
    SELECT c.opened_at, c.id FROM challenge c CROSS JOIN actor a CROSS JOIN actor l
     WHERE a.id = c.actor_id AND l.id = COALESCE(c.leader_id, c.actor_id) AND a.state = 'active'
       AND l.state <> 'suspended' AND c.state <> 'draft' AND (c.opened_at, c.id) <= (?, ?) {and_more}
     ORDER BY c.opened_at DESC, c.id DESC LIMIT ?
"""
_HAS_TAG: Final = "EXISTS (SELECT 1 FROM group_tag t WHERE t.group_id = c.actor_id AND t.name = ?)"
_TAGGED: Final = "FROM tag_follow f JOIN record_tag t ON t.name = f.name WHERE f.actor_id = ?"
_MEMBERS: Final = "SELECT a.id FROM actor a WHERE a.local_handle > '' AND a.state IN ('active', 'deleted')"
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
    where=f"""
        EXISTS (SELECT 1 FROM record r JOIN actor a ON a.id = r.author_id
                 WHERE r.uri = x.object_uri AND r.visibility = 'public' AND r.deleted_at IS NULL
                   AND r.published_at <= ? AND a.state IN ('active', 'deleted') AND r.author_id <> ?
                   AND NOT EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = ? AND f.target_id = r.author_id
                                      AND f.accepted_at IS NOT NULL)
                   AND NOT a.is_quiet AND NOT {away("?", "?", "a")})
    """,  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something in a feed: a record, a challenge or news of one, and who passed it on if somebody did; or the row of a
    project.
    """

    place: Cursor
    record: Record | None = None
    challenge: Challenge | None = None
    news: News | None = None
    project: int | None = None
    passed_on_by: Actor | None = None


Feed: TypeAlias = Sequence[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What an item is, by row number."""

    place: Cursor
    record: int | None = None
    challenge: int | None = None
    news: int | None = None
    project: int | None = None
    passed_on_by: int | None = None


async def followed_feed(viewer: Actor, *, after: Cursor | None, limit: int) -> Feed:
    """What `viewer`, and those whom they follow, made, told or passed on, the newest first.

    A record stands once: where its author published it, else where the first of them passed it on.
    """
    moment = now()
    them = Owners(sql=_WHOM, values=(viewer.id, viewer.id, viewer.id, moment))
    made = await newest(_MADE, of=them, **_until(after, _RECORD), limit=limit)
    since = made[-1][0] if len(made) == limit else EVER
    found = _records_found(made)
    found += _challenges_found(await fetch_tuples(_LED, *them.values, *_place_before(after, _CHALLENGE), limit))
    rows = await fetch_tuples(_TOLD, *them.values, *_place_before(after, _NEWS), limit)
    found += [_Found(place=_place(at, key, _NEWS), news=key) for at, key in rows]
    elsewhere = replace(_PASSED_ON, values=(moment, viewer.id, viewer.id, viewer.id, moment))
    passed = await newest(elsewhere, of=them, **_until(after, _ANNOUNCEMENT), since=since, limit=limit)
    times = {key: at for at, key in passed}
    announced = _ANNOUNCED.format(keys=numbers(), whom=_WHOM)
    rows = await fetch_tuples(announced, json_numbers(times), *them.values) if times else ()
    found += [
        _Found(place=_place(times[key], key, _ANNOUNCEMENT), record=record, passed_on_by=actor)
        for key, actor, record in rows
    ]
    return await _page(found, limit=limit)


async def local_feed(viewer: Actor | None = None, *, after: Cursor | None, limit: int) -> list[Record]:
    """The public records of this instance, the newest first, without what those made from whom `viewer` keeps away."""
    until = {} if after is None else {"until": after.at, "last": after.id - 1}
    found = await _local(viewer, **until, limit=limit)  # type: ignore[arg-type]
    return await records_in([key for _, key in found])


async def mixed_feed(viewer: Actor | None = None, *, is_local: bool, after: Cursor | None, limit: int) -> Feed:
    """The public records and challenges of this instance, or all that it knows, the newest first, without what those
    made from whom `viewer` keeps away.

    They are gone through in the order of time: CROSS JOIN keeps SQLite from beginning with all actors.
    """
    near, leading = not_away(viewer), not_away(viewer, "l")
    if is_local:
        found = _records_found(await _local(viewer, **_until(after, _RECORD), limit=limit))
    else:
        newest_of_all = _NEWEST.format(and_more=f"AND {near.sql}")
        found = _records_found(await fetch_tuples(newest_of_all, *_place_before(after, _RECORD), *near.values, limit))
    opened = _OPENED.format(and_more=f"AND {leading.sql}" + (" AND a.is_local" if is_local else ""))
    place = _place_before(after, _CHALLENGE)
    found += _challenges_found(await fetch_tuples(opened, *place, *leading.values, limit))
    return await _page(found, limit=limit)


async def interests_feed(viewer: Actor, tagged: Tagged | None = None, *, after: Cursor | None, limit: int) -> Feed:
    """The public records and challenges with one of the tags that `viewer` follows, the newest first; and the projects,
    where somebody who knows them is given.
    """
    if await finds_many(Search(sql=f"SELECT t.id {_TAGGED}", values=(viewer.id,))):
        condition = f"EXISTS (SELECT 1 {_TAGGED} AND t.record_id = r.id)"
    else:
        condition = f"r.id IN (SELECT t.record_id {_TAGGED})"
    near = not_away(viewer)
    with_tags = _NEWEST.format(and_more=f"AND {condition} AND {near.sql}")
    rows = await fetch_tuples(with_tags, *_place_before(after, _RECORD), viewer.id, *near.values, limit)
    leading = not_away(viewer, "l")
    about = "EXISTS (SELECT 1 FROM tag_follow f JOIN group_tag t ON t.name = f.name "
    about += "WHERE f.actor_id = ? AND t.group_id = c.actor_id)"
    opened = _OPENED.format(and_more=f"AND {about} AND {leading.sql} AND NOT a.is_quiet")
    led = await fetch_tuples(opened, *_place_before(after, _CHALLENGE), viewer.id, *leading.values, limit)
    launched = await tagged(viewer, *_place_before(after, _PROJECT), limit) if tagged else ()
    projects = [_Found(place=_place(at, key, _PROJECT), project=key) for at, key in launched]
    return await _page([*_records_found(rows), *_challenges_found(led), *projects], limit=limit)


async def challenges_tagged(name: str, *, after: Cursor | None, limit: int) -> list[Challenge]:
    """The public challenges with that tag, the newest first, as strangers see them."""
    leading = not_away(None, "l")
    opened = _OPENED.format(and_more=f"AND {_HAS_TAG} AND {leading.sql} AND NOT a.is_quiet")
    until = (now(), ANY_ID) if after is None else (after.at, after.id - 1)
    rows = await fetch_tuples(opened, *until, name, *leading.values, limit)
    return await challenges_in([key for _, key in rows])


async def _local(
    viewer: Actor | None, *, limit: int, until: datetime | None = None, last: int = ANY_ID
) -> Sequence[Sequence[Any]]:
    """With few people here each is asked for their newest; with many, what is newest of all is often by one of them."""
    near = not_away(viewer)
    members = await fetch_tuples(f"{_MEMBERS} LIMIT {FEW + 1}")
    if len(members) <= FEW:
        them = Owners(sql=f"{_MEMBERS} AND {near.sql}", values=near.values)
        return await newest(_PUBLIC, of=them, until=until, last=last, limit=limit)
    of_all = _NEWEST.format(and_more=f"AND a.is_local AND {near.sql}")
    return await fetch_tuples(of_all, until or now(), last, *near.values, limit)


def _records_found(rows: Iterable[Sequence[Any]]) -> list[_Found]:
    return [_Found(place=_place(at, key, _RECORD), record=key) for at, key in rows]


def _challenges_found(rows: Iterable[Sequence[Any]]) -> list[_Found]:
    return [_Found(place=_place(at, key, _CHALLENGE), challenge=key) for at, key in rows]


async def _page(found: Iterable[_Found], *, limit: int) -> list[Item]:
    """The newest of what was found, with all that is shown of each."""
    shown = sorted(found, key=lambda each: (each.place.at, each.place.id), reverse=True)[:limit]
    records = {row.id: row for row in await records_in([each.record for each in shown if each.record is not None])}
    challenges = {
        row.id: row for row in await challenges_in([each.challenge for each in shown if each.challenge is not None])
    }
    news = await news_in([each.news for each in shown if each.news is not None])
    actors = await actors_in({each.passed_on_by for each in shown if each.passed_on_by is not None})
    return [
        Item(
            place=each.place,
            record=None if each.record is None else records[each.record],
            challenge=None if each.challenge is None else challenges[each.challenge],
            news=None if each.news is None else news[each.news],
            project=each.project,
            passed_on_by=None if each.passed_on_by is None else actors[each.passed_on_by],
        )
        for each in shown
        if each.record in records or each.challenge in challenges or each.news in news or each.project is not None
    ]


def _until(cursor: Cursor | None, sort: int) -> dict[str, Any]:
    """The place of `cursor`, which may be of another sort of row, as `newest` is told it."""
    return {} if cursor is None else {"until": cursor.at, "last": (cursor.id - sort - 1) // _SORTS}


def _place_before(cursor: Cursor | None, sort: int) -> tuple[datetime, int]:
    """The same as two values."""
    until = _until(cursor, sort)
    return until.get("until", now()), until.get("last", ANY_ID)


def _place(at: datetime | str, key: int, sort: int) -> Cursor:
    moment = moment_of(at)
    assert moment is not None
    return Cursor(at=moment, id=key * _SORTS + sort)
