"""What somebody keeps for later."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.remix.actions.bookmarks import bookmark, forget_bookmark
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.composition import may_be_asked
from fedirec.remix.pages.visitors import members_only, record_in, remote_record_in
from fedirec.remix.queries.bookmarks import bookmarks_of
from fedirec.remix.queries.picking import may_be_used
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import page_of, wanted_page
from fedirec.web.render import local_path, redirect, render


@members_only
async def show_bookmarks(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.FOLLOW)
    wanted, cards = wanted_page(request), Cards(request)
    rows = await bookmarks_of(viewer.actor, after=wanted.after, limit=wanted.limit)
    await cards.dress(row.record for row in rows)
    page = page_of(rows, request, wanted=wanted, place=lambda row: row.place, show=lambda row: cards.record(row.record))
    return render(
        request,
        "remix/bookmarks.html",
        page=page,
        ways={cards.record_url(row.record): (row.record.id, _way(row.record, viewer.actor)) for row in rows},
        hosts=await hosts_of([record.host for record in page.items]),
    )


def _way(record: Record, person: Actor) -> str:
    """What `person` can do with `record`: remix it, ask its author, or neither."""
    if not may_be_used(record):
        return ""
    if licence_of(record).may_remix or record.author_id == person.id:
        return "remix"
    return "ask" if may_be_asked(record) else ""


async def post_bookmark(request: Request[Any]) -> Response:
    """The record is kept, or not any more."""
    viewer = require_viewer(request, Permission.FOLLOW)
    record = await record_in(request) if "key" in request.path_params else await remote_record_in(request)
    form = await read_form(request)
    back = local_path(form.value("back"), Cards(request).record_url(record))
    if form.flag("undo"):
        await forget_bookmark(viewer.actor, record)
        return redirect(request, back, _("Taken out of your bookmarks."))
    await bookmark(viewer.actor, record)
    return redirect(request, back, _("Kept. You find it among your bookmarks, and when you make a remix."))


routes = [
    Route("/bookmarks", show_bookmarks, methods=["GET"]),
    Route("/records/remote/{id:int}/bookmark", post_bookmark, methods=["POST"]),
    Route("/records/{key}/bookmark", post_bookmark, methods=["POST"]),
]
