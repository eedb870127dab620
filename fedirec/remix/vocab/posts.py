"""Posts of other software, and the prompts of challenges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from fedirec.activitypub.authority import may_be_by
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.errors import Unsupported
from fedirec.remix.vocab.notes import NoteObject, not_to_be_quoted, read_note
from fedirec.remix.vocab.own_media import find_own_media
from fedirec.remix.vocab.text import find_id

_SPOKEN: Final = ("Note", "Question")
"""Types whose `summary` is a warning; elsewhere it is an abstract."""
_FILM: Final = "Video"


@dataclass(frozen=True, kw_only=True)
class PostObject(NoteObject):
    """What somebody posted with any other software: no record, but it can be offered as one."""

    TYPE: ClassVar[str] = "Note"
    TYPES: ClassVar[tuple[str, ...]] = (*_SPOKEN, "Article", "Page", "Image", "Audio", "Video", "Event")

    type: str = "Note"

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        named = next((name for name in doc.many("type") if name in cls.TYPES), cls.TYPE)
        if _is_vote(doc):
            raise Unsupported("votes are not counted here")
        fields = read_note(_by_a_person(doc) if named == _FILM else doc)
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
        return not_to_be_quoted(self.write_note()) | {"kind": self.KIND, "challenge": self.challenge}


def _is_vote(doc: Doc) -> bool:
    """Whether `doc` is an answer to a poll: a name, what it answers, and nothing else, not even a date."""
    return bool(doc.find_text("name") and doc.many("inReplyTo")) and not (doc.many("content") or doc.many("published"))


def _by_a_person(doc: Doc) -> Doc:
    """`doc` by the person alone, where PeerTube names whose film it is and in which of their channels it stands.

    All of them have to be of the film's own origin, which answers for its people and its channels alike.
    """
    authors = doc.many("attributedTo")
    if len(authors) != 2 or not all(may_be_by(doc.id("id"), author=name) for name in doc.ids("attributedTo")):
        return doc
    people = [author for author in authors if isinstance(author, dict) and author.get("type") == "Person"]
    return Doc({**doc.data, "attributedTo": [*people, *authors][0]}, doc.path)
