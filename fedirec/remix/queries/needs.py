"""What pages ask about the skills that challenges and projects look for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.db.tables import marks
from fedirec.errors import NotFound
from fedirec.remix.models import Need, NeedAnswer
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.queries.leading import parts_around
from fedirec.remix.queries.parts import actors_in

MAX_OF_ONE: Final = 20
"""Open needs of one challenge or project."""
MAX_ANSWERS: Final = 200
"""To one need that are looked at."""
_OPEN: Final = """
    SELECT n.id FROM need n CROSS JOIN actor a WHERE a.id = n.group_id AND n.state = 'open' AND n.id < ?
       AND a.state = 'active' AND NOT EXISTS (
           SELECT 1 FROM challenge c LEFT JOIN actor l ON l.id = c.leader_id WHERE c.actor_id = n.group_id
              AND (c.state NOT IN ('open', 'extended') OR c.deadline_at <= ? OR l.state = 'suspended'))
"""
"""Those of challenges that take submissions, and of what is no challenge."""


async def needs_of(group: Actor, *, limit: int = MAX_OF_ONE) -> list[Need]:
    """What `group` looks for now, the newest first."""
    return await Need.filter(group_id=group.id, state="open").order_by("-id").limit(limit)


async def open_needs(
    skills: Collection[str], *, viewer: Actor | None = None, after: int | None = None, limit: int
) -> list[Need]:
    """What is looked for anywhere, of `skills`, the newest first, each with its group; not what `viewer` looks for, nor
    what those do from whom they keep away.

    `after` is the row at which the piece before ended.
    """
    if not skills:
        return []
    near = not_away(viewer)
    rows = await fetch_tuples(
        f"{_OPEN} AND n.skill IN ({marks(skills)}) AND {near.sql} "  # noqa: S608  (only placeholders)
        "AND NOT EXISTS (SELECT 1 FROM group_leader g WHERE g.group_id = n.group_id AND g.actor_id = ?) "
        "AND NOT EXISTS (SELECT 1 FROM challenge o WHERE o.actor_id = n.group_id AND o.leader_id = ?) "
        "ORDER BY n.id DESC LIMIT ?",
        2**62 if after is None else after,
        now(),
        *skills,
        *near.values,
        viewer.id if viewer else 0,
        viewer.id if viewer else 0,
        limit,
    )
    return await needs_in([key for (key,) in rows])


async def needs_in(keys: Collection[int]) -> list[Need]:
    """The needs in these rows, in that order, each with its group."""
    found = {need.id: need for need in await rows_in(Need, keys)}
    groups = await actors_in({need.group_id for need in found.values()})
    for need in found.values():
        need.group = groups[need.group_id]
    return [found[key] for key in keys if key in found]


async def get_need(group: Actor, key: str) -> Need:
    """The need of `group`, a local one, whose address ends with `key`. Raises NotFound."""
    need = await Need.get_or_none(uri=f"{group.uri}/needs/{key}").select_related("group")
    if need is None:
        raise NotFound("That is not looked for any more.")
    return need


async def get_need_row(key: int, viewer: Actor | None) -> Need:
    """The need in row `key`, of a group here or elsewhere that is active, with its group. Raises NotFound.

    What a group looks for that is being prepared only those see who lead it.
    """
    need = await Need.get_or_none(id=key).select_related("group")
    if need is None or need.group.state not in ("active", "pending"):
        raise NotFound("That is not looked for any more.")
    if need.group.state == "pending":
        parts = await parts_around(need.group, viewer) if viewer is not None else frozenset()
        if not may_do(Deed.NAME_NEED, parts):
            raise NotFound("That is not looked for any more.")
    return need


async def answers_to(need: Need) -> list[NeedAnswer]:
    """Who said that they could do what a group of ours looks for, the first one in front, each with its actor."""
    return await NeedAnswer.filter(need_id=need.id).order_by("id").limit(MAX_ANSWERS).select_related("actor")


async def answered_lately(group: Actor, person: Actor) -> Need | None:
    """What `person` answered last of what `group` looks for, within a day."""
    said = NeedAnswer.filter(need__group_id=group.id, actor_id=person.id, created_at__gt=now() - timedelta(days=1))
    row = await said.order_by("-id").first().select_related("need")
    return row.need if row is not None else None


async def find_group(uri: str) -> Actor:
    """The challenge or project of ours at `uri`, be it prepared still. Raises NotFound."""
    group = await Actor.get_or_none(uri=uri, is_local=True, type="Group")
    if group is None or group.state not in ("active", "pending"):
        raise NotFound("There is nothing of that name here.")
    return group
