"""The page of one thread, where every comment can be found."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.activitypub.peers import hosts_of
from fedirec.errors import NotFound
from fedirec.remix.actions.catching_up import catch_up
from fedirec.remix.models import Comment
from fedirec.remix.pages.comments.pointing import pictures_of
from fedirec.remix.pages.comments.showing import Onlooker, ThreadView, comment_url
from fedirec.remix.pages.visitors import number_of, row_in
from fedirec.remix.queries.comments import get_comment, get_remote_comment, get_root, is_known_to, thread_of
from fedirec.remix.visibility import is_withheld, may_see
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.render import render


async def comment_in(request: Request[Any]) -> Comment:
    """The comment in the path, ours or not, if whoever asks may see it. Raises NotFound."""
    if "key" in request.path_params:
        comment = await get_comment(request.state["site"].uris.comment(request.path_params["key"]))
    else:
        comment = await get_remote_comment(row_in(request))
    onlooker = Onlooker(request)
    record = comment.record
    if record.deleted_at or is_withheld(record, onlooker.viewer) or not await may_see(record, onlooker.actor):
        raise NotFound("There is no such comment here.")
    if not is_known_to(comment, onlooker.actor, is_moderator=onlooker.is_moderator):
        raise NotFound("There is no such comment here.")
    return comment


async def show_thread(request: Request[Any]) -> Response:
    """A comment in its thread, on a page of its own; programs go on to the origin of one from elsewhere."""
    if "key" not in request.path_params and wants_activity(request):
        comment = await comment_in(request)
        return RedirectResponse(comment.uri, status_code=303, headers=VARY)
    comment = await comment_in(request)
    onlooker, record = await Onlooker.at(request), comment.record
    first = await get_root(comment)
    after = number_of(request.query_params.get("after", "")) or 0
    answers, has_more = await thread_of(first, viewer=onlooker.actor, is_moderator=onlooker.is_moderator, after=after)
    await onlooker.look_up([first, *answers])
    onlooker.pictures = await pictures_of(onlooker.cards, record)
    await catch_up(record, [first, *answers])
    views = [onlooker.view(first), *(onlooker.view(answer) for answer in answers)]
    url = comment_url(onlooker.cards, first)
    is_ours = comment.author.is_local and comment.visibility == "public"
    return render(
        request,
        "remix/thread.html",
        410 if comment.deleted_at else 200,
        thread=ThreadView(first=views[0], answers=tuple(views[1:])),
        record_title=record.title,
        record_url=onlooker.cards.record_url(record),
        document_url=comment.uri if is_ours and not comment.deleted_at else "",
        hosts=await hosts_of([view.author.host for view in views]),
        next_url=f"{url}?after={answers[-1].id}" if has_more and answers else None,
        first_url=url if after else None,
    )


routes = [
    Route("/comments/remote/{id:int}", show_thread, methods=["GET"]),
    Route("/comments/{key}", show_thread, methods=["GET"]),
]
