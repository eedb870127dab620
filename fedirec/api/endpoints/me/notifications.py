"""What the owner of the token was told."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.models import Notification as NotificationRow
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import notifications_of
from fedirec.accounts.telling import sentence_of
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.accounts import Notification, Notifications, NotificationsQuery, ReadUpTo
from fedirec.api.shapes.people import show_person


async def list_notifications(call: Call) -> Notifications:
    unread_only = call.asked(NotificationsQuery).unread
    rows, end = await notifications_of(
        call.viewer.account, before=read_row(call), unread_only=unread_only, limit=size_of(call)
    )
    return piece_with(
        call, Notifications, [_notification(call, row) for row in rows], end=None if end is None else str(end)
    )


async def read_notifications(call: Call) -> None:
    await mark_read(call.viewer.account, up_to=call.sent(ReadUpTo).up_to)


def _notification(call: Call, row: NotificationRow) -> Notification:
    actor: Actor | None = row.actor
    return Notification(
        id=row.id,
        kind=row.kind,
        sentence=sentence_of([row]),
        url=call.absolute(row.url),
        person=show_person(call, actor) if actor else None,
        told_at=row.created_at,
        is_new=row.read_at is None,
        reason=str(row.details.get("reason") or ""),
    )


ENDPOINTS = (
    listed(
        "list_notifications",
        "/me/notifications",
        "What you were told, the newest first.",
        list_notifications,
        answer=Notifications,
        query=NotificationsQuery,
    ),
    Endpoint(
        name="read_notifications",
        method="POST",
        path="/me/notifications/read",
        permission=Permission.MANAGE_OWN,
        says="You have read what you were told, up to that notification.",
        run=read_notifications,
        body=ReadUpTo,
        status=204,
        pages=("/notifications/read",),
    ),
)
