"""Reports between instances: a Flag names somebody and what of theirs it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from fedirec.activitypub.vocab.activities import Activity, Ref, Vocabulary
from fedirec.activitypub.vocab.documents import Doc, Json, write_instant
from fedirec.errors import Invalid

MAX_FLAGGED: Final = 50
"""Things of one report that are read; those beyond are left out."""
MAX_CONTENT: Final = 2_000
"""Characters of the words that come with a report; the rest is left out."""

_POST_IN_WORDS: Final = re.compile(r"^(?:Local )?Note: (https?://\S{1,2000})$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Flag(Activity[Ref]):
    """Somebody, and some of what they made, should be looked at by those who run their instance.

    Mastodon sends the person first and their posts behind, others one id alone. Lemmy says why in `summary`, and
    Misskey names the post in its words.
    """

    TYPE: ClassVar[str] = "Flag"
    others: tuple[str, ...] = ()
    """What it is about beside its first object."""

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
        )

    def write(self) -> Json:
        document: Json = {"type": self.TYPE, "id": self.id, "actor": self.actor, "object": list(self.objects)}
        if self.published:
            document["published"] = write_instant(self.published)
        if self.content:
            document["content"] = self.content
        return document | {key: list(value) for key, value in (("to", self.to), ("cc", self.cc)) if value}
