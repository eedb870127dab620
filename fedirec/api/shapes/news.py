"""What challenges and projects tell those who follow them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.actions.news import MAX_TEXT as MAX_NEWS
from fedirec.remix.actions.news import MAX_TITLE as MAX_NEWS_TITLE
from fedirec.remix.models import News


class NewsItem(Shape):
    """Something that a challenge or a project told those who follow it."""

    id: int
    uri: str
    kind: str = Field(description="update, reminder, conclusion or cancellation.")
    title: str
    text: str
    html: str
    author: Person | None
    published_at: datetime
    updated_at: datetime | None


class NewsItems(Listed):
    items: list[NewsItem]


class NewsSent(Sent):
    """What is told to followers."""

    title: Text = Field("", max_length=MAX_NEWS_TITLE)
    text: Text = Field(min_length=1, max_length=MAX_NEWS)


def show_news(call: Call, row: News) -> NewsItem:
    """A piece of news, which comes with who wrote it."""
    return NewsItem(
        id=row.id,
        uri=row.uri,
        kind=row.kind,
        title=row.title,
        text=row.text,
        html=row.content,
        author=show_person(call, row.author) if row.author else None,
        published_at=row.published_at,
        updated_at=row.updated_at,
    )
