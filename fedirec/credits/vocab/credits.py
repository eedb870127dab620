"""How one line of a credit list travels: asked about by its project, and answered by the person.

It is the `Role` of records and manifests with an id of its own, and with the digest of what is asked: an answer is to
exactly that, and to nothing that the line may say later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import CREDIT_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.credits.lines import MAX_LABEL, digest_line, write_line
from fedirec.errors import Invalid
from fedirec.remix.vocab.text import clean_line, find_id

MAX_DIGEST: Final = 100
_MAX_IRI: Final = 200


@dataclass(frozen=True, kw_only=True)
class CreditObject:
    """Somebody did one thing for a production."""

    TYPE: ClassVar[str] = "Role"
    KIND: ClassVar[str] = "credit"
    CONTEXT: ClassVar[list[Any]] = CREDIT_CONTEXT

    id: str
    production: str
    manifest: str
    """The digest of the manifest of the production."""
    person: str
    role: str
    """The address of the role."""
    label: str = ""
    work: str = ""
    """The work of theirs by which they are in it; empty for what is no record."""
    without_name: bool = False
    """In an answer: they did that, and do not want to be named. No part of what is digested."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid when something is missing, for a line that is not of the origin of its production, and for one
        that is not what its digest says.
        """
        found = cls(
            id=doc.id("id"),
            production=doc.id("isPartOf"),
            manifest=clean_line(doc.text("manifestDigest"), MAX_DIGEST),
            person=doc.id("contributor"),
            role=doc.id("roleName")[:_MAX_IRI],
            label=clean_line(doc.find_text("roleLabel"), MAX_LABEL),
            work=find_id(doc, "record") or "",
            without_name=doc.flag("withoutName"),
        )
        if not may_have(found.id, owner=found.production):
            raise Invalid("a line of a credit list is of the origin of its production")
        if doc.text("digestMultibase") != found.digest:
            raise Invalid("that credit is not what its digest says")
        return found

    @property
    def digest(self) -> str:
        return digest_line(self._line())

    def write(self) -> Json:
        document = {**self._line(), "kind": self.KIND, "digestMultibase": self.digest}
        return document | {"withoutName": True} if self.without_name else document

    def unnamed(self) -> Self:
        """The same, as whoever does not want to be named answers to it."""
        return replace(self, without_name=True)

    def _line(self) -> Json:
        return write_line(
            uri=self.id,
            production=self.production,
            manifest=self.manifest,
            person=self.person,
            role=self.role,
            label=self.label,
            work=self.work,
        )
