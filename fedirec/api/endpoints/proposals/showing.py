"""Finding and reading proposals."""

from __future__ import annotations

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.proposals.finding import named_proposal, shown
from fedirec.api.paging import piece_of, piece_with, read_row, size_of
from fedirec.api.shapes.basis import PieceQuery
from fedirec.api.shapes.proposals.answers import Proposal, ProposalLines, ProposalRevisions, Proposals, ProposalsQuery
from fedirec.api.shapes.proposals.showing import show_line, show_proposal_card, show_revision
from fedirec.credits.queries.drafts import read_revision
from fedirec.credits.queries.pools import home_of, may_see_home
from fedirec.credits.queries.proposal_pages import lines_of
from fedirec.credits.queries.proposals import own_proposals, proposals_of, revisions_of, sees_amounts, waiting_proposals
from fedirec.credits.queries.standing import newest_revision, same_people
from fedirec.errors import NotFound, Unsupported


async def list_some(call: Call) -> Proposals:
    asked, before, limit = call.asked(ProposalsQuery), read_row(call), size_of(call) + 1
    if asked.group:
        group = await Actor.get_or_none(uri=asked.group)
        if group is None or not await may_see_home(await home_of(group), call.looker):
            raise NotFound("There is no such project or challenge here.")
        rows = await proposals_of(group, call.looker, before=before, limit=limit)
    elif call.looker is None:
        raise Unsupported("Say of which project or challenge; your own are listed with a token.", field="group")
    else:
        rows = await own_proposals(call.actor, before=before, limit=limit)
    return piece_of(call, Proposals, rows, show=lambda row: show_proposal_card(call, row), place=lambda row: row.id)


async def list_waiting(call: Call) -> Proposals:
    rows = await waiting_proposals(after=read_row(call) or 0, limit=size_of(call) + 1)
    return piece_of(call, Proposals, rows, show=lambda row: show_proposal_card(call, row), place=lambda row: row.id)


async def show(call: Call) -> Proposal:
    return await shown(call, await named_proposal(call))


async def list_lines(call: Call) -> ProposalLines:
    proposal = await named_proposal(call)
    row = await newest_revision(proposal)
    if row is None:
        return piece_with(call, ProposalLines, [], end=None)
    after, size = read_row(call) or 0, size_of(call)
    own = await same_people((await person_of(call.looker)).id) if call.looker else []
    revision = read_revision(row) if row.document else None
    found = await lines_of(row, revision, own=own, after=after, limit=size)
    sees = await sees_amounts(proposal, call.looker)
    items = [show_line(call, line, sees_amounts=sees) for line in found[:size]]
    return piece_with(call, ProposalLines, items, end=str(after + size) if len(found) > size else None)


async def list_revisions(call: Call) -> ProposalRevisions:
    proposal = await named_proposal(call)
    sees = await sees_amounts(proposal, call.looker)
    return ProposalRevisions(
        items=[show_revision(call, row, sees_amounts=sees) for row in await revisions_of(proposal)]
    )


ENDPOINTS = (
    Endpoint(
        name="list_proposals",
        method="GET",
        path="/proposals",
        permission=Permission.READ_OWN,
        says="The pay proposals of a project or challenge, or those in which you are listed, the newest first.",
        run=list_some,
        query=ProposalsQuery,
        answer=Proposals,
        is_open=True,
    ),
    Endpoint(
        name="list_waiting_proposals",
        method="GET",
        path="/proposals/waiting",
        permission=Permission.PAY,
        says="What waits for a treasurer, to be decided or to be locked, the oldest first.",
        run=list_waiting,
        query=PieceQuery,
        answer=Proposals,
    ),
    Endpoint(
        name="show_proposal",
        method="GET",
        path="/proposals/{key}",
        permission=Permission.READ_OWN,
        says="A proposal with your lines, every objection with its answer, and how it was decided.",
        run=show,
        answer=Proposal,
        is_open=True,
    ),
    Endpoint(
        name="list_proposal_lines",
        method="GET",
        path="/proposals/{key}/lines",
        permission=Permission.READ_OWN,
        says="The lines of the revision in force, the greatest shares first.",
        run=list_lines,
        query=PieceQuery,
        answer=ProposalLines,
        is_open=True,
    ),
    Endpoint(
        name="list_proposal_revisions",
        method="GET",
        path="/proposals/{key}/revisions",
        permission=Permission.READ_OWN,
        says="Every revision that was published, the newest first.",
        run=list_revisions,
        answer=ProposalRevisions,
        is_open=True,
    ),
)
