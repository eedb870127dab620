"""Saying something about a record, saying it differently, taking it back, and hiding what others said."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.consent import Consent
from fedirec.errors import Forbidden, Gone
from fedirec.remix.actions.comments import (
    MAX_TEXT,
    MAX_WARNING,
    CommentDraft,
    delete_comment,
    edit_comment,
    may_answer_when_asked,
    write_comment,
)
from fedirec.remix.actions.hiding import hide_comment, unhide_comment
from fedirec.remix.actions.threads import Place, playing_time_of
from fedirec.remix.models import Comment, Record
from fedirec.remix.moments import clock, find_moment
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.comments.pointing import pictures_of, region_typed, typed_of
from fedirec.remix.pages.comments.showing import Onlooker, comment_url, note_on
from fedirec.remix.pages.comments.threads import comment_in
from fedirec.remix.pages.visitors import members_only, record_in, remote_record_in
from fedirec.remix.queries.comments import is_on_first_page
from fedirec.remix.regions import Region
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@members_only
async def show_form(request: Request[Any]) -> Response:
    """The form in which something is said about a record, on a page of its own."""
    require_viewer(request, Permission.COMMENT)
    return await _form_page(request, Place(record=await _record_in(request)), Form())


async def post_comment(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.COMMENT)
    return await _say(request, viewer, Place(record=await _record_in(request)))


@members_only
async def show_answer(request: Request[Any]) -> Response:
    """The form in which a comment is answered."""
    require_viewer(request, Permission.COMMENT)
    comment = await comment_in(request)
    return await _form_page(request, Place(record=comment.record, parent=comment), Form())


async def post_answer(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.COMMENT)
    comment = await comment_in(request)
    return await _say(request, viewer, Place(record=comment.record, parent=comment))


@members_only
async def show_edit(request: Request[Any]) -> Response:
    """The form in which somebody's own comment is changed or deleted."""
    _viewer, comment = await _own_comment_in(request)
    at = "" if comment.at_ms is None else clock(comment.at_ms)
    region = Region.load(comment.region)
    pointed = typed_of(region) if region else {}
    typed = filled_form({"text": comment.text, "warning": comment.warning, "at": at, **pointed})
    return await _edit_page(request, comment, typed)


async def post_edit(request: Request[Any]) -> Response:
    viewer, comment = await _own_comment_in(request)
    form = await read_form(request)
    draft = _draft_in(form, viewer)
    if not form.errors:
        with form.collecting():
            await edit_comment(viewer.actor, comment, draft)
    if form.errors:
        return await _edit_page(request, comment, form, status=422)
    return redirect(request, await _place_of(request, comment), _("Changed."))


async def post_deletion(request: Request[Any]) -> Response:
    viewer, comment = await _own_comment_in(request)
    await delete_comment(viewer.actor, comment)
    return redirect(request, f"{Cards(request).record_url(comment.record)}#comments", _("Your comment is deleted."))


async def post_hiding(request: Request[Any]) -> Response:
    """A comment does not stand on the record any more, or stands there again."""
    viewer = require_viewer(request, Permission.COMMENT)
    comment = await comment_in(request)
    form = await read_form(request)
    place = await _place_of(request, comment)
    if form.flag("undo"):
        await unhide_comment(viewer, comment)
        return redirect(request, place, _("Everybody sees it again."))
    await hide_comment(viewer, comment)
    return redirect(request, place, _("Hidden. Others do not see it any more."))


async def _record_in(request: Request[Any]) -> Record:
    record = await (record_in(request) if "key" in request.path_params else remote_record_in(request))
    if record.deleted_at:
        raise Gone
    return record


async def _own_comment_in(request: Request[Any]) -> tuple[Viewer, Comment]:
    """The comment in the path, and its author, who asks. Raises Unauthenticated, NotFound, Gone or Forbidden."""
    viewer = require_viewer(request, Permission.COMMENT)
    comment = await comment_in(request)
    if comment.author_id != viewer.actor.id:
        raise Forbidden("Only who wrote a comment can change it.")
    if comment.deleted_at:
        raise Gone
    return viewer, comment


