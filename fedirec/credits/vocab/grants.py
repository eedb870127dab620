"""How a grant travels: the words that an author is asked to agree to, with the digest that their answer names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import GRANT_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.credits.grants import GrantScope, digest_grant, read_scope
from fedirec.errors import Invalid
from fedirec.remix.vocab.text import MAX_NAME, clean_line, clean_text

_MAX_WORDS: Final = 4_000


@dataclass(frozen=True, kw_only=True)
class GrantObject:
    """An author lets money be made with a work of theirs, or is asked to."""

    TYPE: ClassVar[str] = "Agreement"
    KIND: ClassVar[str] = "monetization"
    CONTEXT: ClassVar[list[Any]] = GRANT_CONTEXT

    id: str
    production: str
    """Because of which they are asked."""
    record: str
    author: str
    scope: GrantScope
    scope_uri: str
    version: int
    words: str
    name: str = ""
    """What the production is called; no part of what is digested."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid when something is missing, for what is of another origin than its production, and for what is
        not what its digest says.
        """
        found = cls(
            id=doc.id("id"),
            production=doc.id("isPartOf"),
            record=doc.id("record"),
            author=doc.id("attributedTo"),
            scope=read_scope(doc.text("scope")),
            scope_uri=doc.id("scopeUri"),
            version=doc.number("termsVersion") or 0,
            words=clean_text(doc.text("content"), _MAX_WORDS),
            name=clean_line(doc.find_text("name"), MAX_NAME),
        )
        if not may_have(found.id, owner=found.production) or not may_have(found.scope_uri, owner=found.production):
            raise Invalid("a grant is asked for by the origin of the production")
        if doc.text("digestMultibase") != found.digest:
            raise Invalid("that grant is not what its digest says")
        return found

    @property
    def digest(self) -> str:
        return digest_grant(
            record=self.record,
            author=self.author,
            scope=self.scope,
            scope_uri=self.scope_uri,
            version=self.version,
            words=self.words,
        )

    def write(self) -> Json:
        document: Json = {
            "type": self.TYPE,
            "kind": self.KIND,
            "id": self.id,
            "isPartOf": self.production,
            "record": self.record,
            "attributedTo": self.author,
            "scope": self.scope.value,
            "scopeUri": self.scope_uri,
            "termsVersion": self.version,
            "content": self.words,
            "digestMultibase": self.digest,
        }
        return document | {"name": self.name} if self.name else document
