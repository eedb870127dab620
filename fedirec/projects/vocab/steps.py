"""How a step of a project travels: as a process of ValueFlows, with a position, a state, and its challenges by id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.contexts import STEP_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, write_instant
from fedirec.remix.vocab.notes import MARKDOWN, find_markdown
from fedirec.remix.vocab.text import MAX_CONTENT, clean_line, clean_text, ids

MAX_TITLE: Final = 200
"""Characters."""
MAX_CHALLENGES: Final = 20
"""Of one step."""
MAX_POSITION: Final = 10_000
STATES: Final = ("open", "locked", "done")


@dataclass(frozen=True, kw_only=True)
class StepObject:
    """One step on the way of a project."""

    TYPE: ClassVar[str] = "Object"
    """None of its own: libraries refuse an activity about an object whose type they do not know."""
    KIND: ClassVar[str] = "step"
    CONTEXT: ClassVar[list[Any]] = STEP_CONTEXT

    id: str
    project: str
    """The id of the Group."""
    name: str
    content: str = ""
    """HTML as it came: it has to pass fedirec.html before anybody sees it."""
    markdown: str | None = None
    position: int = 0
    state: str = "open"
    """open, locked or done; what is unknown is locked."""
    challenges: tuple[str, ...] = ()
    """The ids of their Groups. A challenge belongs to a step only if it says so too."""
    published: datetime | None = None
    updated: datetime | None = None

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        state = doc.find_text("state")
        return cls(
            id=doc.id("id"),
            project=doc.id("isPartOf"),
            name=clean_line(doc.find_text("name"), MAX_TITLE),
            content=clean_text(doc.find_text("content"), MAX_CONTENT),
            markdown=find_markdown(doc),
            position=min(max(doc.number("position") or 0, 0), MAX_POSITION),
            state=state if state in STATES else "locked",
            challenges=ids(doc, "challenges", MAX_CHALLENGES),
            published=doc.find_instant("published"),
            updated=doc.find_instant("updated"),
        )

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "kind": self.KIND,
            "isPartOf": self.project,
            "name": self.name,
            "position": self.position,
            "state": self.state,
            "challenges": list(self.challenges),
        }
        if self.content:
            document["content"] = self.content
        if self.markdown is not None:
            document["source"] = {"content": self.markdown, "mediaType": MARKDOWN}
        for key, moment in (("published", self.published), ("updated", self.updated)):
            if moment:
                document[key] = write_instant(moment)
        return document