async def _say(request: Request[Any], viewer: Viewer, place: Place) -> Response:
    form = await read_form(request)
    draft = _draft_in(form, viewer)
    said: Comment | None = None
    if not form.errors:
        with form.collecting():
            said = await write_comment(viewer.actor, place, draft)
    if said is None:
        return await _form_page(request, place, form, status=422)
    if said.consent:
        told = _("It waits until the author of what you answered agrees. Until then only you see it.")
        return redirect(request, await _place_of(request, said), told)
    return redirect(request, await _place_of(request, said), _("Your comment stands here now."))


def _draft_in(form: Form, viewer: Viewer) -> CommentDraft:
    at = form.line("at", max=20)
    at_ms = find_moment(at) if at else None
    if at and at_ms is None:
        form.fail("at", _("Please write a place like 0:42, in minutes and seconds."))
    return CommentDraft(
        text=form.text("text", required=True, max=MAX_TEXT),
        at_ms=at_ms,
        region=region_typed(form),
        language=viewer.account.locale,
        warning=form.line("warning", max=MAX_WARNING),
    )


async def _form_page(request: Request[Any], place: Place, form: Form, *, status: int = 200) -> Response:
    onlooker, record = Onlooker(request), place.record
    url = onlooker.cards.record_url(record)
    is_timed, _length = await playing_time_of(record)
    asks = onlooker.actor is not None and await may_answer_when_asked(onlooker.actor, place)
    return render(
        request,
        "remix/say.html",
        status,
        form=form,
        note=note_on(Consent.ASKED) if asks else "",
        action=f"{comment_url(onlooker.cards, place.parent)}/answer" if place.parent else f"{url}/comments",
        answered=onlooker.view(place.parent) if place.parent else None,
        record_title=record.title,
        record_url=url,
        is_timed=is_timed,
        pictures=await pictures_of(onlooker.cards, record),
        longest=MAX_TEXT,
    )


async def _edit_page(request: Request[Any], comment: Comment, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    is_timed, _length = await playing_time_of(comment.record)
    return render(
        request,
        "remix/edit_comment.html",
        status,
        form=form,
        comment_url=comment_url(cards, comment),
        record_title=comment.record.title,
        record_url=cards.record_url(comment.record),
        is_timed=is_timed,
        pictures=await pictures_of(cards, comment.record),
        longest=MAX_TEXT,
    )


async def _place_of(request: Request[Any], comment: Comment) -> str:
    """Where `comment` can be seen among the others: on the page of the record, or of its thread."""
    cards = Cards(request)
    if await is_on_first_page(comment):
        return f"{cards.record_url(comment.record)}#comment-{comment.id}"
    return f"{comment_url(cards, comment)}?after={comment.id - 1}#comment-{comment.id}"


routes = [
    Route("/records/remote/{id:int}/comments", show_form, methods=["GET"]),
    Route("/records/remote/{id:int}/comments", post_comment, methods=["POST"]),
    Route("/records/{key}/comments", show_form, methods=["GET"]),
    Route("/records/{key}/comments", post_comment, methods=["POST"]),
    Route("/comments/remote/{id:int}/answer", show_answer, methods=["GET"]),
    Route("/comments/remote/{id:int}/answer", post_answer, methods=["POST"]),
    Route("/comments/remote/{id:int}/hide", post_hiding, methods=["POST"]),
    Route("/comments/{key}/answer", show_answer, methods=["GET"]),
    Route("/comments/{key}/answer", post_answer, methods=["POST"]),
    Route("/comments/{key}/edit", show_edit, methods=["GET"]),
    Route("/comments/{key}/edit", post_edit, methods=["POST"]),
    Route("/comments/{key}/delete", post_deletion, methods=["POST"]),
    Route("/comments/{key}/hide", post_hiding, methods=["POST"]),
]
