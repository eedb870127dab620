"""Leaving for good, and staying after all."""

from __future__ import annotations

from datetime import timedelta

from fedirec.accounts.actions.farewells import TIME_TO_THINK, find_farewell, plan_farewell, take_back_farewell
from fedirec.accounts.actions.passwords import prove_presence
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.leaving import Farewell, Leaving
from fedirec.errors import NotFound


async def show(call: Call) -> Farewell:
    farewell = await find_farewell(call.viewer.account)
    if farewell is None:
        raise NotFound("You are not leaving.")
    return Farewell(asked_at=farewell.asked_at, due_at=farewell.due_at, keeps_name=farewell.keeps_name)


async def prove(call: Call) -> None:
    """A person sits there; hashing takes a thread."""
    attempts = call.request.state["attempts"]
    await prove_presence(call.viewer.account, call.sent(Leaving).present, attempts=attempts, field="present")


async def leave(call: Call) -> Farewell:
    wanted = call.sent(Leaving)
    wait = timedelta(0) if wanted.at_once else TIME_TO_THINK
    made = await plan_farewell(call.actor, call.viewer.account, keeps_name=wanted.keeps_name, wait=wait)
    return Farewell(asked_at=made.asked_at, due_at=made.due_at, keeps_name=made.keeps_name)


async def stay(call: Call) -> None:
    await take_back_farewell(call.viewer.account)


ENDPOINTS = (
    Endpoint(
        name="show_farewell",
        method="GET",
        path="/me/farewell",
        permission=Permission.MANAGE_ACCOUNT,
        says="When you will be erased, if you asked for that.",
        run=show,
        answer=Farewell,
    ),
    Endpoint(
        name="leave",
        method="POST",
        path="/me/farewell",
        permission=Permission.MANAGE_ACCOUNT,
        says="Your account and everything of yours will be erased, in a week or at once.",
        run=leave,
        prepare=prove,
        body=Leaving,
        answer=Farewell,
        status=201,
        pages=("/settings/leaving",),
    ),
    Endpoint(
        name="stay",
        method="DELETE",
        path="/me/farewell",
        permission=Permission.MANAGE_ACCOUNT,
        says="You stay after all.",
        run=stay,
        status=204,
        pages=("/settings/leaving/undo",),
    ),
)
