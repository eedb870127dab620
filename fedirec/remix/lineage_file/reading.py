"""Bytes of strangers as a lineage: read strictly, within limits, and nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from fedirec.activitypub.digests import canonical, canonical_parts
from fedirec.activitypub.parsing import MAX_DEPTH, parse
from fedirec.activitypub.vocab import Json
from fedirec.errors import Invalid, TooLarge, Unsupported
from fedirec.remix.lineage import Relation
from fedirec.remix.lineage_file.contents import (
    CONTEXT,
    MAX_DERIVATIONS,
    MAX_KEYS,
    MAX_SILENCES,
    MAX_VERSIONS,
    MAX_WITNESSES,
    TYPE,
    VERSION,
    AddedBy,
    Derivation,
    Key,
    LeftOut,
    LineageFile,
    Seen,
    Silence,
    Version,
    Why,
)
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.uris import MAX_URI, origin_of

MAX_BYTES: Final = 200_000_000
"""Of a file that is read whole."""
_LEVELS: Final = 6
"""Levels of a file above a document in it."""
_NAMES: Final = 3_000_000
_VALUES: Final = 12_000_000
_MAX_TEXT: Final = 2_000
_MAX_MEDIA: Final = 256
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z", re.ASCII)

Read = TypeVar("Read")
Word = TypeVar("Word", bound=StrEnum)


class NotCanonical(Invalid):
    """It is not written in the one way in which such files are written."""


def read_file(data: bytes, *, max_bytes: int = MAX_BYTES) -> LineageFile:
    """The lineage that `data` spells.

    Raises TooLarge for more than `max_bytes`, Unsupported for a version that is not known here, NotCanonical for what
    would be written otherwise, and Invalid, saying what is wrong, for everything else that is no lineage file.
    """
    return file_of(read_json(data, max_bytes=max_bytes))


def read_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> Json:
    """The JSON of a file, in whose bytes there is nothing that it does not say."""
    if len(data) > max_bytes:
        raise TooLarge("it has more than %(most)s MB", blanks={"most": max_bytes // 1_000_000})
    document = parse(data, depth=MAX_DEPTH + _LEVELS, keys=_NAMES, values=_VALUES)
    if not _is_spelled(document, data):
        raise NotCanonical("it is not written in the canonical form of JSON (RFC 8785)")
    return document


def _is_spelled(document: Json, data: bytes) -> bool:
    """Whether `data` is the canonical form of `document`: looked at piece by piece, for it may be large."""
    place = 0
    for part in canonical_parts(document):
        if not data.startswith(part, place):
            return False
        place += len(part)
    return place == len(data)


def file_of(document: Json) -> LineageFile:
    """The lineage in `document`."""
    part = _Part(document, "the file")
    if part.text("type") != TYPE:
        raise Invalid("it says that it is something else")
    if (version := document.get("version")) != VERSION or isinstance(version, bool):
        raise Unsupported("only version %(version)s of lineage files is known here", blanks={"version": VERSION})
    if part.take("@context") != CONTEXT:
        raise Invalid("its @context is another one")
    part.take("version")
    file = LineageFile(
        record=part.address("record"),
        exporter=part.address("exporter"),
        is_whole=part.flag("isWhole"),
        versions=part.parts("records", _version, MAX_VERSIONS),
        derivations=part.parts("derivations", _derivation, MAX_DERIVATIONS),
        keys=part.parts("keys", _key, MAX_KEYS),
        witnesses=part.parts("witnesses", _Part.whole, MAX_WITNESSES),
        silences=part.parts("silent", _silence, MAX_SILENCES),
        left_out=part.parts("leftOut", _left_out, MAX_DERIVATIONS),
        proof=part.find_json("proof"),
    )
    part.end()
    for entries in _ordered(file):
        if entries != sorted(entries):
            raise NotCanonical("its lists are not in the order in which they are written")
    return file


def _ordered(file: LineageFile) -> Iterator[list[Any]]:
    """By what each list in `file` is in order: as `writing` puts them."""
    yield [(each.record, each.digest) for each in file.versions]
    yield [(each.record, each.source) for each in file.derivations]
    yield [(each.owner, each.id, each.multibase) for each in file.keys]
    yield [canonical(each) for each in file.witnesses]
    yield [(each.instance, each.why) for each in file.silences]
    yield [(each.record, each.why) for each in file.left_out]


class _Part:
    """An object in a file, of which each value is read once and none is left."""

    def __init__(self, value: object, name: str) -> None:
        if not isinstance(value, dict):
            raise Invalid("%(what)s is no object", blanks={"what": name})
        self._left: Json = dict(value)
        self._name = name

    def take(self, name: str) -> Any:
        if name not in self._left:
            raise Invalid("%(whole)s has no %(name)s", blanks={"whole": self._name, "name": name})
        return self._left.pop(name)

    def find(self, name: str) -> Any:
        return self._left.pop(name, None)

    def text(self, name: str, limit: int = _MAX_TEXT) -> str:
        value = self.take(name)
        if not isinstance(value, str) or len(value) > limit:
            raise Invalid(
                "%(name)s of %(whole)s is no text of a usual length", blanks={"name": name, "whole": self._name}
            )
        return value

    def find_text(self, name: str) -> str | None:
        return self.text(name) if name in self._left else None

    def word(self, name: str, words: type[Word]) -> Word:
        value = self.text(name)
        if value not in set(words):
            raise Invalid(
                "%(name)s of %(whole)s is none of the words that stand there",
                blanks={"name": name, "whole": self._name},
            )
        return words(value)

    def address(self, name: str) -> str:
        value = self.text(name, MAX_URI)
        origin_of(value)
        return value

    def moment(self, name: str) -> datetime:
        value = self.text(name)
        if not _MOMENT.fullmatch(value):
            raise Invalid("%(name)s of %(whole)s is no date and time", blanks={"name": name, "whole": self._name})
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError as error:
            raise Invalid(
                "%(name)s of %(whole)s is no date and time", blanks={"name": name, "whole": self._name}
            ) from error

    def find_moment(self, name: str) -> datetime | None:
        return self.moment(name) if name in self._left else None

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise Invalid("%(name)s of %(whole)s is neither true nor false", blanks={"name": name, "whole": self._name})
        return value

    def json(self, name: str) -> Json:
        return _Part(self.take(name), name).whole()

    def find_json(self, name: str) -> Json | None:
        return self.json(name) if name in self._left else None

    def texts(self, name: str, limit: int) -> tuple[str, ...]:
        values = self.take(name)
        if not isinstance(values, list) or len(values) > limit:
            raise Invalid(
                "%(name)s of %(whole)s is no list of a usual length", blanks={"name": name, "whole": self._name}
            )
        if not all(isinstance(value, str) and len(value) <= MAX_URI for value in values):
            raise Invalid("%(name)s of %(whole)s is no list of texts", blanks={"name": name, "whole": self._name})
        return tuple(values)

    def parts(self, name: str, read: Callable[[_Part], Read], limit: int) -> tuple[Read, ...]:
        values = self.take(name)
        if not isinstance(values, list) or len(values) > limit:
            raise Invalid(
                "%(name)s of %(whole)s is no list of a usual length", blanks={"name": name, "whole": self._name}
            )
        return tuple(read(_Part(value, f"an entry of {name}")) for value in values)

    def whole(self) -> Json:
        left, self._left = self._left, {}
        return left

    def end(self) -> None:
        for name in self._left:
            raise Invalid(
                "%(whole)s has a “%(name)s”, which version %(version)s does not know",
                blanks={"whole": self._name, "name": name[:60], "version": VERSION},
            )


def _version(part: _Part) -> Version:
    seen = _Part(part.take("seen"), "seen")
    version = Version(
        record=part.address("id"),
        digest=part.text("digest"),
        is_current=part.flag("isCurrent"),
        is_gone=part.flag("isGone"),
        seen=Seen(
            author=seen.address("author"),
            author_name=seen.text("name"),
            author_handle=seen.text("handle"),
            kind=seen.text("kind"),
            title=seen.text("title"),
            licence=seen.text("licence"),
            licence_url=seen.find_text("license"),
            record_digest=seen.find_text("recordDigest"),
            media=seen.texts("media", _MAX_MEDIA),
            published=seen.moment("published"),
            updated=seen.find_moment("updated"),
            fetched=seen.find_moment("fetched"),
        ),
        document=part.find_json("document"),
        envelope=part.find_json("envelope"),
    )
    seen.end()
    part.end()
    return version


def _derivation(part: _Part) -> Derivation:
    derivation = Derivation(
        record=part.address("record"),
        source=part.address("source"),
        relation=part.word("relation", Relation),
        added_by=part.word("addedBy", AddedBy),
        is_claim=part.flag("isClaim"),
        permission=part.word("permission", Clearance),
        acknowledgement=part.word("acknowledgement", Acknowledgement),
        licence=part.find_text("licence"),
        source_version=part.find_text("sourceVersion"),
        stamp=part.find_json("stamp"),
    )
    part.end()
    return derivation


def _key(part: _Part) -> Key:
    key = Key(
        id=part.address("id"),
        owner=part.address("owner"),
        multibase=part.text("publicKeyMultibase"),
        since=part.moment("since"),
    )
    part.end()
    return key


def _silence(part: _Part) -> Silence:
    silence = Silence(instance=part.address("instance"), why=part.text("why"))
    part.end()
    return silence


def _left_out(part: _Part) -> LeftOut:
    left_out = LeftOut(record=part.address("record"), why=part.word("why", Why))
    part.end()
    return left_out
