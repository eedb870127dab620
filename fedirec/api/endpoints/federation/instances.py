"""Following other instances as a whole, and what this one announces."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Follow
from fedirec.admin.actions.instances import (
    announced_kinds,
    choose_announcements,
    find_followed,
    follow_instance,
    followed_instances,
    unfollow_instance,
)
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.federation import Announced, AnnouncedSent, FollowedInstance, FollowedInstances, HostSent

_PAGE = "/admin/federation/instances"


async def list_followed(call: Call) -> FollowedInstances:
    return FollowedInstances(items=[_show(made) for made in await followed_instances()])


async def follow(call: Call) -> FollowedInstances:
    await follow_instance(call.viewer, call.request.state["remote"], call.sent(HostSent).host)
    return await list_followed(call)


async def unfollow(call: Call) -> None:
    made = await find_followed(call.site, call.word("host"))
    await unfollow_instance(call.viewer, made.target)


async def show_announced(call: Call) -> Announced:
    return Announced(announces=await announced_kinds())


async def announce(call: Call) -> Announced:
    await choose_announcements(call.viewer, list(call.sent(AnnouncedSent).announces))
    return await show_announced(call)


def _show(made: Follow) -> FollowedInstance:
    return FollowedInstance(
        host=made.target.host,
        uri=made.target.uri,
        is_accepted=made.accepted_at is not None,
        since=made.created_at,
    )


ENDPOINTS = (
    Endpoint(
        name="list_followed_instances",
        method="GET",
        path="/federation/instances",
        permission=Permission.SEE_FEDERATION,
        says="The instances that this one follows as a whole: what they announce is known here.",
        run=list_followed,
        answer=FollowedInstances,
    ),
    Endpoint(
        name="follow_instance",
        method="POST",
        path="/federation/instances",
        permission=Permission.MANAGE_FEDERATION,
        says="What that instance announces will be known here.",
        run=follow,
        body=HostSent,
        answer=FollowedInstances,
        pages=(_PAGE,),
    ),
    Endpoint(
        name="unfollow_instance",
        method="DELETE",
        path="/federation/instances/{host}",
        permission=Permission.MANAGE_FEDERATION,
        says="What that instance announces is not asked for any more.",
        run=unfollow,
        status=204,
        pages=(_PAGE,),
    ),
    Endpoint(
        name="show_announcements",
        method="GET",
        path="/federation/announcements",
        permission=Permission.SEE_FEDERATION,
        says="What this instance announces in its own name to those who follow it.",
        run=show_announced,
        answer=Announced,
    ),
    Endpoint(
        name="choose_announcements",
        method="PUT",
        path="/federation/announcements",
        permission=Permission.MANAGE_INSTANCE,
        says="This instance announces these kinds of things and no others.",
        run=announce,
        body=AnnouncedSent,
        answer=Announced,
        pages=(_PAGE,),
    ),
)
