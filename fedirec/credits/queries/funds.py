"""What a pool has to share now, besides what is owed from it or held back already."""

from __future__ import annotations

from dataclasses import dataclass

from fedirec.credits.models import PayProposal, Pool
from fedirec.credits.pools import PoolState
from fedirec.credits.queries.pools import pool_state
from fedirec.db.rows import fetch_tuples

_HELD = "SELECT coalesce(sum(held_amount), 0) FROM pay_proposal WHERE pool_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """How much there is, in minor units of the currency of the pool."""

    state: PoolState
    """How the pool stands in the books."""
    held: int
    """What locked proposals hold back while it is contested."""
    stated: int | None
    """The pot that was promised."""

    @property
    def covered(self) -> int:
        """What is there and not meant for anybody yet."""
        return max(self.state.available - self.held, 0)

    @property
    def to_share(self) -> int:
        """What a proposal shares as things stand: the promised pot as far as nobody was promised any of it, or what is
        there. What nobody claimed and came back is nobody's again.
        """
        return self.covered if self.stated is None else max(self.stated - self.state.promised - self.held, 0)


async def is_there(proposal: PayProposal, amount: int) -> bool:
    """Whether the money that `proposal` of ours shares has come in, and is meant for nobody else."""
    pool = await Pool.get(id=proposal.pool_id)
    return (await funds_of(pool)).covered >= amount > 0


async def funds_of(pool: Pool) -> Funds:
    """What `pool` has to share now: two queries."""
    ((held,),) = await fetch_tuples(_HELD, pool.id)
    return Funds(state=await pool_state(pool), held=int(held), stated=pool.stated)
