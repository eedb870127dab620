"""The story of a project, chapter by chapter, as templates show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.projects.queries.story import Chapter
from fedirec.projects.stages import NAMES
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.cards.texts import rendered
from fedirec.remix.pages.logs import EntryView, log_views
from fedirec.web.views import PersonView, RecordView

STAGE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    place: {stage.value: name for stage, name in NAMES.items()} for place in ("before", "stage")
}
"""What stages are called that stand in entries of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterView:
    """One thing that happened: an entry of the log, a piece of news, or a record that was taken up."""

    at: datetime
    place: str = ""
    """The challenge in which it happened."""
    place_url: str = ""
    entry: EntryView | None = None
    news_title: str = ""
    news_html: str = ""
    news_language: str | None = None
    author: PersonView | None = None
    record: RecordView | None = None


async def chapter_views(cards: Cards, chapters: Sequence[Chapter]) -> list[ChapterView]:
    """Those chapters, in the reader's language."""
    await cards.dress(chapter.taken.record for chapter in chapters if chapter.taken is not None)
    told = [chapter.entry for chapter in chapters if chapter.entry is not None]
    entries = {entry.id: view for entry, view in zip(told, log_views(told, cards, values=STAGE_WORDS), strict=True)}
    return [_view(cards, chapter, entries) for chapter in chapters]


def _view(cards: Cards, chapter: Chapter, entries: Mapping[int, EntryView]) -> ChapterView:
    news, taken = chapter.news, chapter.taken
    return ChapterView(
        at=chapter.at,
        place=chapter.group.name if chapter.group else "",
        place_url=cards.here(chapter.group.uri) if chapter.group and chapter.group.is_local else "",
        entry=entries[chapter.entry.id] if chapter.entry else None,
        news_title=news.title if news else "",
        news_html=(rendered(news.text) if news.text else news.content) if news else "",
        news_language=news.language if news else None,
        author=cards.person(news.author) if news and news.author else None,
        record=cards.record(taken.record) if taken else None,
    )
