"""The days that everybody may know of: a page, and calendars that programs subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.sharing.heads import site_name
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.queries.challenges import get_challenge, get_remote_challenge
from fedirec.remix.queries.dates import AHEAD, MANY, PAST, Dates, challenges_dated, date_of
from fedirec.web.conditional import is_known
from fedirec.web.ical import MEDIA_TYPE, Date, write_calendar
from fedirec.web.language import Reader, reader, reading
from fedirec.web.render import reader_of, render

SHOWN: Final = timedelta(days=92)
MAX_AGE: Final = 300
"""Seconds for which a program or a proxy may keep a calendar."""


async def show_calendar(request: Request[Any]) -> Response:
    """What comes within three months, day by day where the reader lives."""
    with reading(reader_of(request)):
        dates = await _dates(request, since=timedelta(0), until=SHOWN, seen=True)
        days: dict[date, list[Date]] = {}
        for each in dates:
            if not each.is_cancelled:
                days.setdefault(each.at.astimezone(reader().zone).date(), []).append(each)
    address = f"{request.state['site'].origin}/calendar.ics"
    return render(
        request,
        "remix/calendar.html",
        days=list(days.values()),
        address=address,
        subscribe=f"webcal://{urlsplit(address).netloc}/calendar.ics",
    )


async def send_calendar(request: Request[Any]) -> Response:
    """All of it, for programs; for nobody in particular."""
    with reading(Reader()):
        dates = await _dates(request, since=-PAST, until=AHEAD, seen=False)
    cards = Cards(request)
    return _calendar(request, dates, name=site_name(cards), page="/calendar")


async def send_challenge(request: Request[Any]) -> Response:
    return _of_challenge(request, await get_challenge(request.path_params["slug"]))


async def send_remote_challenge(request: Request[Any]) -> Response:
    return _of_challenge(request, await get_remote_challenge(row_in(request)))


async def _dates(request: Request[Any], *, since: timedelta, until: timedelta, seen: bool) -> Sequence[Date]:
    """The dates from now + `since` to now + `until`, the first in front; `seen` through the eyes of who is looking."""
    begin, end, cards = now() + since, now() + until, Cards(request)
    further: Dates = request.state["dates"]
    challenges = await challenges_dated(begin, end, visitor(request) if seen else None, limit=MANY)
    dates = [found for row in challenges if (found := date_of(row, url=_page(cards, row))) is not None]
    return sorted([*dates, *await further(begin, end, MANY)], key=lambda each: (each.at, each.uid))[:MANY]


def _of_challenge(request: Request[Any], challenge: Challenge) -> Response:
    if challenge.actor.state != "active" or challenge.state == "draft" or challenge.deadline_at is None:
        raise NotFound("There is no day in it.")
    page = _page(Cards(request), challenge)
    with reading(Reader()):
        found = date_of(challenge, url=page)
    assert found is not None
    return _calendar(request, [found], name=challenge.title, page=urlsplit(page).path)


def _page(cards: Cards, challenge: Challenge) -> str:
    return f"{cards.site.origin}{cards.challenge_url(challenge)}"


def _calendar(request: Request[Any], dates: Sequence[Date], *, name: str, page: str) -> Response:
    body = write_calendar(dates, name=name, url=f"{request.state['site'].origin}{page}")
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Access-Control-Allow-Origin": "*",
    }
    if is_known(request.headers, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


routes = [
    Route("/calendar", show_calendar, methods=["GET"]),
    Route("/calendar.ics", send_calendar, methods=["GET"]),
    Route("/c/{slug}/calendar.ics", send_challenge, methods=["GET"]),
    Route("/challenges/remote/{id:int}/calendar.ics", send_remote_challenge, methods=["GET"]),
]
