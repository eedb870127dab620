"""Who keeps away from whom: whose words somebody does not want to see, and who is not welcome with them.

Whoever shows or tells something asks here, once for a page: `not_away` for a query, `away_from` for what was found
already. Whoever lets somebody do something to somebody else asks `refuse_unwelcome`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fedirec.accounts.models import Boundary
from fedirec.activitypub.models import Actor
from fedirec.activitypub.quiet import heard_by, is_heard
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import marks
from fedirec.errors import Forbidden, NotFound
from fedirec.translatable import N_
from fedirec.web.paging import Cursor

MAX_BOUNDARIES: Final = 2_000
"""People and instances that one person can keep away from."""
_NOT_FOR_BOTH: Final = N_("That is not possible between the two of you.")
_BLOCKED: Final = N_("You have blocked them. Unblock them first.")


class Distance(StrEnum):
    """How far somebody keeps away."""

    BLOCK = "block"
    """Neither sees or reaches the other."""
    MUTE = "mute"
    """They are not seen, and notice nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A piece of SQL, and the values of its placeholders."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Those from whom somebody keeps away."""

    actors: frozenset[int] = frozenset()
    hosts: frozenset[str] = frozenset()
    hears: frozenset[int] | None = None
    """The quiet people whom they see all the same, for they follow them; None where nobody asks who is quiet."""

    def has(self, actor: Actor | None) -> bool:
        """Whether `actor` is one of them, or quiet for them."""
        if actor is None:
            return False
        if self.hears is not None and actor.is_quiet and actor.id not in self.hears:
            return True
        return actor.id in self.actors or actor.host in self.hosts

    def has_any(self, actors: Iterable[Actor | None]) -> bool:
        """Whether one of `actors` is."""
        return any(self.has(actor) for actor in actors)


def not_away(viewer: Actor | None, actor: str = "a") -> Condition:
    """What holds for an actor (the table called `actor` in a query) from whom `viewer` does not keep away, and who is
    not quiet for them (`activitypub.quiet`).

    For strangers it holds for everybody who is not quiet.
    """
    heard, values = is_heard(viewer, actor)
    if viewer is None:
        return Condition(sql=heard, values=values)
    return Condition(sql=f"({heard} AND NOT {away('?', '?', actor)})", values=(*values, viewer.id, now()))


def away(owner: str, moment: str, actor: str) -> str:
    """What holds in SQL when `owner`, a row, keeps away from the actor in the table `actor` at `moment`."""
    return (
        f"EXISTS (SELECT 1 FROM boundary kept WHERE kept.owner_id = {owner} "  # noqa: S608  (names of this package)
        f"AND (kept.other_id = {actor}.id OR kept.host = {actor}.host) "
        f"AND (kept.ends_at IS NULL OR kept.ends_at > {moment}))"
    )


def shut_out(owner: str, actor: str) -> str:
    """What holds in SQL when `owner`, a row, has blocked the actor in the table `actor`, or the instance of that."""
    return (
        f"EXISTS (SELECT 1 FROM boundary shut WHERE shut.owner_id = {owner} AND shut.kind = 'block' "  # noqa: S608
        f"AND (shut.other_id = {actor}.id OR shut.host = {actor}.host))"
    )


async def away_from(viewer: Actor | None) -> Away:
    """Those from whom `viewer` keeps away, blocked and muted, and those who are quiet for them."""
    if viewer is None:
        return Away(hears=frozenset())
    rows = await fetch_tuples(
        "SELECT other_id, host FROM boundary WHERE owner_id = ? AND (ends_at IS NULL OR ends_at > ?)", viewer.id, now()
    )
    return Away(
        actors=frozenset(other for other, _ in rows if other is not None),
        hosts=frozenset(host for _, host in rows if host is not None),
        hears=await heard_by(viewer),
    )


async def blockers_of(actor: Actor, *, among: Collection[int]) -> set[int]:
    """Those in the rows `among` who have blocked `actor`, or the instance that they are on."""
    owners = [key for key in dict.fromkeys(among) if key != actor.id]
    if not owners:
        return set()
    found = await fetch_tuples(
        f"SELECT DISTINCT owner_id FROM boundary WHERE owner_id IN ({marks(owners)}) AND kind = 'block' "  # noqa: S608
        "AND (other_id = ? OR host = ?)",
        *owners,
        actor.id,
        actor.host,
    )
    return {int(key) for (key,) in found}


async def is_unwelcome(actor: Actor, *, with_any: Collection[int]) -> bool:
    """Whether one of those in the rows `with_any` has blocked `actor`, or the instance that they are on."""
    owners = [key for key in dict.fromkeys(with_any) if key != actor.id]
    if not owners:
        return False
    found = await fetch_tuples(
        f"SELECT 1 FROM boundary WHERE owner_id IN ({marks(owners)}) AND kind = 'block' "  # noqa: S608  (placeholders)
        "AND (other_id = ? OR host = ?) LIMIT 1",
        *owners,
        actor.id,
        actor.host,
    )
    return bool(found)


async def refuse_unwelcome(actor: Actor, *, to: Actor) -> None:
    """Raise Forbidden when one of the two has blocked the other: what `actor` wants concerns `to`."""
    if actor.id == to.id:
        return
    if actor.is_local and await is_unwelcome(to, with_any=[actor.id]):
        raise Forbidden(_BLOCKED)
    if await is_unwelcome(actor, with_any=[to.id]):
        raise Forbidden(_NOT_FOR_BOTH)


async def has_blocked(owner: Actor) -> bool:
    """Whether `owner` has blocked anybody at all."""
    return bool(await fetch_tuples("SELECT 1 FROM boundary WHERE owner_id = ? AND kind = 'block' LIMIT 1", owner.id))


async def is_blocked_reader(owner: Actor, *, uri: str, host: str) -> bool:
    """Whether `owner` has blocked the actor at `uri`, or the instance `host`, for which it speaks."""
    found = await fetch_tuples(
        """
        SELECT 1 FROM boundary b LEFT JOIN actor a ON a.id = b.other_id
         WHERE b.owner_id = ? AND b.kind = 'block' AND (a.uri = ? OR b.host = ?) LIMIT 1
        """,
        owner.id,
        uri,
        host,
    )
    return bool(found)


async def find_boundary(owner: Actor, *, other: Actor) -> Boundary | None:
    """What `owner` decided about `other`, as long as it lasts."""
    found = await Boundary.get_or_none(owner_id=owner.id, other_id=other.id)
    return None if found is None or (found.ends_at is not None and found.ends_at <= now()) else found


async def get_boundary(owner: Actor, key: int) -> Boundary:
    """What `owner` decided, in row `key`. Raises NotFound."""
    found = await Boundary.filter(id=key, owner_id=owner.id).select_related("other").first()
    if found is None:
        raise NotFound("That is not there any more.")
    return found


async def boundaries_of(owner: Actor, *, kind: Distance, after: Cursor | None = None, limit: int) -> list[Boundary]:
    """Whom and which instances `owner` blocks, or mutes, the newest first, with each of them."""
    found = Boundary.filter(owner_id=owner.id, kind=kind.value)
    if after is not None:
        found = found.filter(id__lt=after.id)
    return await found.order_by("-id").limit(limit).select_related("other")


async def forget_ended_boundaries() -> int:
    """Mutes whose time is over are gone; returns how many those were."""
    return await Boundary.filter(ends_at__lte=now()).delete()
