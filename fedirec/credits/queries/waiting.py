"""Proposals that wait for a word of one person: an answer of those who lead, or what those who are listed say."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.models import Identity
from fedirec.activitypub.models import Actor
from fedirec.credits.models import PayProposal
from fedirec.credits.proposals import HEARING
from fedirec.db.rows import fetch_tuples

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(HEARING))
_UNSPOKEN: Final = f"""
    SELECT DISTINCT p.id FROM share s
      JOIN proposal_revision r ON r.id = s.revision_id
      JOIN pay_proposal p ON p.id = r.proposal_id AND p.number = r.number
      JOIN person w ON w.id = s.person_id
     WHERE (w.id = ? OR w.joined_id = ?) AND p.state IN ({_STATES})
       AND NOT EXISTS (SELECT 1 FROM stance t JOIN person o ON o.id = t.person_id
                        WHERE t.proposal_id = p.id AND (o.id = ? OR o.joined_id = ?) AND t.digest = r.digest)
     ORDER BY p.id DESC LIMIT ?
"""  # noqa: S608  (only constants are spliced in)


_LED: Final = """
    SELECT DISTINCT p.id FROM pay_proposal p JOIN objection o ON o.proposal_id = p.id AND o.state = 'open'
     WHERE p.pool_id IS NOT NULL AND p.group_id IN (
             SELECT group_id FROM group_leader WHERE actor_id = ?
              UNION SELECT actor_id FROM challenge WHERE leader_id = ?
              UNION SELECT c.actor_id FROM challenge c JOIN group_leader g ON g.group_id = c.part_of_id
                     WHERE g.actor_id = ?)
     ORDER BY p.id LIMIT ?
"""


async def unspoken(actor: Actor, *, limit: int) -> list[PayProposal]:
    """Those in whose revision in force `actor` is listed, and to which they have said nothing; the newest first."""
    identity = await Identity.filter(actor_id=actor.id).select_related("person").first()
    if identity is None:
        return []
    own = identity.person.joined_id or identity.person_id
    rows = await fetch_tuples(_UNSPOKEN, own, own, own, own, limit)
    found = PayProposal.filter(id__in=[int(row[0]) for row in rows]).order_by("closes_at", "id")
    return list(await found.select_related("group"))


async def led_waiting(actor: Actor, *, limit: int) -> list[PayProposal]:
    """Those that `actor` leads in which an objection has no answer, the one that closes first before the others."""
    rows = await fetch_tuples(_LED, actor.id, actor.id, actor.id, limit)
    found = PayProposal.filter(id__in=[int(row[0]) for row in rows]).order_by("closes_at", "id")
    return list(await found.select_related("group"))
