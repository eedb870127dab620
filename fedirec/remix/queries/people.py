"""What pages ask about people and who follows whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from fedirec.accounts.boundaries import Distance, find_boundary, not_away
from fedirec.accounts.models import Boundary
from fedirec.activitypub.actors.vouching import keys_changed_at
from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.search import search_for
from fedirec.db.tables import json_of, table_of
from fedirec.errors import NotFound
from fedirec.web.paging import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """How things stand between a viewer and somebody else."""

    follows: bool = False
    """The viewer follows them."""
    asked: bool = False
    """The viewer has asked to, and waits for their answer."""
    is_self: bool = False
    boundary: Boundary | None = None
    """What the viewer decided about them, who keeps away from them."""

    @property
    def is_blocked(self) -> bool:
        return self.boundary is not None and self.boundary.kind == Distance.BLOCK


async def get_person(handle: str) -> Actor:
    """The person of ours called `handle`, whatever their state. Raises NotFound."""
    actor = await Actor.get_or_none(local_handle=handle.lower(), type="Person")
    if actor is None or actor.state == "pending":
        raise NotFound("Nobody here has that name.")
    return actor


async def get_remote_person(key: int) -> Actor:
    """The actor of another instance that is row `key` here. Raises NotFound."""
    actor = await Actor.get_or_none(id=key, is_local=False)
    if actor is None:
        raise NotFound("Nobody here has that name.")
    return actor


async def with_changed_keys(uris: Collection[str]) -> list[tuple[Actor, datetime]]:
    """Those of the actors at `uris` who have keys that nobody vouches for, and since when.

    One query where that is nobody.
    """
    if not uris:
        return []
    rows = await fetch_rows(
        f"""
        SELECT DISTINCT a.id AS id FROM {table_of(uri="text")} AS w CROSS JOIN actor AS a CROSS JOIN actor_key AS k
         WHERE a.uri = w.uri AND NOT a.is_local AND k.actor_id = a.id AND NOT k.is_vouched
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of({"uri": uri} for uri in sorted(set(uris))),
    )
    changed = await keys_changed_at([row["id"] for row in rows])
    people = await Actor.filter(id__in=list(changed)).order_by("id") if changed else []
    return [(person, changed[person.id]) for person in people]


async def find_home(person: Actor) -> Actor | None:
    """Where `person` lives now, when they moved to somebody who is known here."""
    return await Actor.get_or_none(uri=person.moved_to, state="active") if person.moved_to else None


async def acquaintance_of(viewer: Actor | None, other: Actor) -> Acquaintance:
    """How things stand between `viewer` and `other`."""
    if viewer is None:
        return Acquaintance()
    if viewer.id == other.id:
        return Acquaintance(is_self=True)
    made = await Follow.get_or_none(follower_id=viewer.id, target_id=other.id)
    return Acquaintance(
        follows=made is not None and made.accepted_at is not None,
        asked=bool(made and not made.accepted_at),
        boundary=await find_boundary(viewer, other=other),
    )


async def followed_by(viewer: Actor, *, after: Cursor | None, limit: int) -> list[Follow]:
    """Whom `viewer` follows or has asked to follow, the newest first, with each of them."""
    return await _page(Follow.filter(follower_id=viewer.id).select_related("target"), after, limit)


async def followers_of(viewer: Actor, *, after: Cursor | None, limit: int) -> list[Follow]:
    """Who follows `viewer`, the newest first, with each of them."""
    accepted = Follow.filter(target_id=viewer.id, accepted_at__not_isnull=True)
    return await _page(accepted.select_related("follower"), after, limit)


async def waiting_for(viewer: Actor, *, after: Cursor | None, limit: int) -> list[Follow]:
    """Who has asked to follow `viewer` and waits for an answer, the newest first, with each of them."""
    asked = Follow.filter(target_id=viewer.id, accepted_at=None)
    return await _page(asked.select_related("follower"), after, limit)


async def get_request(viewer: Actor, key: int) -> Follow:
    """Somebody's wish to follow `viewer` that waits for an answer. Raises NotFound."""
    asked = await Follow.filter(id=key, target_id=viewer.id, accepted_at=None).select_related("follower").first()
    if asked is None:
        raise NotFound("There is no such request any more.")
    return asked


async def find_known(address: str) -> Actor | None:
    """Somebody whose id or, if it is nobody's id, whose page is at `address`, of those we know."""
    known = Actor.exclude(state="pending")
    return await known.get_or_none(uri=address) or await known.filter(url=address).order_by("id").first()


async def search_people(words: str, *, viewer: Actor | None = None, limit: int) -> list[Actor]:
    """People known here whose name or handle has all of `words`, ours in front, without those from whom `viewer` keeps
    away.
    """
    near = not_away(viewer)
    found = search_for("actor", words)
    if found is None:
        return []
    rows = await fetch_rows(
        f"SELECT a.id AS id FROM actor a WHERE a.type = 'Person' AND a.state = 'active' "  # noqa: S608
        f"AND a.id IN ({found.sql}) AND {near.sql} ORDER BY a.is_local DESC, a.name, a.id LIMIT ?",
        *found.values,
        *near.values,
        limit,
    )
    keys = [int(row["id"]) for row in rows]
    people = await actors_in_order(keys)
    return [people[key] for key in keys if key in people]


async def lively_people(*, limit: int, but: Actor | None = None) -> list[Actor]:
    """People of ours who published something lately, whoever was last in front, without `but` and those from whom `but`
    keeps away.
    """
    near = not_away(but)
    rows = await fetch_rows(
        "SELECT author_id AS id FROM (SELECT r.author_id, r.published_at FROM record r "  # noqa: S608
        "JOIN actor a ON a.id = r.author_id WHERE r.visibility = 'public' AND r.deleted_at IS NULL "
        f"AND r.published_at <= ? AND a.is_local AND a.state = 'active' AND {near.sql} "
        "ORDER BY r.published_at DESC LIMIT 300) AS lately WHERE author_id <> ? "
        "GROUP BY author_id ORDER BY max(published_at) DESC LIMIT ?",
        now(),
        *near.values,
        but.id if but else 0,
        limit,
    )
    keys = [int(row["id"]) for row in rows]
    people = await actors_in_order(keys)
    return [people[key] for key in keys if key in people]


async def actors_in_order(keys: Collection[int]) -> dict[int, Actor]:
    """The actors in these rows, by row; those who wait to be let in are found by nobody."""
    rows = Actor.filter(id__in=list(keys)).exclude(state="pending")
    return {actor.id: actor for actor in await rows} if keys else {}


async def _page(follows, after: Cursor | None, limit: int) -> list[Follow]:  # type: ignore[no-untyped-def]
    if after is not None:
        follows = follows.filter(Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.id))
    return list(await follows.order_by("-created_at", "-id").limit(limit))
