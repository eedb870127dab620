"""What pages and the API ask about proposals: a bounded number of queries each, whatever the number of lines."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor
from fedirec.credits.models import (
    LockedShare,
    PayProposal,
    Pool,
    ProposalAppeal,
    ProposalDecision,
    ProposalProduction,
    ProposalRevision,
)
from fedirec.credits.objections import AppealState
from fedirec.credits.proposals import State
from fedirec.credits.queries.hearing import PAGE
from fedirec.credits.queries.pools import home_of, may_see_home, sees_sums
from fedirec.credits.queries.standing import known_person, newest_revision, parts_to
from fedirec.credits.queries.waiting import for_host
from fedirec.db.rows import fetch_tuples
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.remix.powers import Part
from fedirec.translatable import N_

MAX_REVISIONS: Final = 200
_NONE: Final = N_("There is no such proposal here.")
_OWN: Final = """
    SELECT DISTINCT p.id FROM share s
      JOIN proposal_revision r ON r.id = s.revision_id
      JOIN pay_proposal p ON p.id = r.proposal_id AND p.number = r.number
      JOIN person w ON w.id = s.person_id
     WHERE (w.id = ? OR w.joined_id = ?) AND p.id < ? ORDER BY p.id DESC LIMIT ?
"""


async def get_proposal(key: str, viewer: Actor | None, *, is_moderator: bool = False) -> PayProposal:
    """The proposal with that key, ours or a copy, with its Group, pool, proposer and approver. Raises NotFound.

    A draft is for those who lead, and for treasurers; everything else for whoever sees the project or the challenge.
    """
    found = await _with_home(PayProposal.filter(key=key)).first()
    if found is None or not await _may_see(found, viewer, is_moderator=is_moderator):
        raise NotFound(_NONE)
    return found


async def revisions_of(proposal: PayProposal) -> list[ProposalRevision]:
    """The revisions of `proposal`, the newest first, each with who made it, and without their documents."""
    found = ProposalRevision.filter(proposal_id=proposal.id).order_by("-number").limit(MAX_REVISIONS)
    columns = ("id", "proposal_id", "number", "digest", "amount", "note", "is_recusal", "made_by_id", "published_at")
    rows = await found.only(*columns)
    makers = {actor.id: actor for actor in await Actor.filter(id__in=list({row.made_by_id for row in rows} - {None}))}
    for row in rows:
        row.made_by = makers.get(row.made_by_id or 0)
    return rows


async def digests_of(proposal: PayProposal) -> dict[int, str]:
    """The digest of each revision of `proposal`, by its number."""
    rows = await fetch_tuples("SELECT number, digest FROM proposal_revision WHERE proposal_id = ?", proposal.id)
    return {int(number): str(digest) for number, digest in rows}


async def get_revision(proposal: PayProposal, number: int) -> ProposalRevision:
    """A revision of `proposal` by its number. Raises NotFound."""
    found = await ProposalRevision.filter(proposal_id=proposal.id, number=number).select_related("made_by").first()
    if found is None:
        raise NotFound(N_("There is no such revision."))
    return found


async def decisions_on(proposal: PayProposal) -> list[ProposalDecision]:
    """How `proposal` was decided, each time, the newest first, with who decided."""
    found = ProposalDecision.filter(proposal_id=proposal.id).order_by("-id").limit(MAX_REVISIONS)
    return await found.select_related("decided_by", "revision")


async def productions_of(proposal: PayProposal) -> list[Production]:
    """The productions whose people share in it, each with its project and the Group of that."""
    found = ProposalProduction.filter(proposal_id=proposal.id).order_by("id")
    return [row.production for row in await found.select_related("production__project__actor")]


async def proposals_of(
    group: Actor, viewer: Actor | None, *, before: int | None = None, limit: int = PAGE
) -> list[PayProposal]:
    """The proposals of `group`, the newest first, from before the row `before` on; drafts for those who lead it."""
    found = PayProposal.filter(group_id=group.id)
    if viewer is None or not _sees_drafts(await parts_to(group, viewer)):
        found = found.filter(number__gt=0)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(await _with_home(found.order_by("-id").limit(limit)))


async def proposals_from(pool: Pool, parts: frozenset[Part], *, limit: int = PAGE) -> list[PayProposal]:
    """How `pool` is shared by each, the newest first, for somebody who plays `parts`; drafts for those who lead."""
    found = PayProposal.filter(pool_id=pool.id)
    if not _sees_drafts(parts):
        found = found.filter(number__gt=0)
    return list(await _with_home(found.order_by("-id").limit(limit)))


async def own_proposals(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[PayProposal]:
    """The proposals in whose newest revision `actor` is listed, the newest first."""
    person = await known_person(actor)
    rows = await fetch_tuples(_OWN, person, person, before or 2**62, limit) if person is not None else []
    found = {row.id: row for row in await _with_home(PayProposal.filter(id__in=[int(row[0]) for row in rows]))}
    return [found[int(row[0])] for row in rows]


async def waiting_proposals(*, after: int = 0, limit: int = PAGE) -> list[PayProposal]:
    """Ours that wait for a treasurer, to be decided by the host or to be locked, the oldest first."""
    found = PayProposal.filter(Q(state=State.DECIDED.value) | for_host(), pool_id__not_isnull=True, id__gt=after)
    return list(await _with_home(found.order_by("id").limit(limit)))


async def open_appeals(*, after: int = 0, limit: int = PAGE) -> list[ProposalAppeal]:
    """Appeals that wait for somebody who is not listed, the oldest first, each with its objection and proposal."""
    found = ProposalAppeal.filter(state=AppealState.OPEN.value, id__gt=after, proposal__pool_id__not_isnull=True)
    return await found.order_by("id").limit(limit).select_related("objection__author", "proposal__group")


async def get_appeal(proposal: PayProposal, key: str) -> ProposalAppeal:
    """The appeal against the answer to the objection with that key. Raises NotFound."""
    found = await ProposalAppeal.filter(proposal_id=proposal.id, objection__key=key).first()
    if found is None:
        raise NotFound(N_("There is no such appeal."))
    return found


async def sees_amounts(proposal: PayProposal, viewer: Actor | None) -> bool:
    """Whether `viewer` reads the amounts of everybody, and not only their own; of a copy, whether it says them."""
    if proposal.pool_id is not None:
        return await sees_sums(proposal.group, viewer)
    row = await newest_revision(proposal)
    return row is not None and "minorUnits" in (row.document or {})


async def locked_shares(proposal: PayProposal, *, part: str | None = None) -> list[LockedShare]:
    """What each line of a locked `proposal` is owed, all parts of it or one, in the order in which it was locked."""
    found = LockedShare.filter(proposal_id=proposal.id)
    return await (found if part is None else found.filter(part=part)).order_by("id")


def _with_home(proposals: QuerySet[PayProposal]) -> QuerySet[PayProposal]:
    return proposals.select_related("group", "pool__group", "pool__production", "proposer", "approver", "adjusts")


async def _may_see(proposal: PayProposal, viewer: Actor | None, *, is_moderator: bool) -> bool:
    if proposal.pool_id is not None and not proposal.number:
        return viewer is not None and _sees_drafts(await parts_to(proposal.group, viewer))
    return await may_see_home(await home_of(proposal.group), viewer, is_moderator=is_moderator)


def _sees_drafts(parts: frozenset[Part]) -> bool:
    return not parts.isdisjoint({Part.LEADER, Part.TREASURER})
