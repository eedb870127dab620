"""Activities, references and the vocabulary that reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar, runtime_checkable

from fedirec.activitypub.contexts import FAREWELL_CONTEXT, REQUEST_CONTEXT
from fedirec.activitypub.vocab.documents import PUBLIC, Doc, Json, write_instant
from fedirec.errors import Unsupported


@runtime_checkable
class Entity(Protocol):
    """Anything with an id and a type that can travel between instances."""

    TYPE: ClassVar[str]

    @property
    def id(self) -> str: ...
    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self: ...
    def write(self) -> Json: ...


@dataclass(frozen=True, slots=True)
class Ref:
    """An object mentioned by id only."""

    TYPE: ClassVar[str] = ""
    id: str

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(doc.id("id"))

    def write(self) -> Json:
        return {"id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What stands where a deleted object was."""

    TYPE: ClassVar[str] = "Tombstone"
    id: str
    deleted: datetime | None = None
    former_type: str | None = None

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(id=doc.id("id"), deleted=doc.find_instant("deleted"), former_type=doc.find_text("formerType"))

    def write(self) -> Json:
        document: Json = {"type": self.TYPE, "id": self.id}
        if self.deleted:
            document["deleted"] = write_instant(self.deleted)
        if self.former_type:
            document["formerType"] = self.former_type
        return document


