"""How far proposals are paid, which follows from their payables and is written down where they stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import with_home
from fedirec.credits.actions.proposals.telling import tell_copies
from fedirec.credits.models import PayProposal
from fedirec.credits.proposals import Facts, Step, advance, refusal_of
from fedirec.db import transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import marks
from fedirec.lanes import gathering
from fedirec.ledger.recording import record
from fedirec.payouts.models import Payable
from fedirec.payouts.payments import State

RETURNS_WITHIN: Final = timedelta(days=60)
"""After the last payment of a proposal arrived, payments come back within that, as a rule; then it is closed."""
PAGE: Final = 50
_QUIET = """
    SELECT p.id FROM pay_proposal p
     WHERE p.id > ? AND p.state IN ('paid', 'partially_paid') AND p.pool_id IS NOT NULL AND p.locked_at <= ?
       AND NOT EXISTS (SELECT 1 FROM payable x JOIN payout o ON o.id = x.payout_id
                        WHERE x.proposal_id = p.id AND o.settled_at > ?)
     ORDER BY p.id LIMIT ?
"""
_STEPS = (Step.RETURN, Step.PAY, Step.SETTLE, Step.SETTLE_PARTLY)
_OWED = tuple(str(state) for state in (State.READY, State.BATCHED, State.RETURNED, State.FAILED, State.UNCLAIMED))


async def follow_payments(payout_ids: Collection[int]) -> None:
    """The proposals of which something is in these payments stand where their payments have come.

    Instances that keep copies hear of it. Part of the caller's transaction, which holds the payments already, gathers
    what is queued, and posts afterwards: whoever sends and posts takes the log first, and what leads out after that.
    """
    ids = await Payable.filter(payout_id__in=list(payout_ids)).distinct().values_list("proposal_id", flat=True)
    for proposal in await PayProposal.filter(id__in=list(ids)).order_by("id"):
        await hold(proposal)
        await _follow(proposal)


async def finish_paid() -> int:
    """Proposals of which nobody is owed anything any more are closed, once no payment has arrived for RETURNS_WITHIN;
    returns how many those are. A payment that comes back later opens them again.
    """
    since, done, after = now() - RETURNS_WITHIN, 0, 0
    while rows := await fetch_tuples(_QUIET, after, since, since, PAGE):
        done += sum(await each_apart([int(row[0]) for row in rows], _finish))
        after = int(rows[-1][0])
    return done


async def _finish(number: int) -> bool:
    """Whether the proposal with that row could be closed, and is."""
    async with transaction(), gathering():
        proposal = await PayProposal.get(id=number)
        await hold(proposal)
        facts = await _facts_of(proposal)
        if refusal_of(proposal.state, Step.FINISH, facts):
            return False
        proposal.state, proposal.closed_at = advance(proposal.state, Step.FINISH, facts).value, now()
        await proposal.save(update_fields=["state", "closed_at"])
        await tell_copies(await with_home(proposal))
        await record("proposal_closed", proposal.key, {"digest": proposal.locked_digest})
    return True


async def _follow(proposal: PayProposal) -> None:
    facts = await _facts_of(proposal)
    before = proposal.state
    for step in _STEPS:
        if step is Step.PAY and not facts.in_flight:
            continue
        if refusal_of(proposal.state, step, facts) is None:
            proposal.state = advance(proposal.state, step, facts)
    if proposal.state != before:
        proposal.closed_at = None
        await proposal.save(update_fields=["state", "closed_at"])
        await tell_copies(await with_home(proposal))


async def _facts_of(proposal: PayProposal) -> Facts:
    (row,) = await fetch_tuples(
        "SELECT coalesce(sum(CASE WHEN o.state = 'submitted' THEN x.amount ELSE 0 END), 0), "  # noqa: S608
        f"coalesce(sum(CASE WHEN o.id IS NULL OR o.state IN ({marks(_OWED)}) THEN x.amount ELSE 0 END), 0), "
        "coalesce(sum(x.amount), 0) "
        "FROM payable x LEFT JOIN payout o ON o.id = x.payout_id WHERE x.proposal_id = ?",
        *_OWED,
        proposal.id,
    )
    in_flight, owed, total = (int(each) for each in row)
    (locked,) = await fetch_tuples(
        "SELECT coalesce(sum(amount), 0) FROM locked_share WHERE proposal_id = ?", proposal.id
    )
    not_accrued = int(locked[0]) - total
    return Facts(now=now(), held=proposal.held_amount, owed=owed + not_accrued, in_flight=in_flight)
