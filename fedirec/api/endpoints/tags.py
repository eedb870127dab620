"""The tags that one follows."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.people import Tags
from fedirec.remix.actions.tags import follow_tag, unfollow_tag
from fedirec.remix.queries.tags import followed_tags


async def list_tags(call: Call) -> Tags:
    return Tags(tags=await followed_tags(call.actor))


async def add_tag(call: Call) -> Tags:
    await follow_tag(call.actor, call.word("name"))
    return await list_tags(call)


async def drop_tag(call: Call) -> None:
    await unfollow_tag(call.actor, call.word("name"))


ENDPOINTS = (
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
)
