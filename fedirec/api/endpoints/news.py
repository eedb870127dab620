"""The news of challenges and projects: reading, telling, changing and taking back."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.news import NewsItem, NewsItems, NewsSent, show_news
from fedirec.errors import Gone, NotFound
from fedirec.remix.actions.news import change_news, post_news, take_back_news
from fedirec.remix.models import News
from fedirec.remix.queries.news import find_news_row, is_withheld, news_of, place_of_news


async def list_news(call: Call) -> NewsItems:
    group = await _group(call)
    rows = await news_of([group], after=read_place(call), limit=size_of(call) + 1)
    return piece_of(call, NewsItems, rows, show=lambda row: show_news(call, row), place=place_of_news)


async def tell(call: Call) -> NewsItem:
    group, sent = await _group(call), call.sent(NewsSent)
    if not group.is_local:
        raise NotFound("There is no such challenge or project here.")
    made = await post_news(call.actor, group, title=sent.title, text=sent.text)
    call.headers["Location"] = f"/api/news/{made.id}"
    return show_news(call, await _standing(made.id))


async def show_one(call: Call) -> NewsItem:
    return show_news(call, await _standing(call.row()))


async def change(call: Call) -> NewsItem:
    sent = call.sent(NewsSent)
    news = await change_news(call.actor, await _ours(call), title=sent.title, text=sent.text)
    return show_news(call, news)


async def take_back(call: Call) -> None:
    await take_back_news(call.actor, await _ours(call))


async def _group(call: Call) -> Actor:
    """The Group in the path, which everybody may see. Raises NotFound."""
    group = await Actor.get_or_none(id=call.row(), type="Group", state="active")
    if group is None:
        raise NotFound("There is no such challenge or project here.")
    return group


async def _standing(key: int) -> News:
    """The piece of news in row `key`. Raises NotFound, and Gone for what was taken back."""
    news = await find_news_row(key)
    if news is None or is_withheld(news):
        raise NotFound("There is no such news here.")
    if news.deleted_at is not None:
        raise Gone("This was taken back.")
    return news


async def _ours(call: Call) -> News:
    news = await _standing(call.row())
    if not news.group.is_local:
        raise NotFound("There is no such news here.")
    return news


ENDPOINTS = (
    listed(
        "list_news",
        "/groups/{id:int}/news",
        "What a challenge or a project told those who follow it, the newest first. The id is that of its Group.",
        list_news,
        answer=NewsItems,
        is_open=True,
    ),
    Endpoint(
        name="post_news",
        method="POST",
        path="/groups/{id:int}/news",
        permission=Permission.TAKE_PART,
        says="Whoever follows a challenge or a project that you lead hears what you have to say.",
        run=tell,
        body=NewsSent,
        answer=NewsItem,
        status=201,
        pages=("/c/{slug}/news",),
    ),
    Endpoint(
        name="show_news",
        method="GET",
        path="/news/{id:int}",
        permission=Permission.READ_OWN,
        says="A piece of news.",
        run=show_one,
        answer=NewsItem,
        is_open=True,
    ),
    Endpoint(
        name="change_news",
        method="PATCH",
        path="/news/{id:int}",
        permission=Permission.TAKE_PART,
        says="A piece of news says something else, wherever it arrived.",
        run=change,
        body=NewsSent,
        answer=NewsItem,
        pages=("/c/{slug}/news/{key}/edit", "/p/{slug}/news/{key}/edit"),
    ),
    Endpoint(
        name="take_back_news",
        method="DELETE",
        path="/news/{id:int}",
        permission=Permission.TAKE_PART,
        says="A piece of news is gone, wherever it arrived.",
        run=take_back,
        status=204,
        pages=("/c/{slug}/news/{key}/delete", "/p/{slug}/news/{key}/delete"),
    ),
)
