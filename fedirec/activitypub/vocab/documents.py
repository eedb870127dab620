"""Reading documents of strangers, key by key."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from fedirec.errors import Invalid
from fedirec.uris import MAX_URI, origin_of

Json: TypeAlias = dict[str, Any]

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
_PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})
MAX_VALUES: Final = 256
"""Values that are read of one key; what comes after is ignored."""


def is_for_everybody(document: Json) -> bool:
    """Whether `document` is addressed to everybody, in whichever spelling."""
    named: list[object] = []
    for key in ("to", "cc"):
        value = document.get(key)
        named += value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and each in _PUBLIC_SPELLINGS for each in named)


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
            if isinstance(value, str) and 0 < len(value) <= MAX_URI:
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
        """Whether `key` is true, or 1; anything else is false."""
        return self.data.get(key) in (True, 1)

    def number(self, key: str) -> int | None:
        """The whole number under `key`, or None; fractions are rounded, text is not read."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return round(value)

    def instant(self, key: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(key))
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Invalid(f"{self.path}.{key}: expected a date and time") from error
        if not 1 < moment.year < 9999:  # so that every time zone can show it
            raise Invalid(f"{self.path}.{key}: nobody was or will be there")
        return moment

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
                links.append((wanted, href.replace("&#038;", "&")))  # WordPress writes its addresses for HTML
        return next((href for wanted, href in links if wanted), links[0][1] if links else None)

    def _id(self, value: object, key: str) -> str:
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
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
