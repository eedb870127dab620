"""What this instance has seen of keys, for those who put a lineage together."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.documents import ActivityResponse
from fedirec.errors import Invalid
from fedirec.remix.actions.witnesses import make_statement
from fedirec.remix.lineage_file.witnesses import ASKED, MAX_PEOPLE
from fedirec.uris import origin_of


async def show_witness(request: Request[Any]) -> Response:
    """Which keys were seen here for the people that are asked about, signed by the instance."""
    people = request.query_params.getlist(ASKED)
    if not 0 < len(people) <= MAX_PEOPLE:
        raise Invalid("one asks about 1 to %(most)s people", blanks={"most": MAX_PEOPLE})
    for person in people:
        origin_of(person)
    return ActivityResponse(await make_statement(request.state["site"], request.state["keyring"], people))
