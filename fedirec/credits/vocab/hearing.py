"""What is said to a proposal, as its home tells it: objections with their answers and appeals, decisions, comments.

Whoever objected takes an objection back, or appeals against its answer, by naming it with the revision that is in
force: the same object, with its first four members alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import PROPOSAL_CONTEXT
from fedirec.activitypub.vocab import PUBLIC, Doc, Json, Vocabulary, write_instant
from fedirec.credits.decisions import Outcome, Rule
from fedirec.credits.objections import MAX_REMEDY, MAX_WORDS, AppealState, ObjectionKind, ObjectionState, Resolution
from fedirec.credits.revisions import MAX_NUMBER
from fedirec.credits.revisions.lines import MAX_KEY
from fedirec.credits.shares import WHOLE
from fedirec.credits.vocab.credits import MAX_DIGEST
from fedirec.credits.vocab.proposals import is_whole
from fedirec.errors import Invalid
from fedirec.html import plain
from fedirec.remix.vocab.text import MAX_CONTENT, clean_line, clean_text, find_id

_MAX_URI: Final = 2_048


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What somebody said about an objection: an answer to it, or to an appeal."""

    author: str | None
    words: str
    published: datetime

    @classmethod
    def find(cls, doc: Doc, key: str) -> Self | None:
        said = _inside(doc, key)
        if said is None:
            return None
        return cls(author=find_id(said, "attributedTo"), words=read_words(said), published=said.instant("published"))

    def write(self) -> Json:
        document: Json = {"type": "Note", "content": write_words(self.words)}
        if self.author:
            document["attributedTo"] = self.author
        return document | {"published": write_instant(self.published)}


@dataclass(frozen=True, kw_only=True)
class AppealSaid:
    """That others were asked to look, and what came of it."""

    words: str
    state: AppealState
    published: datetime
    answer: Saying | None = None

    @classmethod
    def find(cls, doc: Doc, key: str) -> Self | None:
        said = _inside(doc, key)
        if said is None:
            return None
        return cls(
            words=read_words(said),
            state=_one_of(AppealState, said, "state", AppealState.OPEN),
            published=said.instant("published"),
            answer=Saying.find(said, "answer"),
        )

    def write(self) -> Json:
        document: Json = {"type": "Note", "content": write_words(self.words), "state": self.state.value}
        document["published"] = write_instant(self.published)
        return document | ({"answer": self.answer.write()} if self.answer else {})


@dataclass(frozen=True, kw_only=True)
class ObjectionObject:
    """An objection to one revision of a proposal; named alone, by whoever takes it back or appeals, with the revision
    in force.
    """

    TYPE: ClassVar[str] = "Object"
    """None of its own: libraries refuse an activity about an object whose type they do not know."""
    KIND: ClassVar[str] = "objection"
    CONTEXT: ClassVar[list[Any]] = PROPOSAL_CONTEXT

    id: str
    """Where it stands; or the activity by which it was made, while nobody has told where that is."""
    about: str
    """The proposal."""
    revision: int
    digest: str
    author: str | None = None
    kind: ObjectionKind | None = None
    line: str = ""
    words: str = ""
    remedy: str = ""
    wanted: int | None = None
    """Parts per million."""
    state: ObjectionState = ObjectionState.OPEN
    resolution: Resolution | None = None
    answer: Saying | None = None
    appeal: AppealSaid | None = None
    published: datetime | None = None
    evidence: str | None = None
    """The signed activity by which it came."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid unless it names a revision by its number and its digest."""
        number, wanted = doc.data.get("revision"), doc.data.get("wanted")
        if not isinstance(number, int) or not is_whole(number, MAX_NUMBER) or number == 0:
            raise Invalid("an objection is to one revision of a proposal")
        kind, outcome = doc.find_text("objection"), doc.find_text("outcome")
        evidence = [each for each in doc.many("evidence")[:1] if isinstance(each, str)]
        return cls(
            id=doc.id("id"),
            about=doc.id("about"),
            revision=number,
            digest=clean_line(doc.text("digestMultibase"), MAX_DIGEST),
            author=find_id(doc, "attributedTo"),
            kind=ObjectionKind(kind) if kind in tuple(ObjectionKind) else None,
            line=clean_line(doc.find_text("line"), MAX_KEY),
            words=read_words(doc),
            remedy=clean_text(doc.find_text("remedy"), 4 * MAX_REMEDY)[:MAX_REMEDY],
            wanted=wanted if isinstance(wanted, int) and is_whole(wanted, WHOLE) else None,
            state=_one_of(ObjectionState, doc, "state", ObjectionState.OPEN),
            resolution=Resolution(outcome) if outcome in tuple(Resolution) else None,
            answer=Saying.find(doc, "answer"),
            appeal=AppealSaid.find(doc, "appeal"),
            published=doc.find_instant("published"),
            evidence=evidence[0] if evidence else None,
        )

    def write(self) -> Json:
        document: Json = {"id": self.id, "type": self.TYPE, "kind": self.KIND, "about": self.about}
        document |= {"revision": self.revision, "digestMultibase": self.digest}
        if self.author is None or self.published is None:
            return document
        document |= {"attributedTo": self.author, "objection": str(self.kind), "content": write_words(self.words)}
        document |= {"remedy": self.remedy, "state": self.state.value, "published": write_instant(self.published)}
        if self.line:
            document["line"] = self.line
        if self.wanted is not None:
            document["wanted"] = self.wanted
        if self.evidence:
            document["evidence"] = [self.evidence]
        if self.resolution is not None:
            document["outcome"] = self.resolution.value
        for key, said in (("answer", self.answer), ("appeal", self.appeal)):
            if said is not None:
                document[key] = said.write()
        return document


