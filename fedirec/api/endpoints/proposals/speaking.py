"""What people who are listed say to a revision: they accept it, give their share back, or agree to other terms."""

from __future__ import annotations

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.proposals.finding import named_proposal, shown
from fedirec.api.shapes.proposals.answers import Departures, Proposal, StanceTaken
from fedirec.api.shapes.proposals.sent import ProposalSaid, ShareGivenBack
from fedirec.api.shapes.proposals.showing import show_departure, show_stance
from fedirec.credits.actions.proposals.elsewhere import accept_elsewhere
from fedirec.credits.actions.proposals.stances import (
    BY_API,
    accept_proposal,
    agree_to_departure,
    give_share_back,
    take_share_back,
)
from fedirec.credits.queries.drafts import departures_for
from fedirec.errors import NotFound


async def accept(call: Call) -> StanceTaken:
    proposal = await named_proposal(call)
    if proposal.pool is None:
        return show_stance(await accept_elsewhere(call.actor, proposal, call.sent(ProposalSaid).digest))
    return show_stance(await accept_proposal(call.actor, proposal, call.sent(ProposalSaid).digest, BY_API))


async def give_back(call: Call) -> Proposal:
    proposal, sent = await named_proposal(call), call.sent(ShareGivenBack)
    if proposal.pool is None:
        await accept_elsewhere(call.actor, proposal, sent.digest, recused=not sent.takes_back, line=sent.line)
        return await shown(call, proposal)
    act = take_share_back if sent.takes_back else give_share_back
    await act(call.actor, proposal, sent.digest, line=sent.line, channel=BY_API)
    return await shown(call, proposal)


async def list_departures(call: Call) -> Departures:
    proposal = await named_proposal(call)
    if proposal.pool is None:
        raise NotFound("Please ask the server on which it lives.")
    person = await person_of(call.actor)
    return Departures(items=[show_departure(each) for each in await departures_for(proposal, person.id)])


async def agree(call: Call) -> StanceTaken:
    proposal = await named_proposal(call)
    return show_stance(await agree_to_departure(call.actor, proposal, call.sent(ProposalSaid).digest, BY_API))


ENDPOINTS = (
    Endpoint(
        name="accept_proposal",
        method="POST",
        path="/proposals/{key}/acceptance",
        permission=Permission.OBJECT,
        says="You accept exactly that revision; for another one than that in force it is kept, and counts for nothing.",
        run=accept,
        body=ProposalSaid,
        answer=StanceTaken,
        pages=("/pay/{key}/stance",),
    ),
    Endpoint(
        name="give_share_back",
        method="POST",
        path="/proposals/{key}/given-back",
        permission=Permission.OBJECT,
        says="What you get goes to the others, in proportion, or is yours again.",
        run=give_back,
        body=ShareGivenBack,
        answer=Proposal,
        pages=("/pay/{key}/stance",),
    ),
    Endpoint(
        name="list_departures",
        method="GET",
        path="/proposals/{key}/departures",
        permission=Permission.READ_OWN,
        says="In what the proposal is not what you were promised when you contributed.",
        run=list_departures,
        answer=Departures,
    ),
    Endpoint(
        name="agree_to_departure",
        method="POST",
        path="/proposals/{key}/departures/agreed",
        permission=Permission.OBJECT,
        says="You agree to exactly that departure from what you were promised.",
        run=agree,
        body=ProposalSaid,
        answer=StanceTaken,
        pages=("/pay/{key}/agree",),
    ),
)
