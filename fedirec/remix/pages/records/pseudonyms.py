"""Whether others name the author of a record when they build on it, as that one wishes; and who is not named in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError
from fedirec.remix.actions.pseudonyms.looking import MAX_REASON, look_behind
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed, name_again
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only, own_record_in, record_in, remote_record_in
from fedirec.remix.queries.pseudonyms import wish_of
from fedirec.remix.queries.records import actors_at
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.vocab.records import MAX_UNNAMED
from fedirec.uris import MAX_URI
from fedirec.web.forms import filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class RemixWish:
    """A remix, and whether it names the author of what it was made from."""

    uri: str
    title: str
    author: str
    is_unnamed: bool


@members_only
async def show_naming(request: Request[Any]) -> Response:
    """Says how its author is named now, what would change, and what cannot be undone."""
    viewer, record = await own_record_in(request)
    wish, trail = await wish_of(record.uri), await trail_of(record.uri)
    nearest = sorted(trail.down, key=lambda uri: (trail.down[uri], uri))
    found = [point for uri in nearest if (point := trail.waypoints.get(uri)) and not point.is_hidden]
    return render(
        request,
        "remix/pseudonym.html",
        record=Cards(request).record(record),
        is_unnamed=wish.everywhere,
        is_everywhere=viewer.actor.without_name,
        remixes=[
            RemixWish(
                uri=point.uri,
                title=point.title or _("Untitled"),
                author=point.author_name,
                is_unnamed=point.uri in wish.remixes,
            )
            for point in found[:MAX_UNNAMED]
        ],
    )


async def post_naming(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    form = await read_form(request)
    url, remix = Cards(request).record_url(record), form.line("remix", max=MAX_URI)
    if form.flag("undo"):
        await name_again(viewer.actor, record, remix=remix)
        if remix:
            return redirect(request, f"{url}/name", _("It names you again."))
        return redirect(request, url, _("What others make from it names you again."))
    await leave_unnamed(viewer.actor, record, remix=remix)
    if remix:
        return redirect(request, f"{url}/name", _("It does not name you any more. Everybody is told who has it."))
    return redirect(
        request, url, _("What others make from it does not name you any more. Everybody is told who has it.")
    )


async def show_unnamed(request: Request[Any]) -> Response:
    return await _ask_why(request, await record_in(request))


async def show_remote_unnamed(request: Request[Any]) -> Response:
    return await _ask_why(request, await remote_record_in(request))


async def post_unnamed(request: Request[Any]) -> Response:
    return await _look(request, await record_in(request))


async def post_remote_unnamed(request: Request[Any]) -> Response:
    return await _look(request, await remote_record_in(request))


async def _ask_why(request: Request[Any], record: Record) -> Response:
    """Whoever looks after this place says why they need to know."""
    require_viewer(request, Permission.MODERATE)
    shown = Cards(request).record(record)
    return render(request, "remix/unnamed.html", form=filled_form({}), record=shown, people=None, max_reason=MAX_REASON)


async def _look(request: Request[Any], record: Record) -> Response:
    viewer = require_viewer(request, Permission.MODERATE)
    form, cards = await read_form(request), Cards(request)
    reason = form.text("reason", max=MAX_REASON)
    values: dict[str, Any] = {"record": cards.record(record), "people": None, "max_reason": MAX_REASON}
    try:
        behind = await look_behind(viewer, record, reason=reason)
    except FedirecError as error:
        return once_more(request, "remix/unnamed.html", form, error, **values)
    actors = await actors_at(set(behind.values()))
    people = [
        cards.person(actors[uri]) if uri in actors else PersonView(name=uri, handle="", url=uri)
        for uri in dict.fromkeys(behind.values())
    ]
    return render(request, "remix/unnamed.html", form=form, **(values | {"people": people}))


routes = [
    Route("/records/{key}/name", show_naming, methods=["GET"]),
    Route("/records/{key}/name", post_naming, methods=["POST"]),
    Route("/records/remote/{id:int}/unnamed", show_remote_unnamed, methods=["GET"]),
    Route("/records/remote/{id:int}/unnamed", post_remote_unnamed, methods=["POST"]),
    Route("/records/{key}/unnamed", show_unnamed, methods=["GET"]),
    Route("/records/{key}/unnamed", post_unnamed, methods=["POST"]),
]
