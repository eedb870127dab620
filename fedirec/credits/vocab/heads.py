"""How the end of an instance's audit chain travels: a number and a digest that nobody takes back once they are out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import HEAD_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, write_instant
from fedirec.errors import Invalid
from fedirec.remix.vocab.text import find_id

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_LAST: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class ChainHeadObject:
    """The last link of the audit chain of an instance at one time."""

    TYPE: ClassVar[str] = "Object"
    """None of its own: libraries refuse an activity about an object whose type they do not know."""
    KIND: ClassVar[str] = "chainHead"
    CONTEXT: ClassVar[list[Any]] = HEAD_CONTEXT

    id: str
    instance: str
    """The actor of the instance, which signs it."""
    number: int
    digest: str
    """Of the link, in hex (`ledger.chain`)."""
    about: str = ""
    """What had just been locked."""
    published: datetime

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid for what is no number and digest, or not of the origin of the instance."""
        uri, instance = doc.id("id"), doc.id("attributedTo")
        number, digest = doc.data.get("chainNumber"), doc.text("chainDigest")
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _LAST:
            raise Invalid("a link of an audit log has a number")
        if not _DIGEST.fullmatch(digest):
            raise Invalid("a link of an audit log has a digest")
        if not may_have(uri, owner=instance):
            raise Invalid("the end of an audit log is of the origin of its instance")
        return cls(
            id=uri,
            instance=instance,
            number=number,
            digest=digest,
            about=find_id(doc, "about") or "",
            published=doc.instant("published"),
        )

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "kind": self.KIND,
            "attributedTo": self.instance,
            "chainNumber": self.number,
            "chainDigest": self.digest,
            "published": write_instant(self.published),
        }
        return document | ({"about": self.about} if self.about else {})
