"""What editors point at, as long as everybody may see it.

What its author deletes, hides or shows to followers alone is picked no more at that moment, without anybody doing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.remix.models import Challenge, Pick, Record
from fedirec.remix.queries.parts import actors_in, challenges_in, records_in

_FOR_EVERYBODY: Final = """
    a.state = 'active' AND NOT a.is_quiet
    AND (r.id IS NULL OR (r.visibility = 'public' AND r.deleted_at IS NULL AND r.held_at IS NULL))
    AND (r.id IS NOT NULL OR a.type = 'Group')
    AND NOT EXISTS (SELECT 1 FROM challenge c LEFT JOIN actor l ON l.id = c.leader_id WHERE c.actor_id = a.id
                       AND r.id IS NULL AND (c.state = 'draft' OR l.state = 'suspended' OR l.is_quiet))
"""
_PICKED: Final = """
    SELECT p.id FROM pick p LEFT JOIN record r ON r.id = p.record_id
      JOIN actor a ON a.id = COALESCE(r.author_id, p.group_id)
     WHERE {since} AND p.created_at < ? AND {for_everybody} AND {near}
     ORDER BY p.created_at DESC, p.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Something that an editor points at: a record, a challenge, or a project by its Group."""

    pick: Pick
    editor: Actor
    record: Record | None = None
    challenge: Challenge | None = None
    group: Actor | None = None


async def current_picks(viewer: Actor | None = None, *, limit: int) -> list[Picked]:
    """What is picked now, the newest first, without what is by people from whom `viewer` keeps away."""
    return await _picks("p.ended_at IS NULL", (), viewer, until=now(), limit=limit)


async def picks_made(since: datetime, until: datetime, viewer: Actor | None = None, *, limit: int) -> list[Picked]:
    """What was picked between two moments and is still, the newest first."""
    return await _picks("p.ended_at IS NULL AND p.created_at >= ?", (since,), viewer, until=until, limit=limit)


async def can_be_picked(*, record_id: int | None, group_id: int | None) -> bool:
    """Whether everybody may see the record, or what the Group is of, and nobody behind it is limited."""
    if record_id is not None:
        source = "record r JOIN actor a ON a.id = r.author_id WHERE r.id = ?"
    else:
        source = "actor a LEFT JOIN record r ON 1 = 0 WHERE a.id = ?"
    asked = f"SELECT 1 FROM {source} AND {_FOR_EVERYBODY}"  # noqa: S608  (only constants are spliced in)
    return bool(await fetch_tuples(asked, record_id if record_id is not None else group_id))


async def _picks(
    condition: str, values: Sequence[Any], viewer: Actor | None, *, until: datetime, limit: int
) -> list[Picked]:
    near = not_away(viewer)
    sql = _PICKED.format(since=condition, for_everybody=_FOR_EVERYBODY, near=near.sql)
    keys = [key for (key,) in await fetch_tuples(sql, *values, until, *near.values, limit)]
    found = {row.id: row for row in await rows_in(Pick, keys)}
    groups = [row.group_id for row in found.values() if row.group_id is not None]
    actors = await actors_in({*groups, *(row.editor_id for row in found.values())})
    records = {row.id: row for row in await records_in([row.record_id for row in found.values() if row.record_id])}
    challenge_ids = await Challenge.filter(actor_id__in=groups).values_list("id", flat=True) if groups else []
    challenges = {row.actor_id: row for row in await challenges_in([int(str(key)) for key in challenge_ids])}
    return [
        Picked(
            pick=row,
            editor=actors[row.editor_id],
            record=records.get(row.record_id) if row.record_id else None,
            challenge=challenges.get(row.group_id) if row.group_id else None,
            group=actors.get(row.group_id) if row.group_id else None,
        )
        for row in (found[key] for key in keys)
    ]
