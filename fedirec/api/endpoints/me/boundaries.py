"""From whom and from which instances the owner of the token keeps away."""

from __future__ import annotations

from fedirec.accounts.actions.boundaries import block, keep_away_from_host, lift, mute
from fedirec.accounts.boundaries import Distance, boundaries_of, get_boundary
from fedirec.accounts.models import Boundary as BoundaryRow
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.boundaries import Boundaries, Boundary, WhomToBlock, WhomToMute
from fedirec.api.shapes.people import show_person
from fedirec.errors import Invalid, NotFound
from fedirec.remix.queries.people import actors_in_order
from fedirec.web.paging import Cursor


async def list_blocks(call: Call) -> Boundaries:
    return await _list(call, Distance.BLOCK)


async def list_mutes(call: Call) -> Boundaries:
    return await _list(call, Distance.MUTE)


async def keep_blocked(call: Call) -> Boundary:
    wanted = call.sent(WhomToBlock)
    if wanted.host is not None and wanted.person is None:
        return _show(call, await keep_away_from_host(call.actor, wanted.host, kind=Distance.BLOCK))
    other = await _person(wanted)
    return await _shown(call, await block(call.actor, other, tell=wanted.tell))


async def keep_muted(call: Call) -> Boundary:
    wanted = call.sent(WhomToMute)
    if wanted.host is not None and wanted.person is None:
        return _show(call, await keep_away_from_host(call.actor, wanted.host, kind=Distance.MUTE))
    return await _shown(call, await mute(call.actor, await _person(wanted), ends_at=wanted.ends_at))


async def unblock(call: Call) -> None:
    await _lift(call, Distance.BLOCK)


async def unmute(call: Call) -> None:
    await _lift(call, Distance.MUTE)


async def _lift(call: Call, kind: Distance) -> None:
    boundary = await get_boundary(call.actor, call.row())
    if boundary.kind != kind:
        raise NotFound("That is not there any more.")
    await lift(call.actor, boundary)


async def _list(call: Call, kind: Distance) -> Boundaries:
    rows = await boundaries_of(call.actor, kind=kind, after=read_place(call), limit=size_of(call) + 1)
    return piece_of(
        call,
        Boundaries,
        rows,
        show=lambda row: _show(call, row),
        place=lambda row: Cursor(at=row.created_at, id=row.id),
    )


async def _person(wanted: WhomToBlock | WhomToMute) -> Actor:
    if wanted.person is None or wanted.host is not None:
        raise Invalid("Please name either a person or a host.", field="person")
    found = (await actors_in_order([wanted.person])).get(wanted.person)
    if found is None:
        raise Invalid("Nobody with that id is known here.", field="person")
    return found


async def _shown(call: Call, row: BoundaryRow) -> Boundary:
    return _show(call, await get_boundary(call.actor, row.id))


def _show(call: Call, row: BoundaryRow) -> Boundary:
    return Boundary(
        id=row.id,
        person=show_person(call, row.other) if row.other_id is not None and row.other is not None else None,
        host=row.host,
        is_told=row.uri is not None,
        since=row.created_at,
        ends_at=row.ends_at,
    )


ENDPOINTS = (
    listed(
        "list_blocks",
        "/me/blocks",
        "Whom you block, the newest first.",
        list_blocks,
        answer=Boundaries,
        permission=Permission.MANAGE_OWN,
    ),
    Endpoint(
        name="block",
        method="POST",
        path="/me/blocks",
        permission=Permission.MANAGE_OWN,
        says="You and a person, or everybody of an instance, do not follow, see or reach each other any more.",
        run=keep_blocked,
        body=WhomToBlock,
        answer=Boundary,
        status=201,
        pages=("/people/{id:int}/distance", "/settings/boundaries/hosts"),
    ),
    Endpoint(
        name="unblock",
        method="DELETE",
        path="/me/blocks/{id:int}",
        permission=Permission.MANAGE_OWN,
        says="They are not blocked any more.",
        run=unblock,
        status=204,
        pages=("/settings/boundaries/{id:int}/lift",),
    ),
    listed(
        "list_mutes",
        "/me/mutes",
        "Whom you mute, the newest first.",
        list_mutes,
        answer=Boundaries,
        permission=Permission.MANAGE_OWN,
    ),
    Endpoint(
        name="mute",
        method="POST",
        path="/me/mutes",
        permission=Permission.MANAGE_OWN,
        says="You do not see or hear of a person, or of everybody of an instance, any more; they notice nothing.",
        run=keep_muted,
        body=WhomToMute,
        answer=Boundary,
        status=201,
        pages=("/people/{id:int}/distance", "/settings/boundaries/hosts"),
    ),
    Endpoint(
        name="unmute",
        method="DELETE",
        path="/me/mutes/{id:int}",
        permission=Permission.MANAGE_OWN,
        says="They are not muted any more.",
        run=unmute,
        status=204,
        pages=("/settings/boundaries/{id:int}/lift",),
    ),
)
