"""Asking the author of something before one quotes, answers, likes or passes it on, and their consent as a stamp.

Quotes are those of FEP-044f; the others are GoToSocial's, in the same form. A request names what is asked about in
`object` and what one would like to publish in `instrument`; it is accepted with the address of a stamp in `result`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, Self, TypeVar

from fedirec.activitypub.contexts import COMMENT_CONTEXT, REQUEST_CONTEXT
from fedirec.activitypub.vocab.activities import Activity, Entity, Vocabulary
from fedirec.activitypub.vocab.documents import Doc, Json

T = TypeVar("T", bound=Entity, covariant=True)


@dataclass(frozen=True, kw_only=True)
class ConsentQuestion(Activity[T], Generic[T]):
    """Somebody would like to do something with what somebody else published."""

    CONTEXT: ClassVar[list[Any]] = REQUEST_CONTEXT

    instrument: str = ""
    """The id of what they would like to publish."""
    instrument_document: Json | None = field(default=None, compare=False, repr=False)
    """The same, when it comes embedded."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        asked = super().read(doc, vocabulary)
        embedded = doc.one("instrument")
        return replace(
            asked,
            instrument=doc.id("instrument"),
            instrument_document=embedded if isinstance(embedded, dict) else None,
        )

    def write(self) -> Json:
        return super().write() | {"instrument": self.instrument_document or self.instrument}


class QuoteRequest(ConsentQuestion[T]):
    TYPE: ClassVar[str] = "QuoteRequest"


class ReplyRequest(ConsentQuestion[T]):
    TYPE: ClassVar[str] = "ReplyRequest"
    CONTEXT: ClassVar[list[Any]] = [*REQUEST_CONTEXT, COMMENT_CONTEXT[-1]]


class LikeRequest(ConsentQuestion[T]):
    TYPE: ClassVar[str] = "LikeRequest"


class AnnounceRequest(ConsentQuestion[T]):
    TYPE: ClassVar[str] = "AnnounceRequest"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The consent of an author, at an address of their own origin."""

    TYPE: ClassVar[str] = "QuoteAuthorization"
    TYPES: ClassVar[tuple[str, ...]] = (
        "QuoteAuthorization",
        "ReplyAuthorization",
        "LikeAuthorization",
        "AnnounceAuthorization",
    )
    CONTEXT: ClassVar[list[Any]] = REQUEST_CONTEXT

    id: str
    type: str = "QuoteAuthorization"
    attributed_to: str
    """Who consents."""
    interacting: str
    """To what."""
    target: str
    """Being done with which thing of theirs."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(
            id=doc.id("id"),
            type=next((name for name in doc.many("type") if name in cls.TYPES), cls.TYPE),
            attributed_to=doc.id("attributedTo"),
            interacting=doc.id("interactingObject"),
            target=doc.id("interactionTarget"),
        )

    def write(self) -> Json:
        return {
            "id": self.id,
            "type": self.type,
            "attributedTo": self.attributed_to,
            "interactingObject": self.interacting,
            "interactionTarget": self.target,
        }


REQUESTS: tuple[type[Entity], ...] = (QuoteRequest, ReplyRequest, LikeRequest, AnnounceRequest, Stamp)
