"""Pay proposals as documents: what is in force, each revision word for word, and the lines of long ones in pages."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import PROPOSAL_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.documents import answer_with
from fedirec.credits.actions.proposals.describing import describe_proposal, lines_uri
from fedirec.credits.actions.proposals.posting import note_about
from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.queries.proposals import get_revision
from fedirec.credits.routes.finding import asked_proposal
from fedirec.credits.routes.pages import collection, page_of
from fedirec.errors import NotFound
from fedirec.remix.queries.proofs import proved_by_us
from fedirec.remix.routes.paging import row_in


async def show_proposal(request: Request[Any]) -> Response:
    """A proposal of ours with its newest revision, proved by its Group; before it is published there is none."""
    proposal = await asked_proposal(request)
    return await _answer(request, proposal, await _words(proposal, proposal.number))


async def show_revision(request: Request[Any]) -> Response:
    """The same as an earlier revision says it."""
    proposal = await asked_proposal(request)
    return await _answer(request, proposal, await _words(proposal, row_in(request.path_params["number"])))


async def show_post(request: Request[Any]) -> Response:
    """What this instance says about a proposal of its own, to which people reply."""
    proposal = await asked_proposal(request)
    if proposal.note_uri != f"{proposal.uri}/post":
        raise NotFound("there is no such post here")
    note = await note_about(proposal, await _words(proposal, proposal.number))
    return answer_with(request, {"@context": RECORD_CONTEXT, **note.write()})


async def show_lines(request: Request[Any]) -> Response:
    """The lines of a revision, in their order: where they are, and each page of them."""
    proposal = await asked_proposal(request)
    row = await _words(proposal, row_in(request.path_params["number"]))
    uri, after = lines_uri(proposal, row.number), request.query_params.get("after")
    if after is None:
        return answer_with(request, collection(uri, context=PROPOSAL_CONTEXT))
    start = row_in(after)
    return answer_with(request, page_of(uri, row.document["splits"][start:], start=start, context=PROPOSAL_CONTEXT))


async def _answer(request: Request[Any], proposal: PayProposal, row: ProposalRevision) -> Response:
    document = {"@context": PROPOSAL_CONTEXT, **describe_proposal(proposal, row).write()}
    keyring = request.state["keyring"]
    return answer_with(request, await proved_by_us(document, author=proposal.group, keyring=keyring))


async def _words(proposal: PayProposal, number: int) -> ProposalRevision:
    row = await get_revision(proposal, number)
    if not row.document:
        raise NotFound("the words of that revision were taken out, because somebody left for good")
    return row
