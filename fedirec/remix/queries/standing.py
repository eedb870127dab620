"""How well what is said about sources can be checked today, and which remixes count as remixes of a record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from fedirec.accounts.boundaries import shut_out
from fedirec.activitypub.policies import Stance, stances_to
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_columns, json_numbers, numbers
from fedirec.db.tables import json_of, marks, moment_of, table_of
from fedirec.errors import Invalid
from fedirec.remix.lineage import Edge
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.claims import disputed_among
from fedirec.remix.queries.parts import records_in
from fedirec.remix.standing import Acknowledgement, Clearance, Health
from fedirec.uris import origin_of

MAX_REMIXES: Final = 24
"""Remixes that the page of a record shows before its lineage page takes over."""

_LISTED: Final = f"""
    s.acknowledgement IN ('{Acknowledgement.AUTOMATIC}', '{Acknowledgement.ACKNOWLEDGED}')
    AND s.permission <> '{Clearance.BLOCKED}'
"""
"""A remix that the author of the source knows and stands by; what it became after they agreed is another one."""
_UNHEARD: Final = f"""
    s.acknowledgement NOT IN ('{Acknowledgement.REFUSED}', '{Acknowledgement.REVOKED}') AND NOT ({_LISTED})
    AND NOT {shut_out("p.author_id", "a")}
"""
"""Whom the author blocked gets no place on their page by naming them."""
_PENDING: Final = f"""
    s.added_by = 'reply' AND NOT s.in_graph AND s.problem IS NULL AND NOT {shut_out("p.author_id", "a")}
"""

_CHECKED: Final = """
    SELECT s.id, s.uri, s.snapshot_id, r.digest AS remix_digest,
           p.id AS parent_id, p.digest, p.deleted_at, p.visibility, p.updated_at, p.is_post,
           n.uri AS seen_uri, n.record_digest AS seen_digest, n.fetched_at, a.state AS author_state, a.is_local,
           q.remix_digest AS agreed_remix, q.source_digest AS agreed_source, q.missed_at
      FROM {wanted} AS w
      JOIN source s ON s.id = w.id
      JOIN record r ON r.id = s.record_id
      LEFT JOIN snapshot n ON n.id = s.snapshot_id
      LEFT JOIN record p ON p.uri = COALESCE(n.uri, s.uri)
      LEFT JOIN actor a ON a.id = p.author_id
      LEFT JOIN remix_request q ON q.remix_uri = r.uri AND q.asker_id = r.author_id AND q.owner_id = p.author_id
                               AND q.source_uri = COALESCE(n.uri, s.uri) AND q.state = 'approved'
"""


class Standing(NamedTuple):
    """How one remix stands to one source."""

    clearance: Clearance
    acknowledgement: Acknowledgement


UNJUDGED: Final = Standing(Clearance.UNKNOWN, Acknowledgement.DECLARED)
_STANDINGS: Final = {
    (clearance.value, acknowledgement.value): Standing(clearance, acknowledgement)
    for clearance in Clearance
    for acknowledgement in Acknowledgement
}


async def health_of(sources: Collection[Source]) -> dict[int, Health]:
    """How well what is said about each of `sources` can be checked today, by its row: five queries for all of them."""
    if not sources:
        return {}
    rows = await fetch_rows(_CHECKED.format(wanted=numbers()), json_numbers(source.id for source in sources))
    origins = {origin for row in rows if not row["is_local"] and (origin := _origin_of(row))}
    silent, stances = await silent_among(origins), await stances_to(origins)
    disputed = await disputed_among([source.id for source in sources])
    return {int(row["id"]): Health.DISPUTED if row["id"] in disputed else _health(row, silent, stances) for row in rows}


async def standings_among(edges: Collection[Edge]) -> dict[tuple[str, str], Standing]:
    """What was judged of each step of a trail, by the addresses of the record and of its source: one query."""
    if not edges:
        return {}
    wanted = {(edge.record, edge.source) for edge in edges}
    found = await fetch_columns(
        f"""
        SELECT w.uri AS record, s.uri AS source, s.permission, s.acknowledgement
          FROM {table_of(uri="text")} AS w CROSS JOIN record r CROSS JOIN source s
         WHERE r.uri = w.uri AND s.record_id = r.id
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        ["record", "source", "permission", "acknowledgement"],
        json_of({"uri": record} for record in {record for record, _source in wanted}),
    )
    return {
        (record, source): _STANDINGS[permission, acknowledgement]
        for record, source, permission, acknowledgement in zip(*found, strict=True)
        if (record, source) in wanted
    }


async def remixes_of(record: Record, *, limit: int = MAX_REMIXES) -> list[Record]:
    """What was made from `record` directly, as its author knows and agrees, the newest first, with their parts."""
    return await _made_of(record, f"s.in_graph AND {_LISTED}", limit)


