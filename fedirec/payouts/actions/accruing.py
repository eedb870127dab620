"""From what was locked to what is owed: one payable for each proposal, part of it, person and currency."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from fedirec.clock import now
from fedirec.credits.models import LockedShare, PayProposal
from fedirec.db import add_row, transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.payouts.models import Payable
from fedirec.payouts.queries.money import parts_to_accrue

PAGE: Final = 50


async def accrue() -> int:
    """Everybody has a payable for what they are owed from proposals that are locked; how many parts of them were new.

    Doing it again adds nothing. The books know it since it was locked; this is how it is paid.
    """

    async def take(part: tuple[int, str]) -> None:
        await accrue_part(await PayProposal.get(id=part[0]), part[1])

    return len(await each_apart(await parts_to_accrue(PAGE), take))


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
