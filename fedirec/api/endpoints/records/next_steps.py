"""What its author may want to do after a record is out."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.shapes.challenges import show_challenge_card
from fedirec.api.shapes.next_steps import NextSteps
from fedirec.api.shapes.records import show_records
from fedirec.remix.queries.next_steps import challenges_for, unremixed_like


async def show_next_steps(call: Call) -> NextSteps:
    record = await get_own_record(call)
    challenges = await challenges_for(record)
    records = await unremixed_like(record, viewer=call.looker)
    return NextSteps(
        challenges=[show_challenge_card(call, row) for row in challenges],
        records=await show_records(call, records),
    )


ENDPOINTS = (
    Endpoint(
        name="show_next_steps",
        method="GET",
        path="/records/{id:int}/next",
        permission=Permission.READ_OWN,
        says="Open challenges that your record or its like could answer, and records that nobody has remixed yet.",
        run=show_next_steps,
        answer=NextSteps,
    ),
)
