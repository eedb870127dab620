"""People here and elsewhere, and what they made."""

from __future__ import annotations

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.challenges import list_of_challenges
from fedirec.api.endpoints.finding import get_person
from fedirec.api.endpoints.records.lists import list_of_records
from fedirec.api.paging import read_place, size_of
from fedirec.api.shapes.basis import Asked, Text
from fedirec.api.shapes.challenges import Challenges
from fedirec.api.shapes.people import People, WholePerson, show_person, show_whole_person
from fedirec.api.shapes.records import Records
from fedirec.remix.queries.challenges import challenges_led_by
from fedirec.remix.queries.people import search_people
from fedirec.remix.queries.records import records_by


class PeopleQuery(Asked):
    q: Text = Field(min_length=1, max_length=200, description="Words of a name.")
    limit: int = Field(20, ge=1, le=50)


async def search(call: Call) -> People:
    asked = call.asked(PeopleQuery)
    rows = await search_people(asked.q, viewer=call.looker, limit=asked.limit)
    return People(items=[show_person(call, row) for row in rows], next=None)


async def show_one(call: Call) -> WholePerson:
    return await show_whole_person(call, await get_person(call))


async def list_records(call: Call) -> Records:
    rows = await records_by(await get_person(call), viewer=call.looker, after=read_place(call), limit=size_of(call) + 1)
    return await list_of_records(call, rows)


async def list_challenges(call: Call) -> Challenges:
    rows = await challenges_led_by(await get_person(call), limit=size_of(call))
    return list_of_challenges(call, rows)


ENDPOINTS = (
    Endpoint(
        name="search_people",
        method="GET",
        path="/people",
        permission=Permission.READ_OWN,
        says="People whose name or handle has all of these words, ours in front.",
        run=search,
        query=PeopleQuery,
        answer=People,
        is_open=True,
    ),
    Endpoint(
        name="show_person",
        method="GET",
        path="/people/{id:int}",
        permission=Permission.READ_OWN,
        says="Somebody here or elsewhere.",
        run=show_one,
        answer=WholePerson,
        is_open=True,
    ),
    listed(
        "list_records_of_person",
        "/people/{id:int}/records",
        "What somebody published, as far as it may be seen, the newest first.",
        list_records,
        answer=Records,
        is_open=True,
    ),
    listed(
        "list_challenges_of_person",
        "/people/{id:int}/challenges",
        "The newest challenges that somebody leads.",
        list_challenges,
        answer=Challenges,
        is_open=True,
    ),
)
