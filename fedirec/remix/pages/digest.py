"""What one week brought, for everybody; and where the weeks before it are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.remix.models import News
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.picks import picks_shown
from fedirec.remix.pages.visitors import visitor
from fedirec.remix.queries.digests import digest_of, headline_of
from fedirec.remix.weeks import Week, read_week, week_of
from fedirec.web.render import render
from fedirec.web.views import PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsLine:
    """A piece of news, in a line."""

    title: str
    url: str
    group: PersonView
    at: datetime


async def show_digest(request: Request[Any]) -> Response:
    """The week that it is."""
    return await _show(request, week_of(now()))


async def show_week(request: Request[Any]) -> Response:
    """One week. Raises NotFound for one that is still to come, or was before there was anything here."""
    week = read_week(request.path_params["week"])
    if week is None or week.since > now() or week.until <= _beginning(request):
        raise NotFound("There is no digest of that week.")
    return await _show(request, week)


async def _show(request: Request[Any], week: Week) -> Response:
    cards, member = Cards(request), viewer_of(request)
    digest = await digest_of(week, request.state["released"], viewer=visitor(request))
    await cards.dress([*digest.closing, *digest.opened, *digest.released, *digest.unremixed])
    return render(
        request,
        "remix/digest.html",
        first_day=week.monday,
        last_day=week.sunday,
        is_now=week == week_of(now()),
        before=f"/digest/{week.before}" if week.before.until > _beginning(request) else "",
        after=f"/digest/{week.after}" if week.after.since <= now() else "",
        has_anything=digest.has_anything,
        closing=cards.challenges(digest.closing),
        opened=cards.challenges(digest.opened),
        released=cards.records(digest.released),
        unremixed=cards.records(digest.unremixed),
        picks=await picks_shown(cards, digest.picks),
        news=[_line(cards, row) for row in digest.news],
        may_have_mail=bool(request.state["post"].is_on and member is not None and member.can(Permission.MANAGE_OWN)),
    )


def _line(cards: Cards, news: News) -> NewsLine:
    group = news.group
    return NewsLine(
        title=headline_of(news),
        url=cards.here(news.uri) if group.is_local else cards.person_url(group),
        group=cards.person(group),
        at=news.published_at,
    )


def _beginning(request: Request[Any]) -> datetime:
    instance = request.state["site"].instance
    began: datetime = instance.set_up_at or instance.created_at
    return began


routes = [
    Route("/digest", show_digest, methods=["GET"]),
    Route("/digest/{week}", show_week, methods=["GET"]),
]
