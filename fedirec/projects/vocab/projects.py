"""How a project travels: as a Group that people on any server can follow, with a Note that says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import PROJECT_CONTEXT
from fedirec.activitypub.vocab import ActorObject, Doc, Json, Vocabulary
from fedirec.remix.vocab import Hashtag, NoteObject
from fedirec.remix.vocab.needs import NeedObject, find_needs, write_needs
from fedirec.remix.vocab.notes import not_to_be_quoted, read_note
from fedirec.remix.vocab.tags import read_hashtags
from fedirec.remix.vocab.text import MAX_DESCRIPTION, clean_line, clean_text, find_id, find_language, ids

MAX_LEADERS: Final = 32
_MAX_WORD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverObject:
    """The picture of a project."""

    url: str
    description: str = ""

    def write(self) -> Json:
        document: Json = {"type": "Image", "url": self.url}
        return document | ({"name": self.description} if self.description else {})


@dataclass(frozen=True, kw_only=True)
class ProjectObject:
    """Something that people make together, as other instances see it."""

    TYPE: ClassVar[str] = "Group"
    KIND: ClassVar[str] = "project"
    CONTEXT: ClassVar[list[Any]] = PROJECT_CONTEXT

    actor: ActorObject
    """The Group itself: its name, its keys, its inbox."""
    leaders: tuple[str, ...] = ()
    """The collection of those who lead it (FEP-1b12)."""
    form: str = ""
    """What it is to become, as it was said: whoever keeps it looks whether the word is known."""
    stage: str = ""
    """How far it is, as it was said."""
    language: str | None = None
    """In which its name and its summary are."""
    cover: CoverObject | None = None
    hashtags: tuple[Hashtag, ...] = ()
    needs: tuple[NeedObject, ...] | None = None
    """Whom it looks for; None where it does not say."""
    steps: str | None = None
    """These are collections, and addresses of its own origin; None for what is not."""
    productions: str | None = None
    log: str | None = None
    introduction: str | None = None
    """The Note that it pins."""

    @property
    def id(self) -> str:
        return self.actor.id

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        actor = ActorObject.read(doc, vocabulary)
        return cls(
            actor=actor,
            leaders=ids(doc, "attributedTo", MAX_LEADERS),
            form=clean_line(doc.find_text("form"), _MAX_WORD),
            stage=clean_line(doc.find_text("stage"), _MAX_WORD),
            language=find_language(doc.find_text("inLanguage")),
            cover=_find_cover(doc),
            hashtags=read_hashtags(doc),
            needs=find_needs(doc, owner=actor.id),
            steps=near(doc, "steps", actor.id),
            productions=near(doc, "productions", actor.id),
            log=near(doc, "log", actor.id),
            introduction=near(doc, "introduction", actor.id),
        )

    def write(self) -> Json:
        document = self.actor.write() | {"kind": self.KIND}
        for key, value in (
            ("attributedTo", self.leaders[0] if len(self.leaders) == 1 else list(self.leaders)),
            ("form", self.form),
            ("stage", self.stage),
            ("inLanguage", self.language),
            ("image", self.cover.write() if self.cover else None),
            ("tag", [hashtag.write() for hashtag in self.hashtags]),
            ("needs", None if self.needs is None else write_needs(self.id, self.needs)),
            ("steps", self.steps),
            ("productions", self.productions),
            ("log", self.log),
            ("introduction", self.introduction),
        ):
            if value:
                document[key] = value
        return document


@dataclass(frozen=True, kw_only=True)
class IntroductionObject(NoteObject):
    """What a project is, for software that shows Notes: its Group pins it."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "introduction"

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(**read_note(doc))

    def write(self) -> Json:
        return not_to_be_quoted(self.write_note()) | {"kind": self.KIND}


def near(doc: Doc, key: str, owner: str) -> str | None:
    """The address under `key` where it is of the origin of `owner`, else None."""
    address = find_id(doc, key)
    return address if address and may_have(address, owner=owner) else None


def _find_cover(doc: Doc) -> CoverObject | None:
    for image in doc.docs("image"):
        if url := image.url("url", "image/png"):
            return CoverObject(url=url, description=clean_text(image.find_text("name"), MAX_DESCRIPTION))
    return None
