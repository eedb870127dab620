"""How a challenge travels: as a Group that people on any server can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.contexts import CHALLENGE_CONTEXT
from fedirec.activitypub.vocab import ActorObject, Doc, Json, Vocabulary, write_instant
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.remix.kinds import Kind, kinds_in
from fedirec.remix.licences import find_licence
from fedirec.remix.submissions import TAKING, ChallengeState, known_state
from fedirec.remix.terms import MAX_RULE, MAX_TEXT, DecidedBy, Pays, Terms
from fedirec.remix.vocab.needs import NeedObject, find_needs, write_needs
from fedirec.remix.vocab.tags import Hashtag, read_hashtags, write_tags
from fedirec.remix.vocab.text import clean_text, find_id, ids

MAX_LEADERS: Final = 32
_PAYS: Final = {"none": Pays.NOTHING, "possible": Pays.PERHAPS} | {pays.value: pays for pays in Pays}
_DECIDED_BY: Final = {decided_by.value: decided_by for decided_by in DecidedBy}


@dataclass(frozen=True, kw_only=True)
class ChallengeObject:
    """A creative prompt with a deadline and a promise, as other instances see it."""

    TYPE: ClassVar[str] = "Group"
    KIND: ClassVar[str] = "challenge"
    CONTEXT: ClassVar[list[Any]] = CHALLENGE_CONTEXT

    actor: ActorObject
    """The Group itself: its name, its keys, its inbox."""
    leaders: tuple[str, ...] = ()
    """Who leads it, or the collection of those who do (FEP-1b12)."""
    deadline: datetime | None = None
    kinds_wanted: tuple[Kind, ...] = ()
    """Empty when every kind is welcome."""
    terms: Terms | None = None
    """None also when what came does not agree with its own digest."""
    submissions: str | None = None
    """The collection of what was accepted."""
    prompt: str | None = None
    """The Note that says what is asked for."""
    part_of: str | None = None
    """The project that it belongs to, which has to say so too."""
    state: ChallengeState = ChallengeState.OPEN
    ended: datetime | None = None
    """When it stopped taking anything, where that was before its deadline. Only for writing: who does not know the
    word of its state sees by its date that it is over."""
    needs: tuple[NeedObject, ...] | None = None
    """Whom it looks for; None where it does not say."""
    hashtags: tuple[Hashtag, ...] = ()

    @property
    def id(self) -> str:
        return self.actor.id

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        actor = ActorObject.read(doc, vocabulary)
        return cls(
            actor=actor,
            leaders=ids(doc, "attributedTo", MAX_LEADERS),
            deadline=doc.find_instant("endTime"),
            kinds_wanted=kinds_in(doc.many("kindsWanted")),
            terms=_find_terms(doc),
            submissions=_near(doc, "submissions", actor.id),
            prompt=_near(doc, "prompt", actor.id),
            part_of=find_id(doc, "isPartOf"),
            state=known_state(doc.find_text("state")),
            needs=find_needs(doc, owner=actor.id),
            hashtags=read_hashtags(doc),
        )

    def write(self) -> Json:
        document = self.actor.write() | {"kind": self.KIND, "state": self.state.value}
        for key, value in (
            ("attributedTo", self.leaders[0] if len(self.leaders) == 1 else list(self.leaders)),
            ("kindsWanted", [str(kind) for kind in self.kinds_wanted]),
            ("submissions", self.submissions),
            ("prompt", self.prompt),
            ("tag", write_tags(self.hashtags)),
            ("needs", None if self.needs is None else write_needs(self.id, self.needs)),
            ("isPartOf", self.part_of),
        ):
            if value:
                document[key] = value
        until = self.deadline if self.state in TAKING else min(filter(None, (self.ended, self.deadline)), default=None)
        if until:
            document["endTime"] = write_instant(until)
        if self.terms:
            document["terms"] = _write_terms(self.terms)
            document["license"] = find_licence(self.terms.licence).url
        return document


def _write_terms(terms: Terms) -> Json:
    """The terms as a document carries them, with the digest that binds them."""
    return terms.write() | {"termsDigest": terms.digest}


def _find_terms(doc: Doc) -> Terms | None:
    """The terms of a challenge, or None when there are none, they make no sense, or their digest is of others."""
    for entry in doc.docs("terms"):
        version, units = entry.number("termsVersion"), entry.find_text("minorUnits")
        pays = _PAYS.get(entry.find_text("pays") or "")
        decided_by = _DECIDED_BY.get(entry.find_text("decidedBy") or "")
        currency = entry.find_text("currency")
        if version is None or pays is None or decided_by is None:
            return None
        try:
            terms = Terms(
                version=version,
                licence=find_licence(find_id(entry, "license")).id,
                pays=pays,
                amount=_units(units),
                currency=currency if currency in CURRENCIES else None,
                decided_by=decided_by,
                rule=clean_text(entry.find_text("rule"), 4 * MAX_RULE),
                method=clean_text(entry.find_text("method"), 4 * MAX_RULE),
                text=clean_text(entry.find_text("content"), MAX_TEXT),
            )
        except Invalid:
            return None
        return terms if terms.digest == entry.find_text("termsDigest") else None
    return None


def _units(text: str | None) -> int | None:
    return int(text) if text and len(text) <= 14 and text.isascii() and text.isdecimal() else None


def _near(doc: Doc, key: str, actor: str) -> str | None:
    address = find_id(doc, key)
    return address if address and may_have(address, owner=actor) else None
