"""What one keeps for later."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed, switched
from fedirec.api.endpoints.finding import get_visible_record
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.records import Records, show_card
from fedirec.remix.actions.bookmarks import bookmark, forget_bookmark
from fedirec.remix.queries.bookmarks import bookmarks_of


async def list_bookmarks(call: Call) -> Records:
    rows = await bookmarks_of(call.actor, after=read_place(call), limit=size_of(call) + 1)
    dressed = await dressed_files([row.record for row in rows])
    return piece_of(
        call, Records, rows, show=lambda row: show_card(call, row.record, dressed), place=lambda row: row.place
    )


async def keep(call: Call) -> None:
    await bookmark(call.actor, await get_visible_record(call))


async def forget(call: Call) -> None:
    await forget_bookmark(call.actor, await get_visible_record(call))


ENDPOINTS = (
    listed(
        "list_bookmarks",
        "/bookmarks",
        "The records that you keep for later, what you kept last first. Nobody else sees them.",
        list_bookmarks,
        answer=Records,
    ),
    *switched(
        "/records/{id:int}/bookmark",
        on=("bookmark_record", "The record is kept for later. Nobody else hears of it.", keep),
        off=("forget_bookmark", "The record is not kept any more.", forget),
        permission=Permission.FOLLOW,
        pages=("/records/{key}/bookmark", "/records/remote/{id:int}/bookmark"),
    ),
)
