"""Asking the author of a work before one remixes it, and their consent as a signed stamp.

The question is an `Offer`, so that every server can read it; its `kind` tells it from what is offered to a challenge.
It names the source in `object` and the remix in `instrument`, as FEP-044f does, and is accepted with the address of a
stamp in `result`. The stamp says to which version of the remix its author agreed, and of which version of the source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final, Self, TypeVar

from fedirec.activitypub.contexts import CONSENT_CONTEXT
from fedirec.activitypub.vocab import ConsentQuestion, Doc, Entity, Json, Vocabulary, write_instant
from fedirec.remix.roles import find_role
from fedirec.remix.vocab.text import clean_line, find_id, ids

MAX_ROLES: Final = 16
MAX_WORDS: Final = 1_000
"""Characters of what one says to the other."""
_MAX_LICENCE: Final = 300
_MAX_DIGEST: Final = 100
T = TypeVar("T", bound=Entity, covariant=True)


@dataclass(frozen=True, kw_only=True)
class RemixQuestion(ConsentQuestion[T]):
    """Somebody made a remix, the instrument, and asks the author of its source, the object."""

    TYPE: ClassVar[str] = "Offer"
    KIND: ClassVar[str] = "remixRequest"
    CONTEXT: ClassVar[list[Any]] = CONSENT_CONTEXT

    licence: str | None = None
    """The address of the licence that the remix carries."""
    roles: tuple[str, ...] = ()
    """As what it credits the author of the source."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return replace(
            super().read(doc, vocabulary),
            licence=clean_line(find_id(doc, "license"), _MAX_LICENCE) or None,
            roles=read_roles(doc),
        )

    def write(self) -> Json:
        document = super().write() | {"kind": self.KIND}
        return document | write_grant(self.licence, self.roles)


@dataclass(frozen=True, kw_only=True)
class RemixStamp:
    """The author of a source agrees to one remix of it, at an address of their own origin."""

    TYPE: ClassVar[str] = "RemixAuthorization"
    CONTEXT: ClassVar[list[Any]] = CONSENT_CONTEXT

    id: str
    attributed_to: str
    """Who agrees."""
    interacting: str
    """The remix."""
    target: str
    """The source."""
    published: datetime
    interacting_digest: str
    """The record digest of the remix as it was then."""
    target_digest: str
    """The record digest of the source as it was then."""
    licence: str | None = None
    """The address of the licence under which the remix may be; None where it has no address."""
    roles: tuple[str, ...] = ()
    """As what the author of the source is credited."""
    is_automatic: bool = False
    """Whether nobody looked at it: its author agreed beforehand to whatever is made."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        return cls(
            id=doc.id("id"),
            attributed_to=doc.id("attributedTo"),
            interacting=doc.id("interactingObject"),
            target=doc.id("interactionTarget"),
            published=doc.instant("published"),
            interacting_digest=clean_line(doc.text("interactingDigest"), _MAX_DIGEST),
            target_digest=clean_line(doc.text("targetDigest"), _MAX_DIGEST),
            licence=clean_line(find_id(doc, "license"), _MAX_LICENCE) or None,
            roles=read_roles(doc),
            is_automatic=doc.flag("automatic"),
        )

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "attributedTo": self.attributed_to,
            "interactingObject": self.interacting,
            "interactionTarget": self.target,
            "interactingDigest": self.interacting_digest,
            "targetDigest": self.target_digest,
            "published": write_instant(self.published),
        }
        document |= write_grant(self.licence, self.roles)
        return document | {"automatic": True} if self.is_automatic else document


def read_roles(doc: Doc) -> tuple[str, ...]:
    """The addresses of the roles that are named and known here, each once."""
    return tuple(role.iri for named in ids(doc, "roles", MAX_ROLES) if (role := find_role(named)))


def write_grant(licence: str | None, roles: tuple[str, ...]) -> Json:
    document: Json = {"license": licence} if licence else {}
    return document | {"roles": list(roles)} if roles else document
