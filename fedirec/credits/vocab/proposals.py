"""How a pay proposal travels: what one revision of it says, word for word, and what somebody says to exactly that.

It is a `Proposal` of the federated marketplace (FEP-0837), so that software which knows that vocabulary sees who offers
how much. Everything that people accept stands in it under the names of `revisions`: a reader puts the document together
again, and believes nothing but what its digest says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import PROPOSAL_CONTEXT
from fedirec.activitypub.vocab import PUBLIC, Doc, Json, Vocabulary, write_instant
from fedirec.credits.objections import MAX_REMEDY, ObjectionKind
from fedirec.credits.proposals import State
from fedirec.credits.revisions import MAX_ABOUT, MAX_NUMBER, Revision, read
from fedirec.credits.revisions.lines import MAX_KEY
from fedirec.credits.shares import WHOLE
from fedirec.credits.vocab.credits import MAX_DIGEST
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.remix.sizes import is_small
from fedirec.remix.vocab.text import clean_line, clean_text, find_id

MAX_INLINE: Final = 32
"""Lines that stand in the proposal itself; more of them are a collection."""
MAX_NOTE: Final = 4_000
_HEAD: Final[tuple[str, ...]] = (
    *("version", "scope", "revision", "previous", "name", "about", "pool", "currency", "minorUnits"),
    *("hostShare", "rule", "adjusts"),
)
"""What the document of a revision says besides its lines, and besides the address of the proposal, which is the id."""
_TOLD: Final = frozenset(State) - {State.DRAFT}
_MONEY: Final = "http://publications.europa.eu/resource/authority/currency/"
"""The currencies of ISO 4217 as resources (the authority table of the European Union)."""


@dataclass(frozen=True, kw_only=True)
class ProposalObject:
    """How money is to be shared, as the newest revision says."""

    TYPE: ClassVar[str] = "Proposal"
    KIND: ClassVar[str] = "payProposal"
    CONTEXT: ClassVar[list[Any]] = PROPOSAL_CONTEXT

    id: str
    group: str
    """Who announces it."""
    digest: str
    """Of the document of the revision: what people accept."""
    head: Json = field(hash=False)
    """That document without its lines and without the address of the proposal."""
    lines: tuple[Json, ...] | None = field(hash=False)
    """Its lines; None where they stand in a collection of their own."""
    lines_at: str | None = None
    """Where that is."""
    state: str = State.PUBLISHED.value
    note: str = ""
    """What changed and why."""
    published: datetime | None = None
    updated: datetime | None = None
    closes: datetime | None = None
    """Until when people can object."""
    replies: str | None = None
    """The collection of what is said to it: objections, decisions and comments (`vocab.hearing`)."""

    @classmethod
    def make(cls, revision: Revision, *, group: str, lines_at: str, **facts: Any) -> ProposalObject:
        """`revision` of the proposal of `group`; its lines stand at `lines_at` where they are too many."""
        document = revision.write()
        lines = tuple(document["splits"])
        head = {name: document[name] for name in _HEAD if name in document}
        found = cls(id=revision.proposal, group=group, digest=revision.digest, head=head, lines=lines, **facts)
        if len(lines) <= MAX_INLINE and is_small(found.write()):
            return found
        return cls(
            id=revision.proposal,
            group=group,
            digest=revision.digest,
            head=head,
            lines=None,
            lines_at=lines_at,
            **facts,
        )

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid when something is missing, for what is no revision, and for one that is not what its digest
        says: of that nothing is believed.
        """
        uri, splits = doc.id("id"), doc.data.get("splits")
        head = {name: doc.data[name] for name in _HEAD if name in doc.data}
        if "about" in head:
            head["about"] = list(doc.ids("about"))[: MAX_ABOUT + 1]
        lines, address = _lines(splits)
        if address is not None and not may_have(address, owner=uri):
            raise Invalid("the lines of a proposal are of its own origin")
        state = doc.find_text("state")
        found = cls(
            id=uri,
            group=doc.id("attributedTo"),
            digest=clean_line(doc.text("digestMultibase"), MAX_DIGEST),
            head=head,
            lines=lines,
            lines_at=address,
            state=state if state in tuple(_TOLD) else State.PUBLISHED.value,
            note=clean_text(doc.find_text("summary"), MAX_NOTE),
            published=doc.find_instant("published"),
            updated=doc.find_instant("updated"),
            closes=doc.find_instant("endTime"),
            replies=find_id(doc, "replies"),
        )
        if lines is not None:
            found.revision()
        return found

    def revision(self, lines: tuple[Any, ...] | None = None) -> Revision:
        """The revision that it tells, with `lines` where they stood elsewhere. Raises Invalid unless it is exactly what
        the digest says.
        """
        said = self.lines if lines is None else lines
        if said is None:
            raise Invalid("the lines of that proposal stand elsewhere")
        revision = read({**self.head, "proposal": self.id, "splits": list(said)})
        if revision.digest != self.digest:
            raise Invalid("that proposal is not what its digest says")
        return revision

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "kind": self.KIND,
            "purpose": "offer",
            "unitBased": False,
            "attributedTo": self.group,
            "to": [PUBLIC],
            **self.head,
            "digestMultibase": self.digest,
            "splits": self.lines_at if self.lines is None else list(self.lines),
            "publishes": self._intent(),
            "state": self.state,
        }
        for key, text in (("summary", self.note), ("replies", self.replies)):
            if text:
                document[key] = text
        for key, moment in (("published", self.published), ("updated", self.updated), ("endTime", self.closes)):
            if moment:
                document[key] = write_instant(moment)
        return document

    def _intent(self) -> Json:
        """The same in the words of the marketplace: somebody transfers that much of a currency."""
        currency, units = self.head.get("currency"), self.head.get("minorUnits")
        intent: Json = {"id": f"{self.id}#primary", "type": "Intent", "action": "transfer"}
        intent["resourceConformsTo"] = f"{_MONEY}{currency}"
        if units is not None:
            amount = Decimal(units).scaleb(-CURRENCIES[str(currency)])
            intent["resourceQuantity"] = {"type": "Measure", "hasUnit": "one", "hasNumericalValue": f"{amount:f}"}
        return intent


