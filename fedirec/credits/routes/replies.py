"""What was said to a proposal as one collection, page by page: decisions first, then objections, then comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import PROPOSAL_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.vocab import Json
from fedirec.credits.actions.proposals.describing import describe_comment, describe_decision, describe_objection
from fedirec.credits.models import PayProposal
from fedirec.credits.queries.proposals import comments_on, decisions_on, digests_of, objections_to
from fedirec.credits.routes.finding import asked_proposal
from fedirec.remix.routes.paging import row_in
from fedirec.remix.sizes import is_small

MAX_COMMENTS: Final = 300
"""Of the first that were written; the page has them all."""


async def show_replies(request: Request[Any]) -> Response:
    """Where they are, and each page of them."""
    proposal = await asked_proposal(request)
    uri, after = f"{proposal.uri}/replies", request.query_params.get("after")
    if after is None:
        whole = {"id": uri, "type": "OrderedCollection", "first": f"{uri}?after=0"}
        return ActivityResponse({"@context": PROPOSAL_CONTEXT, **whole})
    start, said = row_in(after), await _said_to(proposal)
    page: Json = {
        "@context": PROPOSAL_CONTEXT,
        "id": f"{uri}?after={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
    for each in said[start:]:
        if page["orderedItems"] and not is_small({**page, "orderedItems": [*page["orderedItems"], each]}):
            break
        page["orderedItems"].append(each)
    if (shown := start + len(page["orderedItems"])) < len(said):
        page["next"] = f"{uri}?after={shown}"
    return ActivityResponse(page)


async def _said_to(proposal: PayProposal) -> Sequence[Json]:
    digests = await digests_of(proposal)
    return [
        *(describe_decision(proposal, each).write() for each in await decisions_on(proposal)),
        *(describe_objection(proposal, each, digests).write() for each in await objections_to(proposal)),
        *(describe_comment(proposal, each).write() for each in await comments_on(proposal, limit=MAX_COMMENTS)),
    ]
