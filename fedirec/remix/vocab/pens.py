"""Sharing the pen of a record, and writing with it.

Both are an `Offer` about the record, its `object`, as remix requests and suggestions are, with kinds of their own. What
is offered as a new version stands in `instrument`: it has the id of the record and the name of its author, for it is
not another work, and nobody but their origin makes it what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Self, TypeVar

from fedirec.activitypub.contexts import CONSENT_CONTEXT, REVISION_CONTEXT
from fedirec.activitypub.vocab import Activity, ConsentQuestion, Doc, Entity, Json, Vocabulary
from fedirec.remix.vocab.text import clean_line

_MAX_DIGEST: Final = 100
T = TypeVar("T", bound=Entity, covariant=True)


class OfferedPen(Activity[T]):
    """The author of a record, the object, invites the target to write it with them."""

    TYPE: ClassVar[str] = "Offer"
    KIND: ClassVar[str] = "pen"
    CONTEXT: ClassVar[list[Any]] = CONSENT_CONTEXT

    def write(self) -> Json:
        return super().write() | {"kind": self.KIND}


@dataclass(frozen=True, kw_only=True)
class OfferedVersion(ConsentQuestion[T]):
    """Somebody who holds the pen of a record, the object, brings a new version of it: the instrument."""

    TYPE: ClassVar[str] = "Offer"
    KIND: ClassVar[str] = "revision"
    CONTEXT: ClassVar[list[Any]] = REVISION_CONTEXT

    digest: str = ""
    """The record digest of the version that it was made from."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        digest = clean_line(doc.find_text("targetDigest"), _MAX_DIGEST)
        return replace(super().read(doc, vocabulary), digest=digest)

    def write(self) -> Json:
        document = super().write() | {"kind": self.KIND}
        return document | ({"targetDigest": self.digest} if self.digest else {})