async def remixes_listed_after(record: Record, *, after: int, limit: int) -> list[tuple[int, str]]:
    """The next of what was made from `record` and its author stands by, in the order in which it came here.

    Each with the row of its step, after which the next page begins.
    """
    rows = await fetch_rows(
        f"""
        SELECT s.id AS id, r.uri AS uri
          FROM source s JOIN record r ON r.id = s.record_id JOIN actor a ON a.id = r.author_id
         WHERE s.parent_id = ? AND s.id > ? AND s.in_graph AND s.withdrawn_at IS NULL AND ({_LISTED})
           AND r.visibility = 'public' AND r.deleted_at IS NULL AND a.state IN ('active', 'deleted')
           AND NOT a.is_quiet
         ORDER BY s.id LIMIT ?
        """,  # noqa: S608  (constants only)
        record.id,
        after,
        limit,
    )
    return [(int(row["id"]), str(row["uri"])) for row in rows]


async def unheard_remixes_of(record: Record, *, limit: int = MAX_REMIXES) -> list[Record]:
    """What says that it was made from `record` and its author has not agreed to, nor refused, the newest first."""
    return await _made_of(record, f"s.in_graph AND {_UNHEARD}", limit)


async def pending_remixes_of(record: Record, *, limit: int = MAX_REMIXES) -> list[Record]:
    """What others answered to `record` with files of their own, and have not put under any licence yet."""
    return await _made_of(record, _PENDING, limit)


async def steps_to(record: Record, remixes: Collection[Record]) -> dict[int, Source]:
    """The step that leads from each of `remixes`, by its row, to `record`."""
    steps = await Source.filter(parent_id=record.id, record_id__in=[remix.id for remix in remixes], withdrawn_at=None)
    return {step.record_id: step for step in steps}


async def thanks_to(record: Record, remixes: Collection[Record]) -> dict[int, str]:
    """What the authors of `remixes` say to the author of `record`, by the row of the remix.

    Whom that author has blocked says nothing to them.
    """
    if not remixes:
        return {}
    keys = [remix.id for remix in remixes]
    rows = await fetch_rows(
        f"""
        SELECT s.record_id AS id, s.thanks AS thanks FROM source s JOIN record r ON r.id = s.record_id
          JOIN actor a ON a.id = r.author_id
         WHERE s.parent_id = ? AND s.record_id IN ({marks(keys)}) AND s.withdrawn_at IS NULL AND s.thanks <> ''
           AND NOT {shut_out("?", "a")}
        """,  # noqa: S608  (placeholders and constants)
        record.id,
        *keys,
        record.author_id,
    )
    return {int(row["id"]): str(row["thanks"]) for row in rows}


async def _made_of(record: Record, condition: str, limit: int) -> list[Record]:
    rows = await fetch_rows(
        f"""
        SELECT r.id AS id FROM source s JOIN record r ON r.id = s.record_id JOIN actor a ON a.id = r.author_id
          JOIN record p ON p.id = s.parent_id
         WHERE s.parent_id = ? AND s.withdrawn_at IS NULL AND ({condition})
           AND r.visibility = 'public' AND r.deleted_at IS NULL AND a.state IN ('active', 'deleted')
           AND NOT a.is_quiet
         ORDER BY s.id DESC LIMIT ?
        """,  # noqa: S608  (constants only)
        record.id,
        limit,
    )
    return await records_in([int(row["id"]) for row in rows])


async def silent_among(origins: Collection[str]) -> set[str]:
    """Those of `origins` that do not answer: what we send them waits, or what we ask them."""
    if not origins:
        return set()
    rows = await fetch_rows(
        f"""
        SELECT w.origin AS origin FROM {table_of(origin="text", key="text")} AS w
          JOIN lane AS l ON l.key = w.key AND l.trips > 0
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of(
            {"origin": origin, "key": f"{kind}:{origin}"}
            for origin in sorted(origins)
            for kind in ("deliver", "lineage")
        ),
    )
    return {str(row["origin"]) for row in rows}


def _origin_of(row: Mapping[str, Any]) -> str:
    try:
        return origin_of(row["seen_uri"] or row["uri"])
    except Invalid:
        return ""


def _health(row: Mapping[str, Any], silent: Collection[str], stances: Mapping[str, Stance]) -> Health:
    origin = "" if row["is_local"] else _origin_of(row)
    if row["deleted_at"] is not None or row["author_state"] == "deleted":
        return Health.TOMBSTONE
    if row["snapshot_id"] is None or row["parent_id"] is None or row["visibility"] not in ("public", "followers"):
        return Health.UNREACHABLE
    if row["author_state"] == "suspended" or origin in silent or (origin in stances and stances[origin].is_blocked):
        return Health.UNREACHABLE
    if row["missed_at"] is not None:  # nobody can check today what its author once agreed to
        return Health.UNREACHABLE
    return Health.CHANGED if _has_changed(row) else Health.LIVE


def _has_changed(row: Mapping[str, Any]) -> bool:
    """Whether the source is not what was built on, or one of the two not what was agreed to."""
    pairs = (
        (row["seen_digest"], row["digest"]),
        (row["agreed_source"], row["digest"]),
        (row["agreed_remix"], row["remix_digest"]),
    )
    if any(before is not None and before != present for before, present in pairs):
        return True
    edited, seen = moment_of(row["updated_at"]), moment_of(row["fetched_at"])
    return bool(row["is_post"]) and isinstance(edited, datetime) and isinstance(seen, datetime) and edited > seen
