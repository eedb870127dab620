"""From what a program names to the proposal that is meant."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission, can
from fedirec.api.endpoint import Call
from fedirec.api.shapes.proposals.answers import Proposal
from fedirec.api.shapes.proposals.showing import show_proposal
from fedirec.credits.models import Objection, PayProposal, Share
from fedirec.credits.queries.hearing import get_objection
from fedirec.credits.queries.proposal_pages import proposal_page
from fedirec.credits.queries.proposals import get_proposal
from fedirec.credits.queries.standing import parts_to
from fedirec.remix.powers import Deed, refuse_unless


async def named_proposal(call: Call) -> PayProposal:
    """The proposal in the path, if whoever asks may see it. Raises NotFound."""
    return await get_proposal(call.word("key"), call.looker, is_moderator=can(call.visitor, Permission.MODERATE))


async def led_proposal(call: Call, deed: Deed) -> PayProposal:
    """The proposal in the path, with which whoever asks may do that. Raises NotFound and Forbidden."""
    proposal = await named_proposal(call)
    refuse_unless(deed, await parts_to(proposal.group, call.actor))
    return proposal


async def named_objection(call: Call) -> Objection:
    """The objection in the path, to the proposal in the path. Raises NotFound."""
    return await get_objection(await named_proposal(call), call.word("objection"))


async def shown(call: Call, proposal: PayProposal) -> Proposal:
    """The proposal as it is now."""
    fresh = await get_proposal(proposal.key, call.looker, is_moderator=can(call.visitor, Permission.MODERATE))
    page = await proposal_page(fresh, call.looker)
    lines = await Share.filter(revision_id=page.row.id).count() if page.row else 0
    return show_proposal(call, page, lines)
