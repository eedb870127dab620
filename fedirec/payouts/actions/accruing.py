"""From what was locked to what is owed: one payable for each proposal, part of it, person and currency."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from fedirec.clock import now
from fedirec.credits.models import LockedShare, PayProposal
from fedirec.db import add_row, transaction
from fedirec.db.holding import hold
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import marks
from fedirec.payouts.models import Payable
from fedirec.payouts.queries.money import ACCRUING

PAGE: Final = 50


async def accrue() -> int:
    """Everybody has a payable for what they are owed from proposals that are locked; how many parts of them were new.

    Doing it again adds nothing. The books know it since it was locked; this is how it is paid.
    """
    rows = await fetch_tuples(
        "SELECT DISTINCT s.proposal_id, s.part FROM pay_proposal p JOIN locked_share s ON s.proposal_id = p.id "  # noqa: S608
        f"WHERE p.state IN ({marks(ACCRUING)}) AND NOT EXISTS "
        "(SELECT 1 FROM payable x WHERE x.proposal_id = s.proposal_id AND x.part = s.part) LIMIT ?",
        *ACCRUING,
        PAGE,
    )
    for proposal_id, part in rows:
        await accrue_part(await PayProposal.get(id=proposal_id), part)
    return len(rows)


async def accrue_part(proposal: PayProposal, part: str) -> None:
    """Everybody has a payable for what that part of `proposal` owes them, all of them at once."""
    async with transaction():
        await hold(proposal)
        if await Payable.exists(proposal_id=proposal.id, part=part):
            return
        kinds: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for share in await LockedShare.filter(proposal_id=proposal.id, part=part).order_by("id"):
            kinds[share.person_id][share.income_kind] += share.amount
        for person_id, amounts in kinds.items():
            await add_row(
                Payable,
                proposal_id=proposal.id,
                part=part,
                person_id=person_id,
                currency=proposal.currency,
                amount=amounts.total(),
                kinds=dict(amounts),
                created_at=now(),
            )
