"""What a record is part of."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.shapes.submissions import Offers, show_submissions
from fedirec.remix.queries.records import submissions_of


async def list_offers(call: Call) -> Offers:
    record = await get_visible_record(call)
    rows = await submissions_of(record)
    is_author = call.looker is not None and call.looker.id == record.author_id
    shown = [row for row in rows if is_author or row.state == "accepted"]
    for row in shown:
        row.record = record
    return Offers(items=await show_submissions(call, shown))


ENDPOINTS = (
    Endpoint(
        name="list_offers",
        method="GET",
        path="/records/{id:int}/submissions",
        permission=Permission.READ_OWN,
        says="The challenges that a record is part of; its author also sees what became of other offers.",
        run=list_offers,
        answer=Offers,
        is_open=True,
    ),
)
