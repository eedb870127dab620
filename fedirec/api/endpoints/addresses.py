"""What is at an address."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.shapes.basis import Asked, Shape, Text
from fedirec.api.shapes.challenges import Challenge, show_challenge
from fedirec.api.shapes.people import WholePerson, show_whole_person
from fedirec.api.shapes.records import Record, show_record
from fedirec.errors import NotFound
from fedirec.remix.actions.finding import find_at
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.queries.records import find_record_row
from fedirec.remix.visibility import is_withheld, may_see


class AddressQuery(Asked):
    address: Text = Field(min_length=3, max_length=2048, description="A handle, or an address of anything.")


class Found(Shape):
    """What is at an address: exactly one of the three."""

    kind: Literal["record", "challenge", "person"]
    record: Record | None = None
    challenge: Challenge | None = None
    person: WholePerson | None = None


async def look_up(call: Call) -> Found:
    found = await find_at(remote_for(call.request), call.asked(AddressQuery).address)
    if isinstance(found, RecordRow):
        record = await find_record_row(found.id)
        if record is None or record.deleted_at or is_withheld(record, call.visitor):
            raise NotFound
        if not await may_see(record, call.looker):
            raise NotFound
        return Found(kind="record", record=await show_record(call, record))
    if isinstance(found, ChallengeRow):
        challenge = await show_challenge(call, await get_challenge_row(found.id))
        return Found(kind="challenge", challenge=challenge)
    return Found(kind="person", person=await show_whole_person(call, found))


ENDPOINTS = (
    Endpoint(
        name="look_up",
        method="GET",
        path="/lookup",
        permission=Permission.READ_OWN,
        says="The record, challenge or person at an address or behind a handle, fetched when it is not known here yet.",
        run=look_up,
        query=AddressQuery,
        answer=Found,
    ),
)
