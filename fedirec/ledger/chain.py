"""How the links of the audit chain hang together. Whoever has an export can compute all of this themselves.

A link covers the digest of its document, never the document itself: a document may be emptied when somebody leaves, and
the chain still holds. Every digest is SHA-256 in hex over canonical JSON in UTF-8: names sorted, nothing between the
signs, no fractions. What it covers begins with the name of this form, so that no other text has the same digest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from fedirec.errors import Invalid

START: Final = "0" * 64
"""What stands before the first link."""
ENTRY: Final = "entry"
"""The kind of the links that cover an entry of the journal."""
LINK_FORM: Final = "fedirec-link/1"
ENTRY_FORM: Final = "fedirec-entry/1"
MAX_NUMBER: Final = 2**53 - 1
"""The largest number that every program reads as it is."""
_DEEP: Final = 40
_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr).encode
"""For what was made `_plain`, or came out of a database that somebody may have tampered with: so it takes anything."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands in a database or a file, which may be false in every part."""

    number: int
    kind: str
    subject: str
    document_digest: str
    recorded_at: str
    """As `spell` writes it."""
    previous: str
    digest: str


class Walk:
    """Goes along a chain from its first link, and says what is wrong with each.

    `against` are numbers and digests of links that somebody kept elsewhere. Without them a chain that was rebuilt as a
    whole, or ends early, looks as good as any other.
    """

    def __init__(self, against: Iterable[tuple[int, str]] = ()) -> None:
        self.number = 0
        """How far it has come."""
        self.digest = START
        self._kept: defaultdict[int, set[str]] = defaultdict(set)
        for number, digest in against:
            self._kept[number].add(digest)

    def step(self, link: Link) -> Iterator[str]:
        """What is wrong with the next link."""
        if link.number != self.number + 1:
            yield f"the link before it is missing: it stands after link {self.number}"
        if link.previous != self.digest:
            yield "it does not follow the link before it: one of them was changed or replaced"
        if link.digest != link_digest(
            link.number, link.kind, link.subject, link.document_digest, link.recorded_at, link.previous
        ):
            yield "it was changed: its digest is that of something else"
        if self._kept.pop(link.number, {link.digest}) != {link.digest}:
            yield "it is not the one that was kept elsewhere: the chain was rebuilt"
        self.number, self.digest = link.number, link.digest

    def end(self) -> Iterator[tuple[int, str]]:
        """The links that somebody kept and that were not met, and what is wrong with that."""
        for number in sorted(self._kept):
            yield (
                number,
                f"it was kept elsewhere, and the chain ends with link {self.number}: an old backup was restored, or "
                "somebody cut its end off",
            )


def link_digest(
    number: object, kind: object, subject: object, document_digest: object, recorded_at: object, previous: object
) -> str:
    """The digest of a link that says this."""
    return digest_of(_encode([LINK_FORM, number, kind, subject, document_digest, recorded_at, previous]))


def entry_text(
    kind: object, reference: object, description: object, details: object, posted_at: object, lines: Sequence[object]
) -> str:
    """The document of an entry, from what stands in its rows; `details` is JSON, and a line is a list of account,
    amount and currency.
    """
    return _encode([ENTRY_FORM, kind, reference, description, details, posted_at, lines])


def canonical(document: Any) -> str:
    """`document` as JSON in the one spelling that is hashed.

    Raises Invalid for what has no such spelling: fractions, times, names that are no text, texts that are none.
    """
    text = _encode(_plain(document, _DEEP))
    digest_of(text)
    return text


def digest_of(text: str) -> str:
    """The digest of a document."""
    try:
        return sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise Invalid("that is no text") from error


def spell(moment: datetime) -> str:
    """A moment as links and entries spell it, and SQLite keeps it: so each of its bytes counts."""
    return moment.astimezone(UTC).isoformat(" ")


def _plain(value: Any, depth: int) -> Any:
    """`value` in the types of JSON only."""
    if depth == 0:
        raise Invalid("that is nested too deeply")
    if value is None or isinstance(value, str | bool) or (type(value) is int and abs(value) <= MAX_NUMBER):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each, depth - 1) for each in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(each, depth - 1) for name, each in value.items()}
    raise Invalid("only texts, whole numbers, lists and objects can be recorded")
