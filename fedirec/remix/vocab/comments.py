"""How a comment on a record travels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from fedirec.activitypub.contexts import COMMENT_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.remix.vocab.attachments import find_duration, write_duration
from fedirec.remix.vocab.notes import NoteObject, not_to_be_quoted, read_note
from fedirec.remix.vocab.text import find_id


@dataclass(frozen=True, kw_only=True)
class CommentObject(NoteObject):
    """What somebody says about a record, in answer to it or to another comment."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "comment"
    CONTEXT: ClassVar[list[Any]] = COMMENT_CONTEXT

    at_ms: int | None = None
    """The place in the sound or the film that it is about."""
    region: str | None = None
    """The part of a picture that it is about: the address of the picture, with a fragment as in `regions`."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(at_ms=find_duration(doc.find_text("at")), region=find_id(doc, "region"), **read_note(doc))

    def write(self) -> Json:
        document = not_to_be_quoted(self.write_note()) | {"kind": self.KIND}
        if self.at_ms is not None:
            document["at"] = write_duration(self.at_ms)
        if self.region is not None:
            document["region"] = self.region
        return document
