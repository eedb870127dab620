"""Reports between instances: a Flag names somebody and what of theirs it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.contexts import CLAIM_CONTEXT
from fedirec.activitypub.vocab.activities import Activity, Ref, Vocabulary
from fedirec.activitypub.vocab.documents import Doc, Json, write_instant
from fedirec.errors import Invalid

MAX_FLAGGED: Final = 50
"""Things of one report that are read; those beyond are left out."""
MAX_CONTENT: Final = 2_000
"""Characters of the words that come with a report; the rest is left out."""

MAX_KIND: Final = 40
MAX_EVIDENCE: Final = 5
"""Addresses that are to show what is claimed; those beyond are left out."""

_POST_IN_WORDS: Final = re.compile(r"^(?:Local )?Note: (https?://\S{1,2000})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNote:
    """What exactly is said not to be right about a record: its sources, or who is credited for what."""

    kind: str
    record: str
    source: str = ""
    person: str = ""
    role: str = ""
    """The address of the role that the person is credited for."""
    wanted_role: str = ""
    evidence: tuple[str, ...] = ()

    @classmethod
    def find(cls, doc: Doc) -> ClaimNote | None:
        """What `doc` claims, if it claims anything that can be understood."""
        for entry in doc.docs("claim"):
            kind, record = entry.find_text("kind"), _first_id(entry, "about")
            if not kind or not record or len(kind) > MAX_KIND:
                continue
            part = next(iter(entry.docs("contributor")), Doc({}))
            evidence = (value for value in entry.many("evidence")[:MAX_EVIDENCE] if isinstance(value, str))
            return cls(
                kind=kind,
                record=record,
                source=_first_id(entry, "isBasedOn"),
                person=_first_id(part, "contributor"),
                role=_first_id(part, "roleName"),
                wanted_role=_first_id(part, "wantedRole"),
                evidence=tuple(dict.fromkeys(evidence)),
            )
        return None

    def write(self) -> Json:
        document: Json = {"kind": self.kind, "about": self.record}
        if self.source:
            document["isBasedOn"] = [self.source]
        if self.person:
            part: Json = {"type": "Role", "contributor": self.person}
            part |= {key: value for key, value in (("roleName", self.role), ("wantedRole", self.wanted_role)) if value}
            document["contributor"] = [part]
        if self.evidence:
            document["evidence"] = list(self.evidence)
        return document


def _first_id(doc: Doc, key: str) -> str:
    """The first of the ids under `key`, or nothing when there is none."""
    for value in doc.many(key):
        try:
            return Doc({key: value}).id(key)
        except Invalid:
            continue
    return ""


@dataclass(frozen=True, kw_only=True)
class Flag(Activity[Ref]):
    """Somebody, and some of what they made, should be looked at by those who run their instance.

    Mastodon sends the person first and their posts behind, others one id alone. Lemmy says why in `summary`, and
    Misskey names the post in its words.
    """

    TYPE: ClassVar[str] = "Flag"
    others: tuple[str, ...] = ()
    """What it is about beside its first object."""
    claim: ClaimNote | None = None
    """What is said not to be right about the trail of a record, where it is that."""

    @property
    def CONTEXT(self) -> list[Any]:  # noqa: N802  (as the types whose terms are always the same call it)
        return CLAIM_CONTEXT if self.claim else []

    @property
    def objects(self) -> tuple[str, ...]:
        """Everything that it is about, each once."""
        return tuple(dict.fromkeys((self.object.id, *self.others)))

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        named = [value.get("id") if isinstance(value, dict) else value for value in doc.many("object")[:MAX_FLAGGED]]
        words = doc.find_text("content") or doc.find_text("summary") or ""
        named += _POST_IN_WORDS.findall(words[:MAX_CONTENT])
        uris = list(dict.fromkeys(value for value in named if isinstance(value, str) and value))[:MAX_FLAGGED]
        if not uris:
            raise Invalid(f"{doc.path}.object: expected an id")
        return cls(
            id=doc.id("id"),
            actor=doc.id("actor"),
            object=Ref(uris[0]),
            others=tuple(uris[1:]),
            to=doc.audience("to"),
            cc=doc.audience("cc"),
            published=doc.find_instant("published"),
            content=words[:MAX_CONTENT] or None,
            claim=ClaimNote.find(doc),
        )

    def write(self) -> Json:
        document: Json = {"type": self.TYPE, "id": self.id, "actor": self.actor, "object": list(self.objects)}
        if self.published:
            document["published"] = write_instant(self.published)
        if self.content:
            document["content"] = self.content
        if self.claim:
            document["claim"] = self.claim.write()
        return document | {key: list(value) for key, value in (("to", self.to), ("cc", self.cc)) if value}
