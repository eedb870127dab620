"""What waits before the doors for a moderator."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.doors import keep_out, keep_out_host, keep_work_out, let_in, let_work_in
from fedirec.admin.queries.held import get_held_comment, get_held_work, held_comments, held_works
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.moderation import HeldAnswer, HeldComment, HeldComments, HeldWork, HeldWorks
from fedirec.api.shapes.people import show_person


async def list_held(call: Call) -> HeldComments:
    rows, end = await held_comments(after=read_row(call), limit=size_of(call))
    items = [
        HeldComment(
            id=row.id,
            person=show_person(call, row.author),
            record=row.record.uri,
            content_html=row.content,
            at=row.created_at,
        )
        for row in rows
    ]
    return piece_with(call, HeldComments, items, end=None if end is None else str(end))


async def list_held_works(call: Call) -> HeldWorks:
    rows, end = await held_works(after=read_row(call), limit=size_of(call))
    items = [
        HeldWork(
            id=row.id,
            person=show_person(call, row.author),
            record=row.uri,
            title=row.title,
            content_html=row.content,
            at=row.held_at or row.published_at,
        )
        for row in rows
    ]
    return piece_with(call, HeldWorks, items, end=None if end is None else str(end))


async def answer_held(call: Call) -> None:
    sent, key = call.sent(HeldAnswer), call.row()
    if sent.lets_in:
        await let_in(call.viewer, key)
    elif sent.whole_host:
        await keep_out_host(call.viewer, (await get_held_comment(key)).author.host)
    else:
        await keep_out(call.viewer, key)


async def answer_held_work(call: Call) -> None:
    sent, key = call.sent(HeldAnswer), call.row()
    if sent.lets_in:
        await let_work_in(call.viewer, key)
    elif sent.whole_host:
        await keep_out_host(call.viewer, (await get_held_work(key)).author.host)
    else:
        await keep_work_out(call.viewer, key)


ENDPOINTS = (
    listed(
        "list_held_comments",
        "/watch/held",
        "Comments that wait for a moderator, the longest waiting first.",
        list_held,
        answer=HeldComments,
        permission=Permission.MODERATE,
    ),
    listed(
        "list_held_works",
        "/watch/held/works",
        "Works that wait for a moderator, the longest waiting first.",
        list_held_works,
        answer=HeldWorks,
        permission=Permission.MODERATE,
    ),
    Endpoint(
        name="answer_held_comment",
        method="POST",
        path="/watch/held/{id:int}",
        permission=Permission.MODERATE,
        says="A comment that waits is let in or kept out, or everything that waits from its instance is kept out.",
        run=answer_held,
        body=HeldAnswer,
        status=204,
        pages=("/admin/watch/held/{id:int}",),
    ),
    Endpoint(
        name="answer_held_work",
        method="POST",
        path="/watch/held/works/{id:int}",
        permission=Permission.MODERATE,
        says="A work that waits is let in or kept out, or everything that waits from its instance is kept out.",
        run=answer_held_work,
        body=HeldAnswer,
        status=204,
        pages=("/admin/watch/held/works/{id:int}",),
    ),
)
