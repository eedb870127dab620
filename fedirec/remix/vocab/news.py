"""How the news of challenges and projects travels: a Note by their Group, which other software shows as a post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from fedirec.activitypub.contexts import NEWS_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.remix.news import NewsKind
from fedirec.remix.vocab.notes import NoteObject, not_to_be_quoted, read_note

_NAMED = {kind.value: kind for kind in NewsKind}


@dataclass(frozen=True, kw_only=True)
class NewsObject(NoteObject):
    """Something that a challenge or a project says to those who follow it."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "news"
    CONTEXT: ClassVar[list[Any]] = NEWS_CONTEXT

    news: NewsKind = NewsKind.UPDATE

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """What is unknown of its kind is an update. Raises Invalid as `read_note` does."""
        return cls(news=_NAMED.get(doc.find_text("news") or "", NewsKind.UPDATE), **read_note(doc))

    def write(self) -> Json:
        return not_to_be_quoted(self.write_note()) | {"kind": self.KIND, "news": self.news.value}
