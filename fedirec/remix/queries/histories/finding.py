"""What comes next in a history is found by one statement, whatever it is."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from fedirec.db import fetch_rows
from fedirec.db.tables import moment_of
from fedirec.remix.claims import ClaimState
from fedirec.remix.models import Record
from fedirec.remix.queries.histories.events import ROWS, EventKind
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.web.paging import Cursor

_SHOWN: Final = (
    "c.visibility = 'public' AND c.deleted_at IS NULL AND a.state IN ('active', 'deleted') AND NOT a.is_quiet "
    f"AND s.acknowledgement IN ('{Acknowledgement.AUTOMATIC}', '{Acknowledgement.ACKNOWLEDGED}') "
    f"AND s.permission <> '{Clearance.BLOCKED}' AND s.in_graph AND s.withdrawn_at IS NULL"
)
"""A remix that the author of the source stands by, and everybody may see."""
_DECIDED: Final = ", ".join(
    f"'{state}'" for state in (ClaimState.SETTLED, ClaimState.UPHELD, ClaimState.DISMISSED, ClaimState.FINAL)
)
_FOUND: Final = {
    EventKind.SOURCE_MADE: (
        "SELECT s.id AS id, p.published_at AS at FROM source s JOIN record p ON p.id = s.parent_id "
        "JOIN actor a ON a.id = p.author_id WHERE s.record_id = :id AND s.withdrawn_at IS NULL "
        "AND p.visibility = 'public' AND a.state <> 'suspended'"
    ),
    EventKind.SOURCE_REMEMBERED: (
        "SELECT s.id AS id, n.published_at AS at FROM source s JOIN snapshot n ON n.id = s.snapshot_id "
        "WHERE s.record_id = :id AND s.withdrawn_at IS NULL AND s.parent_id IS NULL"
    ),
    EventKind.VERSION: (
        "SELECT v.id AS id, CASE WHEN v.number = 1 THEN r.published_at ELSE v.created_at END AS at "
        "FROM record_revision v JOIN record r ON r.id = v.record_id WHERE v.record_id = :id"
    ),
    EventKind.SOURCE_AGREED: (
        "SELECT q.id AS id, CASE WHEN q.decided_at < r.published_at THEN r.published_at ELSE q.decided_at END AS at "
        "FROM record r JOIN remix_request q ON q.remix_uri = r.uri WHERE r.id = :id "
        "AND q.asker_id = :author AND q.decided_at IS NOT NULL AND q.state IN ('approved', 'revoked')"
    ),
    EventKind.THANKED: (
        "SELECT s.id AS id, s.created_at AS at FROM source s "
        "WHERE s.record_id = :id AND s.withdrawn_at IS NULL AND s.thanks <> ''"
    ),
    EventKind.REMIX_MADE: (
        "SELECT s.id AS id, c.published_at AS at FROM source s JOIN record c ON c.id = s.record_id "
        "JOIN actor a ON a.id = c.author_id WHERE s.parent_id = :id AND :shown"
    ),
    EventKind.REMIX_AGREED: (
        "SELECT q.id AS id, CASE WHEN q.decided_at < c.published_at THEN c.published_at ELSE q.decided_at END AS at "
        "FROM remix_request q JOIN record c ON c.uri = q.remix_uri "
        "JOIN actor a ON a.id = c.author_id JOIN source s ON s.record_id = c.id AND s.parent_id = :id "
        "WHERE q.source_uri = :uri AND q.owner_id = :author AND q.decided_at IS NOT NULL "
        "AND q.state = 'approved' AND :shown"
    ),
    EventKind.WAS_THANKED: (
        "SELECT s.id AS id, s.created_at AS at FROM source s JOIN record c ON c.id = s.record_id "
        "JOIN actor a ON a.id = c.author_id WHERE s.parent_id = :id AND s.thanks <> '' AND :shown"
    ),
    EventKind.CLAIM_DECIDED: (
        "SELECT m.id AS id, m.decided_at AS at FROM claim m WHERE m.record_id = :id "
        "AND m.decided_at IS NOT NULL AND m.state IN (:decided)"
    ),
    EventKind.SUGGESTION_ADOPTED: (
        "SELECT g.id AS id, g.decided_at AS at FROM suggestion g "
        "WHERE g.record_uri = :uri AND g.state = 'adopted' AND g.decided_at IS NOT NULL"
    ),
}
"""What finds the events of each kind around one record. Stamps tell whole seconds: nobody agrees before there is
something to agree to.
"""
_HOLE: Final = re.compile(r":(id|uri|author)\b")


async def places_after(record: Record, after: Cursor | None, limit: int) -> list[tuple[EventKind, int, datetime]]:
    """What happened next: of which kind, in which row, and when."""
    parts, values = list[str](), list[Any]()
    known = {"id": record.id, "uri": record.uri, "author": record.author_id}
    for kind, sql in _FOUND.items():
        whole = sql.replace(":shown", _SHOWN).replace(":decided", _DECIDED)
        values += [known[name] for name in _HOLE.findall(whole)]
        found = _HOLE.sub("?", whole)
        parts.append(f"SELECT {kind.value} AS kind, f.id AS id, f.at AS at FROM ({found}) f")  # noqa: S608
    later = ""
    if after is not None:
        later = f"WHERE (e.at > ? OR (e.at = ? AND CAST(e.kind AS bigint) * {ROWS} + e.id > ?))"
        values += [after.at, after.at, after.id]
    rows = await fetch_rows(
        f"SELECT e.kind AS kind, e.id AS id, e.at AS at FROM ({' UNION ALL '.join(parts)}) e {later} "  # noqa: S608
        f"ORDER BY e.at, CAST(e.kind AS bigint) * {ROWS} + e.id LIMIT ?",
        *values,
        limit,
    )
    return [(EventKind(row["kind"]), int(row["id"]), at) for row in rows if (at := moment_of(row["at"]))]
