"""Not being named in what others make from a record of one's own; and, for moderators, who is not named in one."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import switched
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.shapes.people import show_person
from fedirec.api.shapes.pseudonyms import Unnamed, UnnamedPerson, WhyLook
from fedirec.errors import NotFound
from fedirec.remix.actions.pseudonyms.looking import look_behind
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed, name_again
from fedirec.remix.queries.records import actors_at, find_record_row


async def do_not_name(call: Call) -> None:
    await leave_unnamed(call.actor, await get_own_record(call))


async def do_name_again(call: Call) -> None:
    await name_again(call.actor, await get_own_record(call))


async def do_not_name_in(call: Call) -> None:
    await leave_unnamed(call.actor, await get_own_record(call), remix=await _remix(call))


async def do_name_again_in(call: Call) -> None:
    await name_again(call.actor, await get_own_record(call), remix=await _remix(call))


async def look(call: Call) -> Unnamed:
    behind = await look_behind(call.viewer, await get_visible_record(call), reason=call.sent(WhyLook).reason)
    actors = await actors_at(set(behind.values()))
    return Unnamed(
        items=[
            UnnamedPerson(stand_in=stand_in, uri=uri, person=show_person(call, actors[uri]) if uri in actors else None)
            for stand_in, uri in sorted(behind.items())
        ]
    )


async def _remix(call: Call) -> str:
    """The address of the remix in the path. Raises NotFound."""
    remix = await find_record_row(call.row("remix"))
    if remix is None:
        raise NotFound("There is no such record here.")
    return remix.uri


ENDPOINTS = (
    *switched(
        "/records/{id:int}/without-name",
        on=(
            "leave_record_unnamed",
            "What others make from it does not name you any more. Every instance that has it is told.",
            do_not_name,
        ),
        off=("name_record_again", "What others make from it names you again.", do_name_again),
        permission=Permission.PUBLISH,
        pages=("/records/{key}/name",),
    ),
    *switched(
        "/records/{id:int}/without-name/{remix:int}",
        on=(
            "leave_record_unnamed_in",
            "This one remix of it does not name you any more. Every instance that has it is told.",
            do_not_name_in,
        ),
        off=("name_record_again_in", "This one remix of it names you again.", do_name_again_in),
        permission=Permission.PUBLISH,
        pages=("/records/{key}/name",),
    ),
    Endpoint(
        name="look_behind_names",
        method="POST",
        path="/records/{id:int}/unnamed",
        permission=Permission.MODERATE,
        says="You know who is credited for it without being named. That you looked, and why, is in the audit log.",
        run=look,
        body=WhyLook,
        answer=Unnamed,
        pages=("/records/{key}/unnamed", "/records/remote/{id:int}/unnamed"),
    ),
)
