"""Who is to be named for a record: on a page, to copy, to keep, as a roll of credits, and inside its files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.errors import Forbidden, NotFound
from fedirec.media.models import Media
from fedirec.media.routes.files import send_marked
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.attributions import Attribution, as_csv, as_json, as_marks, as_text, attribution_of
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.sharing.heads import Head
from fedirec.remix.pages.visitors import record_in, remote_record_in, row_in, visitor
from fedirec.remix.permissions import may_have_original
from fedirec.web.environment import Templates
from fedirec.web.render import render

SHOWN: Final = 100
"""Works and people that the page shows to be copied; what is kept as a file has all of them."""
ROLLED: Final = 400
"""Lines of a roll."""
_PACES: Final = (8, 16, 32, 64, 128)
"""Lines up to which a roll is short, and so on: each pace has a class in credits.css."""
_PRIVATE: Final = {"Vary": "Accept-Language, Cookie", "Cache-Control": "private, no-cache"}

Found: TypeAlias = Callable[[Request[Any]], Awaitable[Record]]
Shown: TypeAlias = Callable[[Request[Any], Record], Awaitable[Response]]


async def _show(request: Request[Any], record: Record) -> Response:
    cards, whole = Cards(request), await _attribution(request, record)
    shown = replace(whole, sources=whole.sources[:SHOWN], people=whole.people[:SHOWN])
    return render(
        request,
        "remix/attribution.html",
        head=Head(names=[("robots", "noindex")]),
        record=cards.record(record),
        attribution=shown,
        text=as_text(shown),
        markup=markup_of(request.state["templates"], shown),
        is_cut=len(whole.sources) > SHOWN or len(whole.people) > SHOWN,
    )


async def _show_roll(request: Request[Any], record: Record) -> Response:
    """The credits as at the end of a film: they go by, can be held, and stand still for those who wish it."""
    whole = await _attribution(request, record)
    shown = replace(whole, sources=whole.sources[:ROLLED], people=whole.people[:ROLLED])
    lines = len(shown.sources) + len(shown.people)
    return render(
        request,
        "remix/credits_roll.html",
        head=Head(names=[("robots", "noindex")]),
        record=Cards(request).record(record),
        attribution=shown,
        pace=sum(lines > most for most in _PACES),
        is_cut=shown != whole,
    )


async def _keep_text(request: Request[Any], record: Record) -> Response:
    return _file(as_text(await _attribution(request, record)), "text/plain", "credits.txt")


async def _keep_markup(request: Request[Any], record: Record) -> Response:
    return _file(
        markup_of(request.state["templates"], await _attribution(request, record)), "text/html", "credits.html"
    )


async def _keep_csv(request: Request[Any], record: Record) -> Response:
    return _file(as_csv(await _attribution(request, record)), "text/csv", "credits.csv")


async def _keep_json(request: Request[Any], record: Record) -> Response:
    headers = {**_PRIVATE, "Content-Disposition": 'attachment; filename="credits.json"'}
    return JSONResponse(as_json(await _attribution(request, record)), headers=headers)


async def _attribution(request: Request[Any], record: Record) -> Attribution:
    """With those whom packages above this one know, such as everybody who is named in a production."""
    return await attribution_of(record, request.state["further_credits"])


async def save_file(request: Request[Any]) -> Response:
    """A file of a record of ours with its credits written into it, where its format has room for them."""
    record = await record_in(request)
    viewer = visitor(request)
    if record.deleted_at or not may_have_original(
        licence_of(record), is_author=viewer is not None and viewer.id == record.author_id
    ):
        raise Forbidden("This licence does not let you take the file along. Ask its author.")
    place = row_in(request, "number")
    attachments = list(record.attachments)
    if not 1 <= place <= len(attachments) or (key := attachments[place - 1].media_id) is None:
        raise NotFound("There is no such file here.")
    media = await Media.get(id=key)
    marks = as_marks(await _attribution(request, record), width=media.width or 0, height=media.height or 0)
    return await send_marked(request, media, marks)


def markup_of(templates: Templates, attribution: Attribution) -> str:
    """The attribution as a piece of HTML for another site."""
    return templates.render("remix/attribution_snippet.html", {"attribution": attribution}).strip()


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {
        **_PRIVATE,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(text.encode(), media_type=f"{media_type}; charset=utf-8", headers=headers)


def _of(find: Found, show: Shown) -> Callable[[Request[Any]], Awaitable[Response]]:
    """A page that shows in one form the record that it finds."""

    async def answer(request: Request[Any]) -> Response:
        return await show(request, await find(request))

    return answer


_FORMS: Final = (
    ("attribution", _show),
    ("attribution.txt", _keep_text),
    ("attribution.html", _keep_markup),
    ("attribution.csv", _keep_csv),
    ("attribution.json", _keep_json),
    ("credits-roll", _show_roll),
)
routes = [
    *(
        Route(f"/records/{place}/{name}", _of(find, show), methods=["GET"])
        for place, find in (("remote/{id:int}", remote_record_in), ("{key}", record_in))
        for name, show in _FORMS
    ),
    Route("/records/{key}/files/{number:int}", save_file, methods=["GET"]),
]
