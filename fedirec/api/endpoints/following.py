"""Whom one follows, and who follows."""

from __future__ import annotations

from collections.abc import Callable

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.follows import approve_follow, refuse_follow, unfollow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.remote import Remote
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import get_person
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.people import FollowMade, Follows, WhoToFollow, show_follow
from fedirec.errors import Invalid
from fedirec.remix.actions.following import find_whom, start_following
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.queries.people import actors_in_order, followed_by, followers_of, get_request, waiting_for
from fedirec.web.paging import Cursor


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
    if wanted.address is not None:
        return await find_whom(remote_for(call.request), wanted.address)
    assert wanted.person is not None
    found = (await actors_in_order([wanted.person])).get(wanted.person)
    if found is None:
        raise Invalid("Nobody with that id is known here.", field="person")
    remote: Remote = call.request.state["remote"]
    return await find_whom(remote, found.uri)


async def follow(call: Call) -> FollowMade:
    assert isinstance(call.prepared, Actor)
    made = await start_following(call.actor, call.prepared)
    return show_follow(call, made, call.prepared)


async def stop_following(call: Call) -> None:
    await unfollow(call.actor, await get_person(call))


async def accept_request(call: Call) -> FollowMade:
    asked = await get_request(call.actor, call.row())
    await approve_follow(call.actor, asked)
    return show_follow(call, asked, asked.follower)


async def refuse_request(call: Call) -> None:
    await refuse_follow(call.actor, await get_request(call.actor, call.row()))


def _follows(call: Call, rows: list[Follow], whom: Callable[[Follow], Actor]) -> Follows:
    return piece_of(
        call,
        Follows,
        rows,
        show=lambda row: show_follow(call, row, whom(row)),
        place=lambda row: Cursor(at=row.created_at, id=row.id),
    )


ENDPOINTS = (
    listed(
        "list_followed", "/following", "Whom you follow, or asked to, the newest first.", list_followed, answer=Follows
    ),
    listed(
        "list_followers", "/following/followers", "Who follows you, the newest first.", list_followers, answer=Follows
    ),
    listed(
        "list_follow_requests",
        "/following/requests",
        "Who asks to follow you, the newest first.",
        list_requests,
        answer=Follows,
    ),
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
)
