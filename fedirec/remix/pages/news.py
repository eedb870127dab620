"""The news of challenges and projects: reading them, and what their leaders write."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Gone, NotFound
from fedirec.remix.actions.news import MAX_TITLE, change_news, post_news, take_back_news
from fedirec.remix.models import Challenge, News
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs, parts_of_visitor
from fedirec.remix.pages.news_views import news_view
from fedirec.remix.pages.visitors import members_only, row_in, visitor
from fedirec.remix.powers import Deed, may_do, refuse_unless
from fedirec.remix.queries.challenges import challenge_of, get_challenge, get_remote_challenge
from fedirec.remix.queries.leading import parts_around, parts_in
from fedirec.remix.queries.news import get_news, is_withheld, news_of, place_of_news
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import page_of, wanted_page
from fedirec.web.render import redirect, render

MAX_TYPED = 12_000
"""Characters that a form takes; what counts in the end are bytes, and those the action knows."""


async def show_challenge_news(request: Request[Any]) -> Response:
    challenge = await get_challenge(request.path_params["slug"], viewer=visitor(request))
    return await _show_list(request, challenge, Form())


async def show_remote_news(request: Request[Any]) -> Response:
    return await _show_list(request, await get_remote_challenge(row_in(request)), Form())


async def post_challenge_news(request: Request[Any]) -> Response:
    """A leader tells those who follow the challenge something."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    challenge = await get_challenge(request.path_params["slug"], viewer=viewer.actor)
    refuse_unless(Deed.POST_NEWS, await parts_in(challenge, viewer.actor))
    form = await read_form(request)
    title, text = form.line("title", max=MAX_TITLE), form.text("text", required=True, max=MAX_TYPED)
    if not form.errors:
        try:
            await post_news(viewer.actor, challenge.actor, title=title, text=text, language=challenge.language)
            url = f"{Cards(request).challenge_url(challenge)}/news"
            return redirect(request, url, _("Whoever follows it hears of that."))
        except FedirecError as error:
            form.refuse(error)
    return await _show_list(request, challenge, form, status=422)


async def show_one(request: Request[Any]) -> Response:
    """A piece of news by itself, which is where posts on other servers lead."""
    news = await _news_in(request)
    cards = Cards(request)
    may_change = await _may_change(request, news.group)
    return render(
        request,
        "remix/news_one.html",
        news=news_view(news, cards, may_change=may_change),
        place=news.group.name or news.group.handle,
        place_url=cards.here(news.group.uri),
        document_url=news.uri,
    )


@members_only
async def show_edit(request: Request[Any]) -> Response:
    news, _by = await _changeable(request)
    return _show_edit(request, news, filled_form({"title": news.title, "text": news.text}))


async def post_edit(request: Request[Any]) -> Response:
    news, leader = await _changeable(request)
    form = await read_form(request)
    title, text = form.line("title", max=MAX_TITLE), form.text("text", required=True, max=MAX_TYPED)
    if not form.errors:
        try:
            await change_news(leader, news, title=title, text=text)
            return redirect(request, Cards(request).here(news.uri), _("Saved. Followers will hear of it."))
        except FedirecError as error:
            form.refuse(error)
    return _show_edit(request, news, form, status=422)


async def post_taking_back(request: Request[Any]) -> Response:
    news, leader = await _changeable(request)
    await take_back_news(leader, news)
    cards = Cards(request)
    challenge = await challenge_of(news.group)
    url = f"{cards.challenge_url(challenge)}/news" if challenge else cards.here(news.group.uri)
    return redirect(request, url, _("It is taken back, here and wherever it arrived."))


async def _show_list(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    parts = await parts_of_visitor(request, challenge)
    is_leader = may_do(Deed.POST_NEWS, parts)
    wanted = wanted_page(request)
    rows = await news_of([challenge.actor], after=wanted.after, limit=wanted.limit)
    page = page_of(
        rows,
        request,
        wanted=wanted,
        place=place_of_news,
        show=lambda row: news_view(row, cards, may_change=is_leader),
    )
    return render(
        request,
        "remix/news.html",
        status,
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="news", parts=parts),
        page=page,
        form=form,
        may_post=is_leader and challenge.state != "draft" and wanted.after is None,
        max_title=MAX_TITLE,
    )


def _show_edit(request: Request[Any], news: News, form: Form, *, status: int = 200) -> Response:
    url = Cards(request).here(news.uri)
    return render(request, "remix/edit_news.html", status, form=form, url=url, max_title=MAX_TITLE)


async def _news_in(request: Request[Any]) -> News:
    """The piece of news of ours in the path. Raises NotFound, and Gone for what was taken back."""
    slug, key = request.path_params["slug"], request.path_params["key"]
    where = request.url.path[:3]
    news = await get_news(f"{request.state['site'].uris.origin}{where}{slug}/news/{key}")
    if is_withheld(news):
        raise NotFound("There is no such news here.")
    if news.deleted_at is not None:
        raise Gone("This was taken back.")
    return news


async def _changeable(request: Request[Any]) -> tuple[News, Actor]:
    """The piece of news in the path, and the leader who asks. Raises Forbidden for others."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    news = await _news_in(request)
    refuse_unless(Deed.CHANGE_NEWS, await parts_around(news.group, viewer.actor))
    return news, viewer.actor


async def _may_change(request: Request[Any], group: Actor) -> bool:
    viewer = visitor(request)
    return viewer is not None and may_do(Deed.CHANGE_NEWS, await parts_around(group, viewer))


routes = [
    Route("/c/{slug}/news", show_challenge_news, methods=["GET"]),
    Route("/c/{slug}/news", post_challenge_news, methods=["POST"]),
    Route("/challenges/remote/{id:int}/news", show_remote_news, methods=["GET"]),
    Route("/c/{slug}/news/{key}", show_one, methods=["GET"]),
    Route("/c/{slug}/news/{key}/edit", show_edit, methods=["GET"]),
    Route("/c/{slug}/news/{key}/edit", post_edit, methods=["POST"]),
    Route("/c/{slug}/news/{key}/delete", post_taking_back, methods=["POST"]),
    Route("/p/{slug}/news/{key}", show_one, methods=["GET"]),
    Route("/p/{slug}/news/{key}/edit", show_edit, methods=["GET"]),
    Route("/p/{slug}/news/{key}/edit", post_edit, methods=["POST"]),
    Route("/p/{slug}/news/{key}/delete", post_taking_back, methods=["POST"]),
]
