"""How it travels that somebody with a skill is looked for: a Note by its Group, which others show as a post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_be_by, may_have
from fedirec.activitypub.contexts import NEED_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.errors import Invalid
from fedirec.remix.roles import RELATORS, find_role
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.notes import NoteObject, not_to_be_quoted, read_note
from fedirec.remix.vocab.text import clean_line, find_id

MAX_NEEDS: Final = 20
"""Of one group."""
MAX_WORDS: Final = 500
"""Characters."""
_LEFT_OUT: Final = ("content", "interactionPolicy", "name", "to", "cc", "url", "audience", "sensitive")
"""What a need does not say again among those of its group."""


@dataclass(frozen=True, kw_only=True)
class NeedObject(NoteObject):
    """A challenge or a project looks for somebody with a skill."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "need"
    CONTEXT: ClassVar[list[Any]] = NEED_CONTEXT

    skill: str = ""
    """The code of a role, one of `skills.CODES`; empty for what is not known here."""
    part: str | None = None
    """The step that it is about."""

    @property
    def words(self) -> str:
        """What is said about it, in one line."""
        return clean_line(self.markdown, MAX_WORDS)

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid as `read_note` does, and for a group of another origin."""
        note = read_note(doc)
        if not may_be_by(note["id"], author=note["attributed_to"]):
            raise Invalid("what is looked for is said by its own group")
        part, role = find_id(doc, "isPartOf"), find_role(find_id(doc, "roleName") or "")
        return cls(
            skill=role.code if role is not None and role.code in CODES else "",
            part=part if part and may_have(part, owner=note["id"]) else None,
            **note,
        )

    def write(self) -> Json:
        document = not_to_be_quoted(self.write_note()) | {"kind": self.KIND, "roleName": RELATORS + self.skill}
        return document | {"isPartOf": self.part} if self.part else document


def write_needs(group: str, needs: Iterable[NeedObject]) -> Json:
    """The collection of what `group` looks for, as it stands at its address and in the document of the group."""
    items = [{key: value for key, value in need.write().items() if key not in _LEFT_OUT} for need in needs]
    return {"type": "Collection", "id": f"{group}/needs", "items": items}


def read_needs(doc: Doc, *, owner: str) -> tuple[NeedObject, ...] | None:
    """What the group at `owner` says that it looks for, up to MAX_NEEDS, of skills that are known here.

    `doc` is the collection. None for what is no collection, or does not say what is in it.
    """
    if not {"Collection", "OrderedCollection"} & {each for each in doc.many("type") if isinstance(each, str)}:
        return None
    if "items" not in doc.data and "orderedItems" not in doc.data:
        return () if "first" not in doc.data else None
    found: dict[str, NeedObject] = {}
    for entry in [*doc.docs("items"), *doc.docs("orderedItems")][: 2 * MAX_NEEDS]:
        try:
            need = NeedObject.read(entry, Vocabulary(()))
        except Invalid:
            continue
        if need.skill and need.attributed_to == owner:
            found.setdefault(need.id, need)
    return tuple(found.values())[:MAX_NEEDS]


def find_needs(doc: Doc, *, owner: str) -> tuple[NeedObject, ...] | None:
    """The same for the document of a group that has its needs in it."""
    return next((read_needs(each, owner=owner) for each in doc.docs("needs")), None)
