"""What other instances sent that had no effect, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from fedirec.admin.hosts import beginnings, is_within
from fedirec.db import fetch_rows
from fedirec.db.tables import moment_of

PAGE: Final = 50

State = Literal["waiting", "refused", "failed", "handled"]
WITHOUT_EFFECT: Final = ("refused", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An activity as it came in."""

    id: int
    uri: str
    type: str
    sender: str
    state: State
    reason: str | None
    received_at: datetime
    handled_at: datetime | None


async def arrivals(
    *, state: State | Literal[""] = "", origin: str = "", before: int | None = None, limit: int = PAGE
) -> tuple[list[Arrived], int | None]:
    """A page of what was refused or failed, or is in `state`, the newest first; of one origin if that is given.

    And where the next page starts.
    """
    states = [state] if state else list(WITHOUT_EFFECT)
    wheres, values = [f"r.state IN ({', '.join('?' * len(states))})"], list[object](states)
    if before is not None:
        wheres.append("r.id < ?")
        values.append(before)
    if origin:
        first, second = beginnings(origin)
        wheres.append("(r.activity_uri LIKE ? ESCAPE '!' OR r.activity_uri LIKE ? ESCAPE '!')")
        values += [f"{first.removesuffix('%')}/%", second]
    rows = await fetch_rows(
        f"""
        SELECT r.id AS id, r.activity_uri AS uri, r.type AS type, a.uri AS sender, r.state AS state,
               r.reason AS reason, r.received_at AS received_at, r.handled_at AS handled_at
          FROM received AS r JOIN actor AS a ON a.id = r.sender_id
         WHERE {" AND ".join(wheres)} ORDER BY r.id DESC LIMIT ?
        """,  # noqa: S608  (constants only)
        *values,
        limit + 1,
    )
    shown = rows[:limit]
    found = [
        Arrived(**{**row, "received_at": moment_of(row["received_at"]), "handled_at": moment_of(row["handled_at"])})
        for row in shown
        if not origin or is_within(row["uri"], origin)
    ]
    return found, int(shown[-1]["id"]) if len(rows) > limit else None
