"""How it travels that somebody with a skill is looked for: as an Intent of ValueFlows, among the needs of its group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import NEED_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, write_instant
from fedirec.errors import Invalid
from fedirec.remix.roles import RELATORS, find_role
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.text import clean_line, find_id

MAX_NEEDS: Final = 20
"""Of one group."""
MAX_WORDS: Final = 500
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedObject:
    """Somebody with a skill is looked for."""

    TYPE: ClassVar[str] = "Intent"
    KIND: ClassVar[str] = "need"
    CONTEXT: ClassVar[list[Any]] = NEED_CONTEXT

    id: str
    skill: str = ""
    """The code of a role, one of `skills.CODES`; empty for what is not known here."""
    words: str = ""
    part: str | None = None
    """The step that it is about."""
    published: datetime | None = None

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        uri = doc.id("id")
        part, role = find_id(doc, "isPartOf"), find_role(find_id(doc, "roleName") or "")
        return cls(
            id=uri,
            skill=role.code if role is not None and role.code in CODES else "",
            words=clean_line(doc.find_text("content"), MAX_WORDS),
            part=part if part and may_have(part, owner=uri) else None,
            published=doc.find_instant("published"),
        )

    def write(self) -> Json:
        document: Json = {"type": self.TYPE, "kind": self.KIND, "id": self.id}
        if self.skill:
            document["roleName"] = RELATORS + self.skill
        if self.words:
            document["content"] = self.words
        if self.part:
            document["isPartOf"] = self.part
        if self.published:
            document["published"] = write_instant(self.published)
        return document


def read_needs(doc: Doc, *, owner: str) -> tuple[NeedObject, ...] | None:
    """What is looked for, up to MAX_NEEDS: at addresses of the origin of `owner`, of skills known here.

    `doc` is the collection. None for what is no collection, or does not say what is in it.
    """
    if not {"Collection", "OrderedCollection"} & {each for each in doc.many("type") if isinstance(each, str)}:
        return None
    if "items" not in doc.data and "orderedItems" not in doc.data:
        return () if doc.number("totalItems") == 0 else None
    found: dict[str, NeedObject] = {}
    for entry in [*doc.docs("items"), *doc.docs("orderedItems")]:
        try:
            need = NeedObject.read(entry, Vocabulary(()))
        except Invalid:
            continue
        if need.skill and may_have(need.id, owner=owner):
            found.setdefault(need.id, need)
    return tuple(found.values())[:MAX_NEEDS]


def write_needs(group: str, needs: Iterable[NeedObject]) -> Json:
    """The collection of what `group` looks for, as it stands at its address and in the document of the group."""
    items = [need.write() for need in needs]
    return {"type": "Collection", "id": f"{group}/needs", "totalItems": len(items), "items": items}


def needs_address(doc: Doc, *, owner: str) -> str | None:
    """Where `owner`, whose document this is, says what it looks for."""
    address = find_id(doc, "needs")
    return address if address and may_have(address, owner=owner) else None
