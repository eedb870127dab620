"""What is known of the ends of audit chains: what others told here of theirs, and who may keep some of ours."""

from __future__ import annotations

from typing import Final

from fedirec.credits.models import ChainHead
from fedirec.db.rows import fetch_tuples
from fedirec.uris import origin_of

MAX_KEPT: Final = 10_000
"""Of one instance."""
MAX_PEERS: Final = 50
"""Instances that are asked what they keep."""


async def heads_kept_here(origin: str) -> list[tuple[int, str]]:
    """The numbers and digests of the chain of `origin` that were told here."""
    rows = ChainHead.filter(origin=origin).order_by("number", "id").limit(MAX_KEPT)
    return [(row.number, row.digest) for row in await rows]


async def origins_listed() -> list[str]:
    """The origins of those elsewhere who are listed in what we locked, the newest first."""
    rows = await fetch_tuples(
        "SELECT a.host, MIN(a.uri), MAX(s.id) FROM share s JOIN actor a ON a.id = s.actor_id "
        "JOIN proposal_revision r ON r.id = s.revision_id JOIN pay_proposal p ON p.id = r.proposal_id "
        "WHERE p.pool_id IS NOT NULL AND p.locked_digest = r.digest AND NOT a.is_local "
        "GROUP BY a.host ORDER BY 3 DESC LIMIT ?",
        MAX_PEERS,
    )
    return list(dict.fromkeys(origin_of(str(row[1])) for row in rows))
