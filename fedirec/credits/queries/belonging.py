"""What the money of a pool can have been made with, and whose word a proposal about it therefore needs."""

from __future__ import annotations

from tortoise.expressions import Q, Subquery

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import PayProposal, Pool, ProposalProduction
from fedirec.credits.queries.pools import Home, home_of, uses_of
from fedirec.projects.models import Production, ProductionPart

_FROZEN = ("frozen", "released")


async def productions_for(pool: Pool, *, limit: int) -> list[Production]:
    """What `pool` can be shared for, the newest first: its own production; else what is frozen of its project, of that
    of its challenge, and of those that were opened for it; of the instance's own money, everything frozen here.
    """
    found = Production.filter(await _belongs(pool), state__in=_FROZEN).order_by("-id")
    return list(await found.limit(limit).select_related("project__actor"))


async def foreign_to(pool: Pool, productions: set[int]) -> set[int]:
    """Those of `productions`, by row, for which `pool` cannot be shared."""
    known = Production.filter(await _belongs(pool), id__in=list(productions), state__in=_FROZEN)
    return productions - {int(str(row)) for row in await known.values_list("id", flat=True)}


async def covered_by(proposal: PayProposal) -> list[int]:
    """The productions, by row, on which `proposal` of ours touches, whether or not it is about them: those that were
    chosen, and everything else that may have earned what is in its pool.

    Nobody shares among a few what many made: who is credited in one of them has a line or a 0 with a reason, and what
    they were promised binds. What is frozen after the proposal was published is not among them.
    """
    pool = await Pool.get(id=proposal.pool_id).select_related("group")
    chosen = {row.production_id for row in await ProposalProduction.filter(proposal_id=proposal.id)}
    binding = await _binds(pool)
    if binding is None:
        return sorted(chosen)
    others = Production.filter(binding, state__in=_FROZEN, frozen_at__lte=proposal.published_at or now())
    return sorted(chosen | {int(str(row)) for row in await others.values_list("id", flat=True)})


async def covers_all(pool: Pool) -> bool:
    """Whether a proposal about `pool` covers more than what is chosen."""
    return pool.production_id is None and await _binds(pool) is not None


async def _belongs(pool: Pool) -> Q:
    if pool.production_id is not None:
        return Q(id=pool.production_id)
    return Q(*[_of(home) for home in await _homes(pool)], join_type="OR")


async def _binds(pool: Pool) -> Q | None:
    """What counts as made with the money of `pool`; None for nothing but what is chosen: the instance's own money is
    for whatever its treasurers say.
    """
    if pool.production_id is not None:
        return Q(id=pool.production_id)
    homes = await _homes(pool)
    if any(home.project is None and home.challenge is None for home in homes):
        return None
    return Q(*[_used_in(home) if home.challenge else _of(home) for home in homes], join_type="OR")


async def _homes(pool: Pool) -> list[Home]:
    groups: list[Actor] = [await Actor.get(id=pool.group_id), *await uses_of(pool)]
    return [await home_of(group) for group in groups]


def _of(home: Home) -> Q:
    if home.project is not None:
        return Q(project_id=home.project.id)
    if home.challenge is None:
        return Q(project__actor__is_local=True)
    return _used_in(home) if home.challenge.part_of_id is None else Q(project__actor_id=home.challenge.part_of_id)


def _used_in(home: Home) -> Q:
    """What was made with something that was offered to the challenge."""
    assert home.challenge is not None
    parts = ProductionPart.filter(submission__challenge_id=home.challenge.id).values("production_id")
    return Q(id__in=Subquery(parts))
