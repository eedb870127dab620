"""What a decision would mean for people here and there, before it is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fedirec.admin.hosts import EVERYWHERE, beginnings, everybody_within
from fedirec.db import fetch_rows
from fedirec.db.rows import json_numbers, numbers
from fedirec.db.tables import json_of, table_of
from fedirec.lanes import lanes_named
from fedirec.uris import origins_above

NAMED: Final = 100
"""Follows that are told by name."""
_LANES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A follow between somebody here and somebody elsewhere."""

    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What would be cut off."""

    people: int = 0
    followed: int = 0
    """Follows of members that would end."""
    following: int = 0
    """Follows of theirs that would end."""
    records: int = 0
    submissions: int = 0
    comments: int = 0
    deliveries: int = 0
    """Waiting to be sent."""
    activities: int = 0
    """Waiting to be handled."""
    followed_by_name: tuple[Bond, ...] = ()
    following_by_name: tuple[Bond, ...] = ()
    """The first NAMED of each."""

    @property
    def is_nothing(self) -> bool:
        return not (self.people or self.deliveries or self.activities)


async def consequences_of_block(origins: Collection[str]) -> Consequences:
    """What it would mean to block all of `origins`, and the hosts below them."""
    return await _consequences_for(frozenset(origins), outside=False)


async def consequences_of_listing(*, without: Collection[str] = ()) -> Consequences:
    """What it would mean to federate with those who are listed only, and with none of `without`."""
    rows = await fetch_rows("SELECT origin FROM peer WHERE is_listed")
    return await _consequences_for(frozenset(str(row["origin"]) for row in rows) - frozenset(without), outside=True)


async def _consequences_for(origins: frozenset[str], *, outside: bool) -> Consequences:
    """What it would mean to have nothing to do any more with what is within `origins`, or with what is `outside`."""
    place = next(iter(origins)) if len(origins) == 1 and not outside else EVERYWHERE
    people = [
        each.id
        async for each in everybody_within(place)
        if not each.is_shut_out and _is_within(each.origin, origins) != outside
    ]
    lanes, after = list[str](), ""
    while page := await lanes_named(_patterns(place), after=after, limit=_LANES):
        after = page[-1]
        lanes += [key for key in page if _is_within(key.partition(":")[2], origins) != outside]
    return await _consequences(people, lanes)


def _is_within(origin: str, origins: frozenset[str]) -> bool:
    return not origins.isdisjoint(origins_above(origin))


def _patterns(place: str) -> list[str]:
    return [f"{kind}:{pattern}" for kind in ("deliver", "inbox") for pattern in beginnings(place)]


async def _consequences(people: list[int], lanes: list[str]) -> Consequences:
    ids = json_numbers(people)
    among = f"(SELECT id FROM {numbers()} AS w)"  # noqa: S608
    counts = await fetch_rows(
        f"""
        SELECT (SELECT count(*) FROM follow WHERE target_id IN {among}) AS followed,
               (SELECT count(*) FROM follow WHERE follower_id IN {among}) AS following,
               (SELECT count(*) FROM record WHERE author_id IN {among} AND deleted_at IS NULL) AS records,
               (SELECT count(*) FROM submission AS s JOIN record AS r ON r.id = s.record_id
                 WHERE r.author_id IN {among}) AS submissions,
               (SELECT count(*) FROM comment WHERE author_id IN {among} AND deleted_at IS NULL) AS comments
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        *[ids] * 5,
    )
    jobs = await fetch_rows(
        f"""
        SELECT j.kind AS kind, count(*) AS jobs FROM {table_of(key="text")} AS w CROSS JOIN job AS j
         WHERE j.lane = w.key AND j.dead_at IS NULL GROUP BY j.kind
        """,  # noqa: S608
        json_of({"key": key} for key in lanes),
    )
    waiting = {row["kind"]: int(row["jobs"]) for row in jobs}
    return Consequences(
        people=len(people),
        **{name: int(counts[0][name]) for name in ("followed", "following", "records", "submissions", "comments")},
        deliveries=waiting.get("deliver", 0),
        activities=waiting.get("inbox", 0),
        followed_by_name=await _bonds(ids, ours="follower_id", theirs="target_id"),
        following_by_name=await _bonds(ids, ours="target_id", theirs="follower_id"),
    )


async def _bonds(ids: str, *, ours: str, theirs: str) -> tuple[Bond, ...]:
    rows = await fetch_rows(
        f"""
        SELECT o.handle AS our_name, o.host AS our_host, t.handle AS their_name, t.host AS their_host
          FROM follow AS f JOIN actor AS o ON o.id = f.{ours} JOIN actor AS t ON t.id = f.{theirs}
         WHERE f.{theirs} IN (SELECT id FROM {numbers()} AS w) ORDER BY o.handle, f.id LIMIT ?
        """,  # noqa: S608  (constants only)
        ids,
        NAMED,
    )
    return tuple(
        Bond(ours=f"@{row['our_name']}@{row['our_host']}", theirs=f"@{row['their_name']}@{row['their_host']}")
        for row in rows
    )
