"""Beginning a proposal for a pool: a draft with a line for everybody who is credited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deeds import parts_for
from fedirec.credits.actions.proposals.listing import add_credits, begin_weights
from fedirec.credits.models import (
    PayProposal,
    Pool,
    PoolUse,
    ProductionCredit,
    ProposalProduction,
)
from fedirec.credits.proposals import BINDING, CHANGING, State
from fedirec.credits.queries.belonging import foreign_to
from fedirec.credits.revisions import MAX_ABOUT
from fedirec.credits.revisions.lines import MAX_NAME
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.projects.models import Production
from fedirec.remix.powers import Deed
from fedirec.remix.vocab.text import clean_line
from fedirec.translatable import N_
from fedirec.uris import new_key, origin_of

MAX_OPEN: Final = 20
"""Proposals of one pool that are not locked, paid or called off."""


async def begin_proposal(
    leader: Actor,
    pool: Pool,
    productions: Sequence[Production],
    title: str,
    *,
    adjusts: PayProposal | None = None,
    group: Actor | None = None,
) -> PayProposal:
    """There is a draft how `pool` is shared among those credited for `productions`, with a line for each credit.

    Weights are those that the trail suggests; each line waits for its reason. `adjusts` is a locked proposal of the
    same pool. `group` is that of a project or challenge for which the pool was opened, if it is not the pool's own.
    Raises Forbidden, Invalid with the field that has to change, also for a production with which the money of the pool
    cannot have been made, and Conflict for a pool that is closed, or has too many proposals.
    """
    called = clean_line(title, MAX_NAME)
    if not called:
        raise Invalid(N_("Please fill this in."), field="title")
    if not 1 <= len({each.id for each in productions}) <= MAX_ABOUT:
        raise Invalid(N_("Please choose what the money was made with."), field="productions")
    async with transaction():
        home = await Actor.get(id=group.id if group is not None else pool.group_id)
        await parts_for(Deed.DRAW_UP_PROPOSAL, home, leader)
        await hold(pool)
        await _refuse_pool(pool, home, productions, adjusts)
        key = new_key()
        proposal = await PayProposal.create(
            key=key,
            uri=f"{origin_of(home.uri)}/pay/{key}",
            group=home,
            pool=pool,
            title=called,
            rule=pool.rule,
            currency=pool.currency,
            adjusts=adjusts,
            proposer=leader,
            made_at=now(),
        )
        for production in {each.id: each for each in productions}.values():
            await ProposalProduction.create(proposal=proposal, production=production)
            await add_credits(proposal, production)
        await begin_weights(proposal)
    return proposal


async def _refuse_pool(pool: Pool, home: Actor, productions: Sequence[Production], adjusts: PayProposal | None) -> None:
    if pool.state != "open":
        raise Conflict(N_("This pool is closed."))
    if home.id != pool.group_id and not await PoolUse.exists(pool_id=pool.id, group_id=home.id):
        raise Invalid(N_("That pool is for something else."), field="pool")
    if pool.production_id is not None and any(each.id != pool.production_id for each in productions):
        raise Invalid(N_("That pool is for one production alone."), field="productions")
    if any(each.state == "draft" for each in productions):
        raise Invalid(N_("Only what is frozen has a list of everybody who took part."), field="productions")
    wanted = {each.id for each in productions}
    if await foreign_to(pool, wanted):
        raise Invalid(N_("That production has nothing to do with this pool."), field="productions")
    drawn_up = ProductionCredit.filter(production_id__in=list(wanted), uri=None).distinct()
    if wanted - {int(str(row)) for row in await drawn_up.values_list("production_id", flat=True)}:
        raise Conflict(N_("The credits are being drawn up. Please try again in a moment."), field="productions")
    if adjusts is not None and (adjusts.pool_id != pool.id or State(adjusts.state) not in BINDING):
        raise Invalid(N_("Only a locked proposal of the same pool can be adjusted."), field="adjusts")
    unlocked = [state.value for state in CHANGING]
    if await PayProposal.filter(pool_id=pool.id, state__in=unlocked).count() >= MAX_OPEN:
        raise Conflict(N_("There are many proposals for this pool already. Please finish one of them first."))
