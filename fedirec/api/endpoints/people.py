"""People, whom one follows, and what is at an address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.follows import approve_follow, refuse_follow, unfollow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.remote import Remote
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.challenges import list_of_challenges
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.records import list_of_records
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import Asked, PieceQuery, Shape, Text
from fedirec.api.shapes.challenges import Challenge, Challenges, show_challenge
from fedirec.api.shapes.people import (
    FollowMade,
    Follows,
    People,
    Tags,
    WholePerson,
    WhoToFollow,
    show_follow,
    show_person,
    show_whole_person,
)
from fedirec.api.shapes.records import Record, Records, show_record
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.finding import find_at
from fedirec.remix.actions.following import find_whom, start_following
from fedirec.remix.actions.tags import follow_tag, unfollow_tag
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.queries.challenges import challenges_led_by
from fedirec.remix.queries.people import (
    actors_in_order,
    followed_by,
    followers_of,
    get_request,
    search_people,
    waiting_for,
)
from fedirec.remix.queries.records import find_record_row, records_by
from fedirec.remix.queries.tags import followed_tags
from fedirec.remix.visibility import is_withheld, may_see
from fedirec.web.paging import Cursor


class PeopleQuery(Asked):
    q: Text = Field(min_length=1, max_length=200, description="Words of a name.")
    limit: int = Field(20, ge=1, le=50)


class AddressQuery(Asked):
    address: Text = Field(min_length=3, max_length=2048, description="A handle, or an address of anything.")


class Found(Shape):
    """What is at an address: exactly one of the three."""

    kind: Literal["record", "challenge", "person"]
    record: Record | None = None
    challenge: Challenge | None = None
    person: WholePerson | None = None


async def search(call: Call) -> People:
    asked = call.asked(PeopleQuery)
    rows = await search_people(asked.q, limit=asked.limit)
    return People(items=[show_person(call, row) for row in rows], next=None)


async def show_one(call: Call) -> WholePerson:
    return await show_whole_person(call, await _person(call))


async def list_records(call: Call) -> Records:
    rows = await records_by(await _person(call), viewer=call.looker, after=read_place(call), limit=size_of(call) + 1)
    return await list_of_records(call, rows)


async def list_challenges(call: Call) -> Challenges:
    rows = await challenges_led_by(await _person(call), limit=size_of(call))
    return list_of_challenges(call, rows)


async def list_followed(call: Call) -> Follows:
    rows = await followed_by(call.actor, after=read_place(call), limit=size_of(call) + 1)
    return _follows(call, rows, lambda row: row.target)


async def list_followers(call: Call) -> Follows:
    rows = await followers_of(call.actor, after=read_place(call), limit=size_of(call) + 1)
    return _follows(call, rows, lambda row: row.follower)


async def list_requests(call: Call) -> Follows:
    rows = await waiting_for(call.actor, after=read_place(call), limit=size_of(call) + 1)
    return _follows(call, rows, lambda row: row.follower)


async def find_target(call: Call) -> Actor:
    """Whom to follow; other instances may have to be asked."""
    wanted = call.sent(WhoToFollow)
    if (wanted.person is None) == (wanted.address is None):
        raise Invalid("Please name either a person or an address.", field="person")
    remote: Remote = call.request.state["remote"]
    if wanted.address is not None:
        return await find_whom(remote, wanted.address)
    assert wanted.person is not None
    found = (await actors_in_order([wanted.person])).get(wanted.person)
    if found is None:
        raise Invalid("Nobody with that id is known here.", field="person")
    return await find_whom(remote, found.uri)


async def follow(call: Call) -> FollowMade:
    assert isinstance(call.prepared, Actor)
    made = await start_following(call.actor, call.prepared)
    return show_follow(call, made, call.prepared)


async def stop_following(call: Call) -> None:
    await unfollow(call.actor, await _person(call))


async def accept_request(call: Call) -> FollowMade:
    asked = await get_request(call.actor, call.row())
    await approve_follow(call.actor, asked)
    return show_follow(call, asked, asked.follower)


async def refuse_request(call: Call) -> None:
    await refuse_follow(call.actor, await get_request(call.actor, call.row()))


async def list_tags(call: Call) -> Tags:
    return Tags(tags=await followed_tags(call.actor))


async def add_tag(call: Call) -> Tags:
    await follow_tag(call.actor, call.word("name"))
    return await list_tags(call)


async def drop_tag(call: Call) -> None:
    await unfollow_tag(call.actor, call.word("name"))


async def look_up(call: Call) -> Found:
    found = await find_at(call.request.state["remote"], call.asked(AddressQuery).address)
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


async def _person(call: Call) -> Actor:
    """The actor in the path, ours or not. Raises NotFound."""
    key = call.row()
    found = (await actors_in_order([key])).get(key)
    if found is None:
        raise NotFound("Nobody with that id is known here.")
    return found


def _follows(call: Call, rows: list[Follow], whom: Callable[[Follow], Actor]) -> Follows:
    return piece_of(
        call,
        Follows,
        rows,
        show=lambda row: show_follow(call, row, whom(row)),
        place=lambda row: Cursor(at=row.created_at, id=row.id),
    )


def _list(name: str, path: str, says: str, run: Callable[[Call], Awaitable[Follows]]) -> Endpoint:
    return Endpoint(
        name=name,
        method="GET",
        path=path,
        permission=Permission.READ_OWN,
        says=says,
        run=run,
        query=PieceQuery,
        answer=Follows,
    )


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
    Endpoint(
        name="list_records_of_person",
        method="GET",
        path="/people/{id:int}/records",
        permission=Permission.READ_OWN,
        says="What somebody published, as far as it may be seen, the newest first.",
        run=list_records,
        query=PieceQuery,
        answer=Records,
        is_open=True,
    ),
    Endpoint(
        name="list_challenges_of_person",
        method="GET",
        path="/people/{id:int}/challenges",
        permission=Permission.READ_OWN,
        says="The newest challenges that somebody leads.",
        run=list_challenges,
        query=PieceQuery,
        answer=Challenges,
        is_open=True,
    ),
    _list("list_followed", "/following", "Whom you follow, or asked to, the newest first.", list_followed),
    _list("list_followers", "/following/followers", "Who follows you, the newest first.", list_followers),
    _list("list_follow_requests", "/following/requests", "Who asks to follow you, the newest first.", list_requests),
    Endpoint(
        name="follow",
        method="POST",
        path="/following",
        permission=Permission.FOLLOW,
        says="You follow a person or a challenge, or have asked to.",
        run=follow,
        prepare=find_target,
        body=WhoToFollow,
        answer=FollowMade,
        status=201,
        pages=("/follow",),
    ),
    Endpoint(
        name="unfollow",
        method="DELETE",
        path="/following/{id:int}",
        permission=Permission.FOLLOW,
        says="You do not follow the person with that id any more.",
        run=stop_following,
        status=204,
        pages=("/unfollow",),
    ),
    Endpoint(
        name="accept_follow_request",
        method="POST",
        path="/following/requests/{id:int}/accept",
        permission=Permission.FOLLOW,
        says="Who asked follows you from now on.",
        run=accept_request,
        answer=FollowMade,
        pages=("/following/requests/{id:int}",),
    ),
    Endpoint(
        name="refuse_follow_request",
        method="DELETE",
        path="/following/requests/{id:int}",
        permission=Permission.FOLLOW,
        says="Who asked does not follow you.",
        run=refuse_request,
        status=204,
        pages=("/following/requests/{id:int}",),
    ),
    Endpoint(
        name="list_followed_tags",
        method="GET",
        path="/tags",
        permission=Permission.READ_OWN,
        says="The tags that you follow.",
        run=list_tags,
        answer=Tags,
    ),
    Endpoint(
        name="follow_tag",
        method="PUT",
        path="/tags/{name}",
        permission=Permission.FOLLOW,
        says="What carries that tag stands in your feed.",
        run=add_tag,
        answer=Tags,
        pages=("/tags/{name}",),
    ),
    Endpoint(
        name="unfollow_tag",
        method="DELETE",
        path="/tags/{name}",
        permission=Permission.FOLLOW,
        says="What carries that tag does not stand in your feed because of that.",
        run=drop_tag,
        status=204,
        pages=("/tags/{name}",),
    ),
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
