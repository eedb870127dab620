"""What treasurers do with proposals: they decide where the host decides, and lock what is decided."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.proposals.finding import named_proposal, shown
from fedirec.api.shapes.proposals.answers import Proposal
from fedirec.api.shapes.proposals.sent import ProposalDecisionSent, ProposalSaid
from fedirec.credits.actions.proposals.deciding import decide_proposal
from fedirec.credits.actions.proposals.locking import lock_proposal


async def decide(call: Call) -> Proposal:
    proposal, sent = await named_proposal(call), call.sent(ProposalDecisionSent)
    await decide_proposal(call.actor, proposal, digest=sent.digest, accepts=sent.accepts, reason=sent.reason)
    return await shown(call, proposal)


async def lock(call: Call) -> Proposal:
    proposal = await named_proposal(call)
    await lock_proposal(call.actor, proposal, digest=call.sent(ProposalSaid).digest)
    return await shown(call, proposal)


ENDPOINTS = (
    Endpoint(
        name="decide_proposal",
        method="POST",
        path="/proposals/{key}/decision",
        permission=Permission.PAY,
        says="The host has decided, where the rule says so, and everybody listed is told why.",
        run=decide,
        body=ProposalDecisionSent,
        answer=Proposal,
        is_versioned=True,
        pages=("/pay/{key}/decide",),
    ),
    Endpoint(
        name="lock_proposal",
        method="POST",
        path="/proposals/{key}/lock",
        permission=Permission.PAY,
        says="What it gives is owed from now on; what is contested is held back until that is settled.",
        run=lock,
        body=ProposalSaid,
        answer=Proposal,
        is_versioned=True,
        pages=("/pay/{key}/lock",),
    ),
)
