"""Posts of other software, and the prompts of challenges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.remix.vocab.attachments import find_own_media
from fedirec.remix.vocab.notes import NoteObject, read_note
from fedirec.remix.vocab.text import find_id

_SPOKEN: Final = ("Note", "Question")
"""Types whose `summary` is a warning; elsewhere it is an abstract."""


@dataclass(frozen=True, kw_only=True)
class PostObject(NoteObject):
    """What somebody posted with any other software: no record, but it can be offered as one."""

    TYPE: ClassVar[str] = "Note"
    TYPES: ClassVar[tuple[str, ...]] = (*_SPOKEN, "Article", "Page", "Image", "Audio", "Video", "Event")

    type: str = "Note"

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        named = next((name for name in doc.many("type") if name in cls.TYPES), cls.TYPE)
        fields = read_note(doc)
        if named not in _SPOKEN and not fields["sensitive"]:
            fields["warning"] = ""
        if not fields["attachments"] and (media := find_own_media(doc)):
            fields["attachments"] = (media,)
        return cls(type=named, **fields)

    def write(self) -> Json:
        return self.write_note() | {"type": self.type}


@dataclass(frozen=True, kw_only=True)
class PromptObject(NoteObject):
    """What a challenge asks for: the Note that its Group pins, and to which people reply."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "prompt"

    challenge: str
    """The id of the Group."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        fields = read_note(doc)
        return cls(challenge=find_id(doc, "challenge") or fields["attributed_to"], **fields)

    def write(self) -> Json:
        return self.write_note() | {"kind": self.KIND, "challenge": self.challenge}
