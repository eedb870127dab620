"""What becomes of money that nobody claims, as it was said when it was locked."""

from __future__ import annotations

from dataclasses import dataclass

from fedirec.credits.settings import MOST_MONTHS
from fedirec.db.rows import fetch_tuples
from fedirec.payouts.models import Payable, Payout


@dataclass(frozen=True, slots=True)
class LapsePolicy:
    """What was said when something was locked about what becomes of it where nobody claims it."""

    goes_to: str
    """hold, pool or charity."""
    months: int
    charity: str


def policy_in(payable: Payable) -> LapsePolicy:
    """What was said about `payable`, which comes with its proposal."""
    proposal = payable.proposal
    return LapsePolicy(proposal.unclaimed_policy, proposal.unclaimed_months, proposal.unclaimed_charity)


async def policy_for(payout: Payout) -> LapsePolicy:
    """What was said about all that is paid by `payout`; where that differs, it stays theirs."""
    found = {policy_in(row) for row in await Payable.filter(payout_id=payout.id).select_related("proposal")}
    if len(found) == 1:
        return found.pop()
    return LapsePolicy(goes_to="hold", months=max((each.months for each in found), default=MOST_MONTHS), charity="")


async def pools_of(payout: Payout) -> dict[str, int]:
    """What of a payment came from which pool, by their keys; of one that is closed nobody could share it any more."""
    rows = await fetch_tuples(
        "SELECT l.key, sum(x.amount) FROM payable x JOIN pay_proposal p ON p.id = x.proposal_id "
        "JOIN pool l ON l.id = p.pool_id WHERE x.payout_id = ? AND l.state = 'open' GROUP BY l.key",
        payout.id,
    )
    return {str(key): int(amount) for key, amount in rows}
