"""The door to every deed with a proposal: nobody else does anything to it meanwhile, and who does it may."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.persons import lives_elsewhere
from fedirec.activitypub.models import Actor
from fedirec.credits.models import PayProposal, Pool, ProposalRevision, Share
from fedirec.credits.queries.standing import newest_revision, parts_to
from fedirec.db.holding import hold
from fedirec.errors import Changed, Conflict, Forbidden, NotFound
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.queries.projects import project_of
from fedirec.remix.powers import Deed, Part, may_do, refuse_unless
from fedirec.translatable import N_

LIVES_ELSEWHERE: Final = N_("This proposal lives on another server. Please go there to take part in it.")
NO_PROPOSAL: Final = N_("There is no such proposal here.")


async def begin(deed: Deed, proposal: PayProposal, actor: Actor, *, also: Part | None = None) -> frozenset[Part]:
    """`actor` may do it to `proposal`, which is as it is now and nobody else's until the caller's transaction ends.

    The first in a transaction. `proposal` has its Group and its pool from here on. Raises Forbidden, and Conflict for
    one that lives elsewhere.
    """
    await hold(proposal)
    await with_home(proposal)
    if proposal.pool is None:
        raise Conflict(LIVES_ELSEWHERE)
    return await parts_for(deed, proposal.group, actor, also=also)


async def parts_for(deed: Deed, group: Actor, actor: Actor, *, also: Part | None = None) -> frozenset[Part]:
    """`actor` may do it to proposals of `group`; what they are to those. Who leads a project has led it just now."""
    parts = await parts_to(group, actor)
    if also is not None:
        parts |= {also}
    if Part.LEADER in parts and may_do(deed, {Part.LEADER}) and (project := await project_of(group)) is not None:
        return parts | await begin_deed(deed, project, actor)
    refuse_unless(deed, parts)
    return parts


async def with_home(proposal: PayProposal) -> PayProposal:
    """`proposal` with its Group, and with its pool if that is ours."""
    proposal.group = await Actor.get(id=proposal.group_id)
    proposal.pool = await Pool.filter(id=proposal.pool_id).select_related("group").first() if proposal.pool_id else None
    return proposal


async def in_force(proposal: PayProposal, digest: str | None = None) -> ProposalRevision:
    """The newest revision of `proposal`, which is what whoever has seen `digest` has seen.

    Raises Conflict before it is published, and Changed where they saw another one.
    """
    revision = await newest_revision(proposal)
    if revision is None:
        raise Conflict(N_("This proposal is not published yet."))
    if digest is not None and digest != revision.digest:
        raise Changed(N_("This proposal was revised in the meantime. Please look again."))
    return revision


async def refuse_other_line(revision: ProposalRevision, key: str) -> None:
    """Raise NotFound unless `revision` has a line with that key."""
    if not await Share.exists(revision_id=revision.id, line_key=key):
        raise NotFound(N_("There is no such line."))


async def refuse_moved(actor: Actor) -> None:
    """Raise Forbidden for an account from which somebody moved away: one person has one voice, where they live."""
    if await lives_elsewhere(actor):
        raise Forbidden(N_("This account has moved. Please say that from where you live now."))


async def get_own_proposal(key: str) -> PayProposal:
    """The proposal of ours with that key, with its Group and pool. Raises NotFound."""
    proposal = await PayProposal.get_or_none(key=key, pool_id__not_isnull=True)
    if proposal is None:
        raise NotFound(NO_PROPOSAL)
    return await with_home(proposal)
