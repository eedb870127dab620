"""What waits: for a word of one person, who leads or is listed, and for those who confirm, decide and lock."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.decisions import HOST_AFTER, Rule
from fedirec.credits.entries import EntryState
from fedirec.credits.models import PayProposal, PoolEntry
from fedirec.credits.proposals import HEARING, State
from fedirec.credits.queries.standing import known_person
from fedirec.db.rows import fetch_tuples

MAX_SHOWN: Final = 100
"""Of what should be little: proposals that wait to be decided or locked."""
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
    own = await known_person(actor)
    if own is None:
        return []
    rows = await fetch_tuples(_UNSPOKEN, own, own, own, own, limit)
    found = PayProposal.filter(id__in=[int(row[0]) for row in rows]).order_by("closes_at", "id")
    return list(await found.select_related("group"))


async def led_waiting(actor: Actor, *, limit: int) -> list[PayProposal]:
    """Those that `actor` leads in which an objection has no answer, the one that closes first before the others."""
    rows = await fetch_tuples(_LED, actor.id, actor.id, actor.id, limit)
    found = PayProposal.filter(id__in=[int(row[0]) for row in rows]).order_by("closes_at", "id")
    return list(await found.select_related("group"))


async def entries_to_confirm() -> int:
    """How many entries of pools wait for somebody who confirms them."""
    return await PoolEntry.filter(state=EntryState.STATED.value).count()


def for_host() -> Q:
    """Proposals that wait for a word of the host (`decisions.is_for_host`)."""
    return Q(state=State.CLOSING.value) & (Q(rule=Rule.HOST.value) | Q(closes_at__lte=now() - HOST_AFTER))


async def proposals_to_decide() -> list[PayProposal]:
    """Proposals of ours that the host decides and that wait for it, those that closed first at first."""
    waiting = PayProposal.filter(for_host(), pool_id__not_isnull=True)
    return await waiting.order_by("closes_at", "id").limit(MAX_SHOWN)


async def proposals_to_lock() -> list[PayProposal]:
    """Proposals of ours that are decided and wait for the treasurer, the oldest first."""
    waiting = PayProposal.filter(state=State.DECIDED, pool_id__not_isnull=True)
    return await waiting.order_by("decided_at", "id").limit(MAX_SHOWN)
