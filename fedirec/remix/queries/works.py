"""What somebody made, seen from others: what was remixed, and where they are credited."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.remix.models import Record
from fedirec.remix.queries.parts import records_in
from fedirec.web.paging import Cursor

_SHOWN: Final = "r.visibility = 'public' AND r.deleted_at IS NULL AND r.published_at <= ?"
_REMIXED: Final = """
    EXISTS (SELECT 1 FROM source s JOIN record c ON c.id = s.record_id
             WHERE s.parent_id = r.id AND s.in_graph AND s.withdrawn_at IS NULL
               AND c.author_id <> r.author_id AND c.visibility = 'public' AND c.deleted_at IS NULL)
"""


async def remixed_by_others(author: Actor, *, after: Cursor | None, limit: int) -> list[Record]:
    """The public records of `author` from which somebody else made something, the newest first, with their parts."""
    return await _found(f"r.author_id = ? AND {_REMIXED}", author.id, after=after, limit=limit)


async def credited_in(person: Actor, *, after: Cursor | None, limit: int) -> list[Record]:
    """The public records of others in which `person` has a part, as their authors say, the newest first."""
    condition = "r.author_id <> ? AND r.id IN (SELECT record_id FROM contributor WHERE actor_uri = ?)"
    return await _found(condition, person.id, person.uri, after=after, limit=limit)


async def _found(condition: str, *values: Any, after: Cursor | None, limit: int) -> list[Record]:
    earlier = " AND (r.published_at < ? OR (r.published_at = ? AND r.id < ?))" if after else ""
    rows = await fetch_rows(
        f"SELECT r.id AS id FROM record r JOIN actor a ON a.id = r.author_id "  # noqa: S608  (conditions of this module)
        f"WHERE {condition} AND {_SHOWN} AND a.state IN ('active', 'deleted'){earlier} "
        "ORDER BY r.published_at DESC, r.id DESC LIMIT ?",
        *values,
        now(),
        *((after.at, after.at, after.id) if after else ()),
        limit,
    )
    return await records_in([int(row["id"]) for row in rows])
