"""What people say about records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedirec.accounts.boundaries import away_from
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed, switched
from fedirec.api.endpoints.finding import get_standing_record
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.comments import Comment, Comments, CommentSent, Thread, Threads, is_moderator, show_comment
from fedirec.errors import Forbidden, Gone, NotFound
from fedirec.remix.actions.comments import CommentDraft, delete_comment, edit_comment, write_comment
from fedirec.remix.actions.hiding import hide_comment, unhide_comment
from fedirec.remix.actions.threads import Place
from fedirec.remix.models import Comment as CommentRow
from fedirec.remix.queries.comments import find_comment_row, get_root, is_known_to, thread_of, threads_of
from fedirec.remix.regions import Region
from fedirec.remix.visibility import is_withheld, may_see


async def list_threads(call: Call) -> Threads:
    record = await get_standing_record(call)
    threads, has_more = await threads_of(
        record, viewer=call.looker, is_moderator=is_moderator(call), after=read_row(call) or 0, limit=size_of(call)
    )
    kept = await away_from(call.looker)
    items = [
        Thread(
            comment=show_comment(call, each.first, kept),
            answers=[show_comment(call, answer, kept) for answer in each.answers],
            has_more=each.has_more,
        )
        for each in threads
    ]
    return piece_with(call, Threads, items, end=str(threads[-1].first.id) if has_more and threads else None)


async def say(call: Call) -> Comment:
    return await _say(call, Place(record=await get_standing_record(call)))


async def answer(call: Call) -> Comment:
    comment = await _comment(call)
    return await _say(call, Place(record=comment.record, parent=comment))


async def show_one(call: Call) -> Comment:
    comment = await _comment(call)
    if comment.deleted_at:
        raise Gone("That comment was deleted.")
    return show_comment(call, comment)


async def list_thread(call: Call) -> Comments:
    first = await get_root(await _comment(call))
    answers, has_more = await thread_of(
        first, viewer=call.looker, is_moderator=is_moderator(call), after=read_row(call) or 0
    )
    kept = await away_from(call.looker)
    items = [show_comment(call, each, kept) for each in (first, *answers)]
    return piece_with(call, Comments, items, end=str(answers[-1].id) if has_more and answers else None)


async def edit(call: Call) -> Comment:
    comment = await _own_comment(call)
    await edit_comment(call.actor, comment, _draft(call))
    return await _again(call, comment.id)


async def delete(call: Call) -> None:
    await delete_comment(call.actor, await _own_comment(call))


async def hide(call: Call) -> None:
    await hide_comment(call.viewer, await _comment(call))


async def unhide(call: Call) -> None:
    await unhide_comment(call.viewer, await _comment(call))


async def _say(call: Call, place: Place) -> Comment:
    said = await write_comment(call.actor, place, _draft(call))
    call.headers["Location"] = f"/api/comments/{said.id}"
    return await _again(call, said.id)


def _draft(call: Call) -> CommentDraft:
    wanted = call.sent(CommentSent)
    language = wanted.language or call.viewer.account.locale
    region = Region(**wanted.region.model_dump()) if wanted.region else None
    return CommentDraft(text=wanted.text, at_ms=wanted.at_ms, region=region, language=language, warning=wanted.warning)


async def _again(call: Call, key: int) -> Comment:
    comment = await find_comment_row(key)
    assert comment is not None
    return show_comment(call, comment)


async def _comment(call: Call) -> CommentRow:
    """The comment in the path, ours or not, if whoever asks may see it. Raises NotFound."""
    comment = await find_comment_row(call.row())
    if comment is None or comment.record.deleted_at or is_withheld(comment.record, call.visitor):
        raise NotFound("There is no such comment here.")
    if not await may_see(comment.record, call.looker):
        raise NotFound("There is no such comment here.")
    if not is_known_to(comment, call.looker, is_moderator=is_moderator(call)):
        raise NotFound("There is no such comment here.")
    return comment


async def _own_comment(call: Call) -> CommentRow:
    comment = await _comment(call)
    if comment.author_id != call.actor.id:
        raise Forbidden("Only who wrote a comment can change it.")
    if comment.deleted_at:
        raise Gone("That comment was deleted.")
    return comment


def _saying(
    name: str, path: str, says: str, run: Callable[[Call], Awaitable[Comment]], *, pages: tuple[str, ...]
) -> Endpoint:
    return Endpoint(
        name=name,
        method="POST",
        path=path,
        permission=Permission.COMMENT,
        says=says,
        run=run,
        body=CommentSent,
        answer=Comment,
        status=201,
        pages=pages,
    )


ENDPOINTS = (
    listed(
        "list_comments",
        "/records/{id:int}/comments",
        "The threads about a record, the oldest first, each with its first answers.",
        list_threads,
        answer=Threads,
        is_open=True,
    ),
    _saying(
        "write_comment",
        "/records/{id:int}/comments",
        "You have said something about a record.",
        say,
        pages=("/records/{key}/comments", "/records/remote/{id:int}/comments"),
    ),
    Endpoint(
        name="show_comment",
        method="GET",
        path="/comments/{id:int}",
        permission=Permission.READ_OWN,
        says="One comment.",
        run=show_one,
        answer=Comment,
        is_open=True,
    ),
    Endpoint(
        name="edit_comment",
        method="PUT",
        path="/comments/{id:int}",
        permission=Permission.COMMENT,
        says="Your comment says something else, wherever it is known.",
        run=edit,
        body=CommentSent,
        answer=Comment,
        pages=("/comments/{key}/edit",),
    ),
    Endpoint(
        name="delete_comment",
        method="DELETE",
        path="/comments/{id:int}",
        permission=Permission.COMMENT,
        says="Your comment is gone; where somebody answered it, its place stays.",
        run=delete,
        status=204,
        pages=("/comments/{key}/delete",),
    ),
    listed(
        "list_thread",
        "/comments/{id:int}/thread",
        "The whole thread that a comment belongs to, what began it in front.",
        list_thread,
        answer=Comments,
        is_open=True,
    ),
    _saying(
        "answer_comment",
        "/comments/{id:int}/answers",
        "You have answered a comment.",
        answer,
        pages=("/comments/{key}/answer", "/comments/remote/{id:int}/answer"),
    ),
    *switched(
        "/comments/{id:int}/hiding",
        on=(
            "hide_comment",
            "Others do not see that comment on your record, or as a moderator on any, any more.",
            hide,
        ),
        off=("unhide_comment", "Everybody sees that comment again.", unhide),
        permission=Permission.COMMENT,
        pages=("/comments/{key}/hide", "/comments/remote/{id:int}/hide"),
    ),
)
