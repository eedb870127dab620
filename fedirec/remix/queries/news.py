"""What pages ask about the news of challenges and projects."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.errors import NotFound
from fedirec.remix.models import News
from fedirec.web.paging import Cursor


async def news_of(groups: Sequence[Actor], *, after: Cursor | None = None, limit: int) -> list[News]:
    """What `groups` told those who follow them, the newest first, with its group and who wrote it."""
    found = News.filter(group_id__in=[group.id for group in groups], deleted_at=None, group__state="active")
    found = found.filter(Q(author_id=None) | Q(author__state__not="suspended"))
    if after is not None:
        found = found.filter(Q(published_at__lt=after.at) | Q(published_at=after.at, id__lt=after.id))
    return list(await found.order_by("-published_at", "-id").limit(limit).select_related("group", "author"))


async def how_it_ended(group: Actor) -> News | None:
    """What `group` said when it was finished or called off, with who wrote it."""
    endings = News.filter(group_id=group.id, kind__in=("conclusion", "cancellation"), deleted_at=None)
    return await endings.order_by("-published_at", "-id").first().select_related("group", "author")


async def news_in(keys: Sequence[int]) -> dict[int, News]:
    """The news in these rows, each with its group and who wrote it, by row."""
    if not keys:
        return {}
    return {row.id: row for row in await News.filter(id__in=list(keys)).select_related("group", "author")}


async def get_news(uri: str) -> News:
    """The piece of news at `uri`, gone or not, with its group and who wrote it. Raises NotFound."""
    news = await News.get_or_none(uri=uri).select_related("group", "author")
    if news is None:
        raise NotFound("There is no such news here.")
    return news


async def find_news_row(key: int) -> News | None:
    """The piece of news in row `key`, gone or not, with its group and who wrote it."""
    return await News.get_or_none(id=key).select_related("group", "author")


def is_withheld(news: News) -> bool:
    """Whether nobody is shown `news`, which comes with its group and who wrote it: one of them is suspended, or what
    it belongs to is not there any more.
    """
    return news.group.state != "active" or (news.author is not None and news.author.state == "suspended")


def place_of_news(news: News) -> Cursor:
    """Where a piece of news stands in a list by time."""
    return Cursor(at=news.published_at, id=news.id)
