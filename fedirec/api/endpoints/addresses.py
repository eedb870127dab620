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
from fedirec.remix.actions.finding import Place, find_at
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.queries.records import find_record_row
from fedirec.remix.visibility import is_withheld, may_see


class AddressQuery(Asked):
    address: Text = Field(min_length=3, max_length=2048, description="A handle, or an address of anything.")


class Found(Shape):
    """What is at an address: one of these, or the page here of a project or a production."""

    kind: Literal["record", "challenge", "person", "project", "production"]
    record: Record | None = None
    challenge: Challenge | None = None
    person: WholePerson | None = None
    uri: str | None = Field(default=None, description="Of the project or the production.")
    url: str | None = Field(default=None, description="Its page here.")


async def look_up(call: Call) -> Found:
    found = await find_at(remote_for(call.request), call.asked(AddressQuery).address, call.request.state["finders"])
    if isinstance(found, Place):
        kind: Literal["project", "production"] = "production" if found.kind == "production" else "project"
        return Found(kind=kind, uri=found.uri, url=call.site.origin + found.path)
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
        says="What is at an address or behind a handle: a record, a challenge, a project, a production or a person; "
        "fetched when it is not known here yet.",
        run=look_up,
        query=AddressQuery,
        answer=Found,
    ),
)
