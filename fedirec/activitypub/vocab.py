"""The ActivityStreams words that fedirec speaks, as immutable values.

A type knows how to `read` itself from a document and how to `write` itself back; `read(write(x)) == x` holds for all of
them, and is tested so. A type names the `TYPE` it has on the wire and, where one wire type means several things, the
`KIND` (our extension key) that tells them apart. The instance's `Vocabulary` is put together once, in `app.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

from fedirec.errors import Invalid, Unsupported
from fedirec.uris import origin_of

Json: TypeAlias = dict[str, Any]

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
_PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})
MAX_VALUES: Final = 256
"""Values that are read of one key; what comes after is ignored."""


class Doc:
    """A compacted document, read key by key; a mistake names the key it is in."""

    __slots__ = ("data", "path")

    def __init__(self, data: object, path: str = "$") -> None:
        if not isinstance(data, dict):
            raise Invalid(f"{path}: expected an object")
        self.data: Json = data
        self.path = path

    def many(self, key: str) -> list[Any]:
        """The values under `key`: absent is empty, a single value is a list of one."""
        value = self.data.get(key)
        if value is None:
            return []
        return value[:MAX_VALUES] if isinstance(value, list) else [value]

    def one(self, key: str) -> Any:
        """The only value under `key`: a list of one is the same as the one."""
        values = self.many(key)
        if len(values) != 1:
            raise Invalid(f"{self.path}.{key}: expected one value, got {len(values)}")
        return values[0]

    def doc(self, key: str) -> Doc:
        """The only value under `key`, as a document."""
        return Doc(self.one(key), f"{self.path}.{key}")

    def docs(self, key: str) -> list[Doc]:
        """The objects under `key`; plain values among them are passed over."""
        return [Doc(value, f"{self.path}.{key}") for value in self.many(key) if isinstance(value, dict)]

    def id(self, key: str) -> str:
        """The http(s) id under `key`, of a reference or of an embedded object."""
        return self._id(self.one(key), key)

    def find_id(self, key: str) -> str | None:
        """The id under `key`, or None if there is nothing."""
        return self.id(key) if self.many(key) else None

    def ids(self, key: str) -> tuple[str, ...]:
        """All ids under `key`, each once, in order."""
        return tuple(dict.fromkeys(self._id(value, key) for value in self.many(key)))

    def audience(self, key: str) -> tuple[str, ...]:
        """The addressees under `key`, the public in its one spelling; what is no id is left out."""
        found: dict[str, None] = {}
        for value in self.many(key):
            value = value.get("id") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                found[PUBLIC if value in _PUBLIC_SPELLINGS else value] = None
        return tuple(found)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise Invalid(f"{self.path}.{key}: expected text")
        return value

    def find_text(self, key: str) -> str | None:
        """The text under `key`, or None when there is none or it is something else."""
        value = self.data.get(key)
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool:
        """Whether `key` is true; anything but true is false."""
        return self.data.get(key) is True

    def number(self, key: str) -> int | None:
        """The whole number under `key`, or None; fractions are rounded, text is not read."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return round(value)

    def instant(self, key: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(key))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Invalid(f"{self.path}.{key}: expected a date and time") from error

    def find_instant(self, key: str) -> datetime | None:
        """The date and time under `key`, or None when there is nothing; Invalid when it is something else."""
        return None if self.data.get(key) is None else self.instant(key)

    def url(self, key: str, media_type: str = "text/html") -> str | None:
        """The web address under `key`: a string, a Link, or the Link of `media_type` among several."""
        links: list[tuple[bool, str]] = []
        for value in self.many(key):
            wanted = not isinstance(value, dict) or value.get("mediaType") == media_type
            href = value.get("href") if isinstance(value, dict) else value
            if isinstance(href, str) and _is_web_address(href):
                links.append((wanted, href))
        return next((href for wanted, href in links if wanted), links[0][1] if links else None)

    def _id(self, value: object, key: str) -> str:
        if isinstance(value, dict):
            value = value.get("id")
        if not isinstance(value, str):
            raise Invalid(f"{self.path}.{key}: expected an id")
        try:
            origin_of(value)
        except Invalid as error:
            raise Invalid(f"{self.path}.{key}: {error}") from error
        return value


def _is_web_address(value: str) -> bool:
    try:
        origin_of(value)
    except Invalid:
        return False
    return True


def write_instant(moment: datetime) -> str:
    """`moment` as the wire writes it: RFC 3339 in UTC, with a Z, and no fraction when there is none."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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


T = TypeVar("T", bound=Entity, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Activity(Generic[T]):
    """Something an actor did to an object."""

    TYPE: ClassVar[str] = ""
    id: str
    actor: str
    object: T
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    target: str | None = None
    published: datetime | None = None
    content: str | None = None
    """What was said about it: a reason for a Reject or a Flag."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(
            id=doc.id("id"),
            actor=doc.id("actor"),
            object=vocabulary.read(doc.one("object")),  # type: ignore[arg-type]
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


class Delete(Activity[T]):
    TYPE: ClassVar[str] = "Delete"


class Follow(Activity[T]):
    TYPE: ClassVar[str] = "Follow"


class Accept(Activity[T]):
    TYPE: ClassVar[str] = "Accept"


class Reject(Activity[T]):
    TYPE: ClassVar[str] = "Reject"


class Undo(Activity[T]):
    TYPE: ClassVar[str] = "Undo"


class Announce(Activity[T]):
    TYPE: ClassVar[str] = "Announce"


class Like(Activity[T]):
    TYPE: ClassVar[str] = "Like"


class Add(Activity[T]):
    TYPE: ClassVar[str] = "Add"


class Remove(Activity[T]):
    TYPE: ClassVar[str] = "Remove"


ACTIVITIES: tuple[type[Entity], ...] = (
    Create, Update, Delete, Follow, Accept, Reject, Undo, Announce, Like, Add, Remove, Tombstone,
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
