"""How remixes stand to what they were made from is judged here, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final

from fedirec.clock import monotonic
from fedirec.db import execute, fetch_rows, on_postgres, transaction
from fedirec.db.rows import json_numbers, numbers
from fedirec.db.tables import json_of, table_of
from fedirec.remix.licences import UNKNOWN, find_licence
from fedirec.remix.standing import Acknowledgement, Clearance, acknowledgement_of, clearance_of, stamp_grants

BATCH: Final = 200
"""Records of one transaction: everybody else waits for it."""

# A source may be named by the address of its page: what it is, and by whom, its snapshot says. A request counts when
# the author of the remix asked, and when it is about the author of the source.
_EDGES: Final = """
    SELECT s.id, s.added_by, s.permission, s.acknowledgement, r.digest, r.licence, r.licence_url,
           n.record_digest AS seen_digest, n.licence AS seen_licence, n.licence_url AS seen_licence_url,
           COALESCE(o.id = a.id OR o.moved_to = a.uri OR a.moved_to = o.uri, n.author_uri = a.uri) AS is_own,
           CASE WHEN o.id = q.owner_id THEN q.state END AS state, q.is_automatic, q.remix_digest, q.source_digest,
           q.stamp IS NOT NULL OR q.key IS NOT NULL AS is_stamped,
           EXISTS (SELECT 1 FROM record_revision v WHERE v.record_id = p.id AND v.digest = q.source_digest) AS was_so
      FROM {wanted} AS w
      JOIN record r ON r.id = w.id
      JOIN actor a ON a.id = r.author_id
      JOIN source s ON s.record_id = r.id AND s.withdrawn_at IS NULL
      LEFT JOIN snapshot n ON n.id = s.snapshot_id
      LEFT JOIN record p ON p.uri = COALESCE(n.uri, s.uri)
      LEFT JOIN actor o ON o.uri = n.author_uri
      LEFT JOIN remix_request q
             ON q.remix_uri = r.uri AND q.asker_id = r.author_id AND q.source_uri = COALESCE(n.uri, s.uri)
"""
_UNJUDGED: Final = """
    SELECT DISTINCT s.record_id AS id
      FROM source s JOIN record r ON r.id = s.record_id JOIN snapshot n ON n.id = s.snapshot_id
      JOIN actor a ON a.id = r.author_id
     WHERE s.permission = 'unknown' AND s.withdrawn_at IS NULL AND s.record_id > ?
       AND ((n.licence <> ? AND r.licence <> ?) OR n.author_uri = a.uri)
     ORDER BY s.record_id LIMIT ?
"""


async def hold_steps(records: Collection[int]) -> None:
    """Nobody else changes what `records`, which are row numbers, were made from until the caller's transaction ends.

    Whoever changes several of these rows begins with this, or two of them would wait for each other.
    """
    if on_postgres() and records:
        await fetch_rows(
            f"SELECT r.id FROM {numbers()} AS w JOIN record r ON r.id = w.id ORDER BY r.id FOR NO KEY UPDATE OF r",  # noqa: S608
            json_numbers(set(records)),
        )


async def judge_sources(records: Collection[int]) -> None:
    """Each source of `records`, which are row numbers, says why they may be made of it and what its author says.

    What counts is the licence of the source as it was when it was linked. Part of the caller's transaction.
    """
    if not records:
        return
    await hold_steps(records)
    changed = []
    for edge in await fetch_rows(_EDGES.format(wanted=numbers()), json_numbers(set(records))):
        clearance, acknowledgement = _judged(edge)
        if (edge["permission"], edge["acknowledgement"]) != (clearance, acknowledgement):
            changed.append({"id": edge["id"], "permission": clearance, "acknowledgement": acknowledgement})
    if changed:
        judged = table_of(id="integer", permission="text", acknowledgement="text")
        await execute(
            f"UPDATE source SET permission = w.permission, acknowledgement = w.acknowledgement "  # noqa: S608
            f"FROM {judged} AS w WHERE source.id = w.id",
            json_of(changed),
        )


async def judge_rest() -> int:
    """Sources in a database of before there was a judgement are judged; how many records have such sources.

    Where both licences are known, or both are by one author, there is an answer, so that those that have none yet were
    never judged.
    """
    done, last = 0, 0
    while found := await fetch_rows(_UNJUDGED, last, UNKNOWN.id, UNKNOWN.id, BATCH):
        began = monotonic()
        keys = [row["id"] for row in found]
        async with transaction():
            await judge_sources(keys)
        done, last = done + len(keys), keys[-1]
        await asyncio.sleep(2 * (monotonic() - began))  # two thirds of the time are for the others
    return done


def _judged(edge: Mapping[str, Any]) -> tuple[Clearance, Acknowledgement]:
    is_own = bool(edge["is_own"])
    acknowledgement = acknowledgement_of(edge["state"], is_automatic=bool(edge["is_automatic"]), is_own=is_own)
    is_granted = (
        acknowledgement.is_agreed
        and bool(edge["is_stamped"])
        and stamp_grants(
            stamped=(edge["remix_digest"], edge["source_digest"]),
            remix_digest=edge["digest"],
            source_digests={edge["seen_digest"], edge["source_digest"] if edge["was_so"] else None},
        )
    )
    remix = find_licence(edge["licence_url"] or edge["licence"])
    if edge["added_by"] == "reply" and not remix.is_known and not is_own:
        return Clearance.UNKNOWN, acknowledgement  # an answer that is no remix before its author says so
    seen = find_licence(edge["seen_licence_url"] or edge["seen_licence"]) if edge["seen_licence"] else None
    return clearance_of(seen, remix, is_own=is_own, is_granted=is_granted), acknowledgement
