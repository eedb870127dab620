"""Watched words, and the doors."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import get_instance
from fedirec.admin.actions.doors import close_doors, open_doors
from fedirec.admin.actions.watching import set_watch
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.moderation import DoorsSent, Watch, WatchSent
from fedirec.clock import now


async def show_watch(call: Call) -> Watch:
    instance = await get_instance()
    until = instance.doors_closed_until
    return Watch(
        words=instance.watched_words.splitlines(),
        holds_strangers=instance.holds_strangers,
        contact=instance.contact,
        doors_closed_until=until if until is not None and until > now() else None,
    )


async def change_watch(call: Call) -> Watch:
    sent = call.sent(WatchSent)
    words = "\n".join(sent.words)
    await set_watch(call.viewer, words=words, holds_strangers=sent.holds_strangers, contact=sent.contact)
    return await show_watch(call)


async def shut_doors(call: Call) -> Watch:
    sent = call.sent(DoorsSent)
    await close_doors(call.viewer, hours=sent.hours, reason=sent.reason)
    return await show_watch(call)


async def reopen_doors(call: Call) -> None:
    await open_doors(call.viewer)


ENDPOINTS = (
    Endpoint(
        name="show_watch",
        method="GET",
        path="/watch",
        permission=Permission.MODERATE,
        says="The watched words, who has to wait, and until when the doors are closed.",
        run=show_watch,
        answer=Watch,
    ),
    Endpoint(
        name="set_watch",
        method="PUT",
        path="/watch",
        permission=Permission.MODERATE,
        says="These words raise a report from now on.",
        run=change_watch,
        body=WatchSent,
        answer=Watch,
        pages=("/admin/watch",),
    ),
    Endpoint(
        name="close_doors",
        method="PUT",
        path="/watch/doors",
        permission=Permission.MODERATE,
        says="For some hours nobody can join, and what strangers say and make waits for a moderator.",
        run=shut_doors,
        body=DoorsSent,
        answer=Watch,
        pages=("/admin/watch/doors",),
    ),
    Endpoint(
        name="open_doors",
        method="DELETE",
        path="/watch/doors",
        permission=Permission.MODERATE,
        says="The doors are open again.",
        run=reopen_doors,
        status=204,
        pages=("/admin/watch/doors",),
    ),
)
