"""How people come into a project and out of it across instances, in the words of ActivityStreams.

`Invite` and its answers go between the Group and somebody elsewhere; `Join`, its answers and `Leave` the other way
round. Answers embed what they answer, so that nobody takes them for an answer to something else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self, TypeVar

from fedirec.activitypub.vocab import Activity, Doc, Entity, Json, Vocabulary
from fedirec.remix.roles import RELATORS, find_role
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.text import find_id

T = TypeVar("T", bound=Entity, covariant=True)


@dataclass(frozen=True, slots=True)
class Inviter:
    """Whose idea an invitation was, as the project says."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Invite(Activity[T]):
    """A project, the actor and the object, invites the target to be a member of it."""

    TYPE: ClassVar[str] = "Invite"
    by: Inviter | None = None
    """Who leads the project and had the idea."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        invite, said = super().read(doc, vocabulary), doc.data.get("attributedTo")
        if not isinstance(said, dict):
            return invite
        who = Doc(said)
        return replace(invite, by=Inviter(id=who.id("id"), name=who.find_text("name") or ""))

    def write(self) -> Json:
        document = super().write()
        if self.by is not None:
            document["attributedTo"] = {"type": "Person", "id": self.by.id, "name": self.by.name}
        return document


@dataclass(frozen=True, kw_only=True)
class Join(Activity[T]):
    """Somebody asks to be a member of a project, the object."""

    TYPE: ClassVar[str] = "Join"
    skill: str = ""
    """The code of what they would do there, one of `skills.CODES`; empty for whatever is needed."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        role = find_role(find_id(doc, "roleName") or "")
        known = role is not None and role.code in CODES
        return replace(super().read(doc, vocabulary), skill=role.code if role is not None and known else "")

    def write(self) -> Json:
        return super().write() | ({"roleName": RELATORS + self.skill} if self.skill else {})


class Leave(Activity[T]):
    """Somebody is not in a project, the object, any more."""

    TYPE: ClassVar[str] = "Leave"
