"""Saying that one likes a record."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import switched
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation


async def say_liked(call: Call) -> None:
    await recommend(call.actor, await get_visible_record(call))


async def unsay_liked(call: Call) -> None:
    await take_back_recommendation(call.actor, await get_visible_record(call))


ENDPOINTS = switched(
    "/records/{id:int}/recommendation",
    on=("recommend_record", "The author hears that you like it. Nobody else does.", say_liked),
    off=("take_back_recommendation", "You say nothing about it any more.", unsay_liked),
    permission=Permission.FOLLOW,
    pages=("/records/{key}/recommend", "/records/remote/{id:int}/recommend"),
)
