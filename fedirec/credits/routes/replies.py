"""What was said to a proposal as one collection, page by page: decisions first, then objections, then comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import PROPOSAL_CONTEXT
from fedirec.activitypub.documents import answer_with
from fedirec.activitypub.vocab import Json
from fedirec.credits.actions.proposals.describing import (
    describe_comment,
    describe_decision,
    describe_objection,
    replies_uri,
)
from fedirec.credits.models import PayProposal
from fedirec.credits.queries.hearing import comments_on, objections_to
from fedirec.credits.queries.proposals import decisions_on, digests_of
from fedirec.credits.routes.finding import asked_proposal
from fedirec.credits.routes.pages import collection, page_of
from fedirec.remix.routes.paging import row_in

MAX_COMMENTS: Final = 300
"""Of the first that were written; the page has them all."""


async def show_replies(request: Request[Any]) -> Response:
    """Where they are, and each page of them."""
    proposal = await asked_proposal(request)
    uri, after = replies_uri(proposal), request.query_params.get("after")
    if after is None:
        return answer_with(request, collection(uri, context=PROPOSAL_CONTEXT))
    start, said = row_in(after), await _said_to(proposal)
    return answer_with(request, page_of(uri, said[start:], start=start, context=PROPOSAL_CONTEXT))


async def _said_to(proposal: PayProposal) -> Sequence[Json]:
    digests = await digests_of(proposal)
    return [
        *(describe_decision(proposal, each).write() for each in await decisions_on(proposal)),
        *(describe_objection(proposal, each, digests).write() for each in await objections_to(proposal)),
        *(describe_comment(proposal, each).write() for each in await comments_on(proposal, limit=MAX_COMMENTS)),
    ]
