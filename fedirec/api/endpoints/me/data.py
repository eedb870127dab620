"""A copy of what is one's own, and lists to take along and to bring."""

from __future__ import annotations

from fedirec.accounts.actions.archives import ask_for_archive, bring_list
from fedirec.accounts.archives import find_archive, names_in
from fedirec.accounts.lists import ListKind, write_list
from fedirec.accounts.models import Archive as ArchiveRow
from fedirec.accounts.permissions import Permission, require
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.data import Archive, BroughtList, OwnList, OwnListSent
from fedirec.errors import NotFound


async def make(call: Call) -> Archive:
    return _show(call, await ask_for_archive(call.viewer.account))


async def show(call: Call) -> Archive:
    archive = await find_archive(call.viewer.account)
    if archive is None:
        raise NotFound("There is no copy. You can ask for one.")
    return _show(call, archive)


async def read(call: Call) -> OwnList:
    kind = _kind(call)
    return OwnList(csv=write_list(kind, await names_in(kind, call.actor)))


async def bring(call: Call) -> BroughtList:
    kind = _kind(call)
    if kind is ListKind.FOLLOWING:
        require(call.viewer, Permission.FOLLOW)
    brought = await bring_list(call.viewer.account, kind, call.sent(OwnListSent).csv)
    return BroughtList(names=list(brought.names), unread=brought.unread)


def _kind(call: Call) -> ListKind:
    try:
        return ListKind(call.word("kind"))
    except ValueError as error:
        raise NotFound from error


def _show(call: Call, row: ArchiveRow) -> Archive:
    return Archive(
        state=row.state,
        asked_at=row.created_at,
        ready_at=row.ready_at,
        expires_at=row.expires_at,
        size=row.size,
        url=f"{call.site.origin}/settings/data/archive" if row.state == "ready" else None,
    )


ENDPOINTS = (
    Endpoint(
        name="make_archive",
        method="POST",
        path="/me/archive",
        permission=Permission.MANAGE_ACCOUNT,
        says="A copy of everything of yours is being made.",
        run=make,
        answer=Archive,
        status=201,
        pages=("/settings/data/archive",),
    ),
    Endpoint(
        name="show_archive",
        method="GET",
        path="/me/archive",
        permission=Permission.MANAGE_ACCOUNT,
        says="Whether your copy is ready, and where to fetch it.",
        run=show,
        answer=Archive,
    ),
    Endpoint(
        name="show_list",
        method="GET",
        path="/me/lists/{kind}",
        permission=Permission.MANAGE_ACCOUNT,
        says="Whom you follow, block or mute (following, blocks, mutes, blocked-hosts, muted-hosts), for Mastodon.",
        run=read,
        answer=OwnList,
    ),
    Endpoint(
        name="bring_list",
        method="POST",
        path="/me/lists/{kind}",
        permission=Permission.MANAGE_ACCOUNT,
        says="Whom the list names is followed, blocked or muted, one after the other.",
        run=bring,
        body=OwnListSent,
        answer=BroughtList,
        status=202,
        pages=("/settings/data/lists",),
    ),
)