_TAKEN_BACK: Final = frozenset({"Announce", "Block", "Follow", "Like", "Offer"})
"""What is accepted, refused or taken back by those who answer it."""
_THUMBS_DOWN: Final = "\N{THUMBS DOWN SIGN}"
T = TypeVar("T", bound=Entity, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Activity(Generic[T]):
    """Something an actor did to an object."""

    TYPE: ClassVar[str] = ""
    id: str
    """Empty where Pixelfed accepts what somebody asked for without saying in which activity."""
    actor: str
    object: T
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    target: str | None = None
    published: datetime | None = None
    content: str | None = None
    """What was said about it: a reason for a Reject or a Flag."""

    object_document: Json | None = field(default=None, compare=False, repr=False)
    """The object in our terms, when it came embedded."""

    object_as_sent: Json | None = field(default=None, compare=False, repr=False)
    """The same as it was sent, with the context that it was sent in: what is kept is what was said."""

    envelope: Json | None = field(default=None, compare=False, repr=False)
    """What is left of the activity without it, when its actor proved the activity (`envelopes`)."""

    is_vouched: bool = field(default=False, compare=False, repr=False)
    """Whether it was signed by a key that is known to be its actor's by more than their domain (`actors.vouching`)."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        embedded = doc.one("object")
        if isinstance(embedded, dict) and _is_answered(Doc(embedded)) and "object" not in embedded:
            embedded = doc.id("object")  # apkit says which activity it accepts or takes back, and leaves its parts out
        return cls(
            id=doc.find_id("id") or "",
            actor=doc.id("actor"),
            object=vocabulary.read(embedded),  # type: ignore[arg-type]
            object_document=embedded if isinstance(embedded, dict) else None,
            to=doc.audience("to"),
            cc=doc.audience("cc"),
            target=doc.find_id("target"),
            published=doc.find_instant("published"),
            content=doc.find_text("content"),
        )

    def write(self) -> Json:
        inner = self.object.id if isinstance(self.object, Ref) else self.object.write()
        document: Json = {"type": self.TYPE, "id": self.id, "actor": self.actor, "object": inner}
        if self.target:
            document["target"] = self.target
        if self.published:
            document["published"] = write_instant(self.published)
        if self.content:
            document["content"] = self.content
        return document | {key: list(value) for key, value in (("to", self.to), ("cc", self.cc)) if value}

    @property
    def is_public(self) -> bool:
        return PUBLIC in self.to or PUBLIC in self.cc


class Create(Activity[T]):
    TYPE: ClassVar[str] = "Create"


class Update(Activity[T]):
    TYPE: ClassVar[str] = "Update"


@dataclass(frozen=True, kw_only=True)
class Delete(Activity[T]):
    TYPE: ClassVar[str] = "Delete"

    without_name: bool = False
    """Whether somebody who leaves does not want to be named where they are credited."""

    @property
    def CONTEXT(self) -> list[Any]:  # noqa: N802  (as the types whose terms are always the same call it)
        return FAREWELL_CONTEXT if self.without_name else []

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Of what is gone only the name counts, whatever else is said of it."""
        gone = doc.one("object")
        is_named = isinstance(gone, str) or (isinstance(gone, dict) and gone.get("type") == Tombstone.TYPE)
        named = doc if is_named else Doc({**doc.data, "object": doc.id("object")}, doc.path)
        return replace(super().read(named, vocabulary), without_name=doc.flag("withoutName"))

    def write(self) -> Json:
        document = super().write()
        return document | {"withoutName": True} if self.without_name else document


class Follow(Activity[T]):
    TYPE: ClassVar[str] = "Follow"


@dataclass(frozen=True, kw_only=True)
class Accept(Activity[T]):
    TYPE: ClassVar[str] = "Accept"

    result: str | None = None
    """Where the consent can be read."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return replace(super().read(doc, vocabulary), result=doc.find_id("result"))

    def write(self) -> Json:
        document = super().write()
        return document | {"result": self.result} if self.result else document


class Reject(Activity[T]):
    TYPE: ClassVar[str] = "Reject"


class Undo(Activity[T]):
    TYPE: ClassVar[str] = "Undo"


@dataclass(frozen=True, kw_only=True)
class Announce(Activity[T]):
    TYPE: ClassVar[str] = "Announce"

    authorization: str | None = None
    """Where the author of the object agrees to it."""

    @property
    def CONTEXT(self) -> list[Any]:  # noqa: N802  (as the types whose terms are always the same call it)
        return REQUEST_CONTEXT if self.authorization else []

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """What it says; an activity that does not name who did it, as WordPress passes it on, is what it is about."""
        inner = doc.many("object")
        if len(inner) == 1 and isinstance(inner[0], dict) and "object" in inner[0] and "actor" not in inner[0]:
            doc = Doc({**doc.data, "object": Doc(inner[0], f"{doc.path}.object").id("object")}, doc.path)
        return replace(super().read(doc, vocabulary), authorization=doc.find_id("announceAuthorization"))

    def write(self) -> Json:
        document = super().write()
        return document | {"announceAuthorization": self.authorization} if self.authorization else document


class Like(Activity[T]):
    """Also with an emoji, as Misskey sends it, and Pleroma and Akkoma under a name of its own."""

    TYPE: ClassVar[str] = "Like"
    TYPES: ClassVar[tuple[str, ...]] = ("Like", "EmojiReact")

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        if (doc.find_text("content") or "").startswith(_THUMBS_DOWN):
            raise Unsupported("nobody here is told what somebody does not like")
        return super().read(doc, vocabulary)


class Add(Activity[T]):
    TYPE: ClassVar[str] = "Add"


class Remove(Activity[T]):
    TYPE: ClassVar[str] = "Remove"


@dataclass(frozen=True, kw_only=True)
class Offer(Activity[T]):
    TYPE: ClassVar[str] = "Offer"

    terms: tuple[int, str] | None = None
    """The version of the terms of `target` to which whoever offers it agrees, and its digest."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        named = next(iter(doc.docs("challengeTerms")), None)
        version = named.number("termsVersion") if named else None
        digest = named.find_text("termsDigest") if named else None
        terms = (version, digest[:100]) if version is not None and version > 0 and digest else None
        return replace(super().read(doc, vocabulary), terms=terms)

    def write(self) -> Json:
        document = super().write()
        if self.terms is None:
            return document
        version, digest = self.terms
        return document | {"challengeTerms": {"termsVersion": version, "termsDigest": digest}}


class Move(Activity[T]):
    """Somebody, the object, lives at `target` from now on (FEP-7628)."""

    TYPE: ClassVar[str] = "Move"


class Forwarded(Activity[T]):
    """Somebody brings what somebody else is said to have done to the object, and nothing proves it.

    It has no type of its own on the wire: we take nothing from it but the name of the object.
    """


class Block(Activity[T]):
    TYPE: ClassVar[str] = "Block"


ACTIVITIES: tuple[type[Entity], ...] = (
    Create, Update, Delete, Follow, Accept, Reject, Undo, Announce, Like, Add, Remove, Offer, Block, Move, Tombstone,
)  # fmt: skip


class Vocabulary:
    """The types that an instance can read."""

    def __init__(self, types: Iterable[type[Entity]]) -> None:
        self._types: dict[tuple[str, str | None], type[Entity]] = {}
        for entity in types:
            names = getattr(entity, "TYPES", (entity.TYPE,))
            for name in names:
                key = (name, getattr(entity, "KIND", None))
                if key in self._types:
                    raise ValueError(f"{key} is read by two types")
                self._types[key] = entity

    def read(self, data: object) -> Entity:
        """The entity that `data` is: by type and kind, else by type, else a reference by its id.

        Raises Invalid when a key does not hold what it must, Unsupported for types that nobody here reads.
        """
        if isinstance(data, str):
            return Ref(Doc({"id": data}).id("id"))
        doc = Doc(data)
        kind = doc.find_text("kind")
        for name in doc.many("type"):
            if isinstance(name, str) and (entity := self._types.get((name, kind)) or self._types.get((name, None))):
                return entity.read(doc, self)
        if "type" not in doc.data and "id" in doc.data:
            return Ref.read(doc, self)
        raise Unsupported(f"nothing here reads the type {str(doc.data.get('type'))[:100]!r}")


def _is_answered(doc: Doc) -> bool:
    return any(isinstance(name, str) and name in _TAKEN_BACK for name in doc.many("type"))
