"""The links that let people join."""

from __future__ import annotations

from fedirec.accounts.actions.invitations import create_invitation, withdraw_invitation
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import invitations_of
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import Invitation, InvitationMade, Invitations, NewInvitation


async def list_invitations(call: Call) -> Invitations:
    rows = await invitations_of(call.viewer.account)
    return Invitations(
        items=[
            Invitation(id=row.id, uses_left=row.uses_left, made_at=row.created_at, ends_at=row.expires_at)
            for row in rows
        ]
    )


async def invite(call: Call) -> InvitationMade:
    wanted = call.sent(NewInvitation)
    secret = await create_invitation(call.viewer, uses=wanted.uses, days=wanted.days)
    return InvitationMade(url=f"{call.site.origin}/sign-up?invitation={secret}")


async def withdraw(call: Call) -> None:
    await withdraw_invitation(call.viewer, call.row())


ENDPOINTS = (
    Endpoint(
        name="list_invitations",
        method="GET",
        path="/me/invitations",
        permission=Permission.INVITE,
        says="Your invitations that still let people in.",
        run=list_invitations,
        answer=Invitations,
    ),
    Endpoint(
        name="create_invitation",
        method="POST",
        path="/me/invitations",
        permission=Permission.INVITE,
        says="There is a link that lets people join.",
        run=invite,
        body=NewInvitation,
        answer=InvitationMade,
        status=201,
        pages=("/invitations",),
    ),
    Endpoint(
        name="withdraw_invitation",
        method="DELETE",
        path="/me/invitations/{id:int}",
        permission=Permission.INVITE,
        says="That invitation lets nobody in any more.",
        run=withdraw,
        status=204,
        pages=("/invitations/withdraw",),
    ),
)