@dataclass(frozen=True, kw_only=True)
class DecisionObject:
    """How a revision was decided, and why."""

    TYPE: ClassVar[str] = "Object"
    KIND: ClassVar[str] = "decision"

    id: str
    about: str
    revision: int
    digest: str
    rule: Rule
    outcome: Outcome
    reason: str = ""
    author: str | None = None
    """Who decided; None where those who are listed did."""
    published: datetime

    @classmethod
    def read(cls, doc: Doc) -> Self:
        """Raises Invalid for what is no decision on one revision."""
        number, outcome, rule = doc.data.get("revision"), doc.find_text("outcome"), doc.find_text("rule")
        if not isinstance(number, int) or not is_whole(number, MAX_NUMBER) or number == 0:
            raise Invalid("a decision is about one revision of a proposal")
        if outcome not in tuple(Outcome) or rule not in tuple(Rule):
            raise Invalid("a decision says by which rule, and what")
        return cls(
            id=doc.id("id"),
            about=doc.id("about"),
            revision=number,
            digest=clean_line(doc.text("digestMultibase"), MAX_DIGEST),
            rule=Rule(rule),
            outcome=Outcome(outcome),
            reason=read_words(doc),
            author=find_id(doc, "attributedTo"),
            published=doc.instant("published"),
        )

    def write(self) -> Json:
        document: Json = {"id": self.id, "type": self.TYPE, "kind": self.KIND, "about": self.about}
        document |= {"revision": self.revision, "digestMultibase": self.digest}
        document |= {"rule": self.rule.value, "outcome": self.outcome.value, "published": write_instant(self.published)}
        if self.author:
            document["attributedTo"] = self.author
        return document | ({"content": write_words(self.reason)} if self.reason else {})


@dataclass(frozen=True, kw_only=True)
class CommentSaid:
    """What anybody said, which decides nothing."""

    TYPE: ClassVar[str] = "Note"

    id: str
    about: str
    author: str
    content: str
    """HTML as it came: it has to pass fedirec.html before anybody sees it."""
    published: datetime

    @classmethod
    def read(cls, doc: Doc) -> Self:
        """Raises Invalid when something is missing."""
        return cls(
            id=doc.id("id"),
            about=doc.id("inReplyTo"),
            author=doc.id("attributedTo"),
            content=clean_text(doc.text("content"), MAX_CONTENT),
            published=doc.instant("published"),
        )

    def write(self) -> Json:
        document: Json = {"id": self.id, "type": self.TYPE, "inReplyTo": self.about, "attributedTo": self.author}
        return document | {"content": self.content, "published": write_instant(self.published), "to": [PUBLIC]}


def read_reply(entry: object, *, to: str) -> ObjectionObject | DecisionObject | CommentSaid | None:
    """What an entry of the replies to the proposal at `to` says; None for what says nothing about that, or is not of
    its origin.
    """
    if not isinstance(entry, dict):
        return None
    doc = Doc(entry)
    found: ObjectionObject | DecisionObject | CommentSaid
    try:
        if entry.get("kind") == ObjectionObject.KIND:
            found = ObjectionObject.read(doc, Vocabulary(()))
        elif entry.get("kind") == DecisionObject.KIND:
            found = DecisionObject.read(doc)
        else:
            found = CommentSaid.read(doc)
    except Invalid:
        return None
    is_of_it = found.about == to and may_have(found.id, owner=to) and len(found.id) <= _MAX_URI
    return found if is_of_it else None


def write_words(words: str) -> str:
    """Plain `words` as HTML that says just them."""
    return escape(words, quote=False).replace("\n", "<br>")


def read_words(doc: Doc) -> str:
    """The `content` of `doc` without its marks."""
    return plain(clean_text(doc.find_text("content"), 8 * MAX_WORDS))[:MAX_WORDS]


def _inside(doc: Doc, key: str) -> Doc | None:
    values = doc.many(key)
    return Doc(values[0]) if len(values) == 1 and isinstance(values[0], dict) else None


def _one_of(kind: Any, doc: Doc, key: str, otherwise: Any) -> Any:
    value = doc.find_text(key)
    return kind(value) if value in tuple(kind) else otherwise
