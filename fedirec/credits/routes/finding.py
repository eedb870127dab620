"""Which proposal a program asks for."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from fedirec.credits.models import PayProposal
from fedirec.credits.queries.proposals import get_proposal
from fedirec.errors import NotFound


async def asked_proposal(request: Request[Any]) -> PayProposal:
    """One of ours that everybody may see. Raises NotFound."""
    proposal = await get_proposal(request.path_params["key"], None)
    if proposal.pool_id is None or not proposal.number:
        raise NotFound("there is no such proposal here")
    return proposal
