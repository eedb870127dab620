"""What editors point at, and pointing at it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.picks import NewPick, Picks, show_pick
from fedirec.remix.actions.picks import end_pick, pick
from fedirec.remix.pages.picks import ALL, thing_at
from fedirec.remix.queries.picks import current_picks


async def list_picks(call: Call) -> Picks:
    return Picks(items=[show_pick(call, each) for each in await current_picks(call.looker, limit=ALL)])


async def add_pick(call: Call) -> Picks:
    sent = call.sent(NewPick)
    await pick(call.viewer, await thing_at(sent.about), words=sent.words)
    return await list_picks(call)


async def drop_pick(call: Call) -> None:
    await end_pick(call.viewer, call.row())


ENDPOINTS = (
    Endpoint(
        name="list_picks",
        method="GET",
        path="/picks",
        permission=Permission.READ_OWN,
        is_open=True,
        says="What the editors of this instance point at, the newest first.",
        run=list_picks,
        answer=Picks,
    ),
    Endpoint(
        name="add_pick",
        method="POST",
        path="/picks",
        permission=Permission.PICK,
        says="Everybody is pointed at a public record, challenge or project, in your words.",
        run=add_pick,
        body=NewPick,
        answer=Picks,
        status=201,
        pages=("/picks/new",),
    ),
    Endpoint(
        name="end_pick",
        method="DELETE",
        path="/picks/{id:int}",
        permission=Permission.PICK,
        says="Nobody is pointed at it any more.",
        run=drop_pick,
        status=204,
        pages=("/picks/{id:int}/end",),
    ),
)
