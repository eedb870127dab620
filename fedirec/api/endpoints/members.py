"""The people of this instance, and those who want to be, for those who look after it."""

from __future__ import annotations

from fedirec.accounts.actions.joining import approve_member, decline_member
from fedirec.accounts.actions.members import change_role
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Permission, Role
from fedirec.accounts.queries import PENDING, SUSPENDED, get_member_or_guest, members, name_of, pending_sign_ups
from fedirec.activitypub.actors import NewKeys, new_keys
from fedirec.admin.actions.deciding import decide, undo_all
from fedirec.admin.judging import Action, Verdict
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.accounts import (
    Member,
    Members,
    MembersQuery,
    RoleSent,
    SignUp,
    SignUps,
    WhyDeclined,
    WhySuspended,
)
from fedirec.api.shapes.people import show_person
from fedirec.errors import NotFound


async def list_members(call: Call) -> Members:
    rows, end = await members(before=read_row(call), words=call.asked(MembersQuery).q, limit=size_of(call))
    return piece_with(call, Members, [_member(call, row) for row in rows], end=None if end is None else str(end))


async def show_member(call: Call) -> Member:
    return _member(call, await _account(call))


async def set_role(call: Call) -> Member:
    await change_role(call.viewer, await _account(call), Role(call.sent(RoleSent).role))
    return await show_member(call)


async def suspend_member(call: Call) -> Member:
    account = await _account(call)
    await decide(call.viewer, account.actor, Verdict(action=Action.SUSPEND, reason=call.sent(WhySuspended).reason))
    return await show_member(call)


async def unsuspend_member(call: Call) -> None:
    await undo_all(call.viewer, (await _account(call)).actor, Action.SUSPEND)


async def list_sign_ups(call: Call) -> SignUps:
    rows, end = await pending_sign_ups(after=read_row(call), limit=size_of(call))
    items = [SignUp(id=row.id, name=row.actor.handle, answer=row.answer, since=row.created_at) for row in rows]
    return piece_with(call, SignUps, items, end=None if end is None else str(end))


async def make_keys(call: Call) -> NewKeys:
    """The keys of a new member, which take a thread."""
    return await new_keys()


async def approve(call: Call) -> Member:
    keys = call.prepared if isinstance(call.prepared, NewKeys) else None
    account = await approve_member(call.viewer, call.request.state["keyring"], call.row(), keys=keys)
    return _member(call, account)


async def decline(call: Call) -> None:
    sent = call.sent(WhyDeclined)
    await decline_member(call.viewer, call.row(), reason=sent.reason, words=sent.words)


def _member(call: Call, row: Account) -> Member:
    return Member(
        name=name_of(row),
        person=show_person(call, row.actor),
        role=Role(row.role).value,
        is_suspended=row.state == SUSPENDED,
        since=row.created_at,
    )


async def _account(call: Call) -> Account:
    account = await get_member_or_guest(call.word("name"), host=call.uris.host)
    if account.state == PENDING:
        raise NotFound
    return account


ENDPOINTS = (
    listed(
        "list_members",
        "/members",
        "The people of this instance, the newest first.",
        list_members,
        answer=Members,
        query=MembersQuery,
        permission=Permission.SEE_PEOPLE,
    ),
    Endpoint(
        name="show_member",
        method="GET",
        path="/members/{name}",
        permission=Permission.SEE_PEOPLE,
        says="Somebody of this instance, by handle.",
        run=show_member,
        answer=Member,
    ),
    Endpoint(
        name="change_role",
        method="PUT",
        path="/members/{name}/role",
        permission=Permission.CHANGE_ROLES,
        says="Somebody has another role from now on.",
        run=set_role,
        body=RoleSent,
        answer=Member,
        pages=("/admin/people/{name}/role",),
    ),
    Endpoint(
        name="suspend_member",
        method="PUT",
        path="/members/{name}/suspension",
        permission=Permission.SUSPEND,
        says="Somebody cannot do anything here any more: browsers and programs stop working at once.",
        run=suspend_member,
        body=WhySuspended,
        answer=Member,
        pages=("/admin/people/{name}/suspension",),
    ),
    Endpoint(
        name="unsuspend_member",
        method="DELETE",
        path="/members/{name}/suspension",
        permission=Permission.SUSPEND,
        says="Somebody can come back.",
        run=unsuspend_member,
        status=204,
        pages=("/admin/people/{name}/suspension",),
    ),
    listed(
        "list_sign_ups",
        "/sign-ups",
        "People who wait to be let in, the longest waiting first.",
        list_sign_ups,
        answer=SignUps,
        permission=Permission.APPROVE_MEMBERS,
    ),
    Endpoint(
        name="approve_sign_up",
        method="POST",
        path="/sign-ups/{id:int}/approve",
        permission=Permission.APPROVE_MEMBERS,
        says="Somebody who waited is a member now.",
        run=approve,
        prepare=make_keys,
        answer=Member,
        pages=("/admin/people/pending/{id:int}", "/admin/people/pending"),
    ),
    Endpoint(
        name="decline_sign_up",
        method="POST",
        path="/sign-ups/{id:int}/decline",
        permission=Permission.APPROVE_MEMBERS,
        says="Somebody who waited is not let in, and their name is free.",
        run=decline,
        body=WhyDeclined,
        status=204,
        pages=("/admin/people/pending/{id:int}", "/admin/people/pending"),
    ),
)