@dataclass(frozen=True, kw_only=True)
class ProposalRef:
    """One exact revision of a proposal, as whoever accepts or rejects it names it, with what they wish instead."""

    TYPE: ClassVar[str] = "Proposal"
    CONTEXT: ClassVar[list[Any]] = PROPOSAL_CONTEXT

    id: str
    revision: int
    digest: str
    recused: bool | None = None
    """In what is accepted: whether the share is given back, or taken again; None where neither is said."""
    line: str = ""
    """The one line that is meant; empty for the whole, or for all lines of who says it."""
    objection: ObjectionKind | None = None
    """In what is rejected: what is wrong."""
    remedy: str = ""
    """What is wished instead."""
    wanted: int | None = None
    """Parts per million that the line, or whoever is left out, should have."""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid unless it names a revision by its number and its digest."""
        number, wanted = doc.data.get("revision"), doc.data.get("wanted")
        if not isinstance(number, int) or not is_whole(number, MAX_NUMBER) or number == 0:
            raise Invalid("what is accepted or rejected is one revision of a proposal")
        if wanted is not None and not is_whole(wanted, WHOLE):
            raise Invalid("a share is a whole number of parts per million")
        recused, kind = doc.data.get("recused"), doc.find_text("objection")
        return cls(
            id=doc.id("id"),
            revision=number,
            digest=clean_line(doc.text("digestMultibase"), MAX_DIGEST),
            recused=recused if isinstance(recused, bool) else None,
            line=clean_line(doc.find_text("line"), MAX_KEY),
            objection=ObjectionKind(kind) if kind in tuple(ObjectionKind) else None,
            remedy=clean_text(doc.find_text("remedy"), 4 * MAX_REMEDY)[:MAX_REMEDY],
            wanted=wanted,
        )

    def write(self) -> Json:
        document: Json = {"type": self.TYPE, "id": self.id, "revision": self.revision, "digestMultibase": self.digest}
        for key, value in (("line", self.line), ("objection", self.objection), ("remedy", self.remedy)):
            if value:
                document[key] = str(value)
        if self.recused is not None:
            document["recused"] = self.recused
        return document if self.wanted is None else document | {"wanted": self.wanted}


def _lines(splits: Any) -> tuple[tuple[Json, ...] | None, str | None]:
    """The lines that stand in a proposal, or the address of the collection that has them."""
    values = splits if isinstance(splits, list) else [splits]
    if len(values) == 1 and isinstance(values[0], str):
        return None, Doc({"splits": values[0]}).id("splits")
    if not values or len(values) > MAX_INLINE or not all(isinstance(each, dict) for each in values):
        raise Invalid("a proposal says its lines, or where they are")
    return tuple(values), None


def is_whole(value: Any, most: int) -> bool:
    """Whether it is a whole number from 0 to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
