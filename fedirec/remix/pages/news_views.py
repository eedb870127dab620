"""A piece of news, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.html import excerpt
from fedirec.remix.models import News
from fedirec.remix.pages.cards import Cards
from fedirec.web.views import PersonView

LOOKED_AT: Final = 4_000
_EXCERPT: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsView:
    """A piece of news, as pages show it."""

    title: str
    place: PersonView
    """The challenge or project that tells it."""
    html: str
    excerpt: str
    url: str
    """Its own page: here, or for those of other instances there."""
    kind: str
    published_at: datetime
    updated_at: datetime | None
    language: str | None
    author: PersonView | None
    may_change: bool


def news_view(news: News, cards: Cards, *, may_change: bool = False) -> NewsView:
    """`news`, which comes with its group and who wrote it."""
    is_ours = news.group.is_local
    return NewsView(
        title=news.title,
        place=cards.person(news.group),
        html=news.content,
        excerpt=excerpt(news.content[:LOOKED_AT], _EXCERPT),
        url=cards.here(news.uri) if is_ours else news.uri,
        kind=news.kind,
        published_at=news.published_at,
        updated_at=news.updated_at,
        language=news.language,
        author=cards.person(news.author) if news.author is not None else None,
        may_change=may_change and is_ours,
    )
