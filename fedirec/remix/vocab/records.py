"""How a record travels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from fedirec.activitypub.consent import Rule
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.lineage import MAX_SOURCES, Relation
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.terms import MAX_VERSION
from fedirec.remix.vocab.notes import NoteObject, read_note
from fedirec.remix.vocab.text import clean_line, find_id, ids

MAX_CONTRIBUTORS: Final = 32
MAX_POLICY: Final = 8
_MAX_LICENCE: Final = 300
_MAX_ROLE: Final = 200
_MAX_DIGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """What a record was made from, and how."""

    id: str
    relation: Relation = Relation.ADAPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorObject:
    """Who had which part in a record, as its author says."""

    person: str
    role: str = CONTRIBUTOR.iri
    """The address of the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsRef:
    """The terms of a challenge under which a record was made."""

    version: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class RecordObject(NoteObject):
    """A creative work, as other instances see it."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "record"

    licence: str | None = None
    """The address of its licence."""
    sources: tuple[SourceObject, ...] = ()
    contributors: tuple[ContributorObject, ...] = ()
    challenge: str | None = None
    """The id of the Group that it answers."""
    terms: TermsRef | None = None
    record_digest: str | None = None
    """What its author's instance says that `digest.record_digest` is."""
    can_quote: tuple[str, ...] = ()
    """Who may quote it without asking (FEP-044f)."""
    can_quote_asked: tuple[str, ...] = ()
    """Who may quote it when its author agrees."""

    @property
    def media_kind(self) -> Kind:
        return kind_of(f"{attachment.kind}/*" for attachment in self.attachments)

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        automatic, manual = _can_quote(doc)
        return cls(
            licence=clean_line(find_id(doc, "license"), _MAX_LICENCE) or None,
            sources=_sources(doc),
            contributors=_contributors(doc),
            challenge=find_id(doc, "challenge"),
            terms=read_terms(doc),
            record_digest=clean_line(doc.find_text("recordDigest"), _MAX_DIGEST) or None,
            can_quote=automatic,
            can_quote_asked=manual,
            **read_note(doc),
        )

    def write(self) -> Json:
        document = self.write_note() | {"kind": self.KIND}
        for key, value in (
            ("license", self.licence),
            ("challenge", self.challenge),
            ("recordDigest", self.record_digest),
        ):
            if value:
                document[key] = value
        if self.sources:
            addresses = [source.id for source in self.sources]
            document["isBasedOn"] = addresses
            document["wasDerivedFrom"] = addresses
            document["derivation"] = write_derivation(self.sources)
        if self.contributors:
            document["contributor"] = write_contributors(self.contributors)
        if self.terms:
            document["challengeTerms"] = {"termsVersion": self.terms.version, "termsDigest": self.terms.digest}
        rule = {"automaticApproval": list(self.can_quote), "manualApproval": list(self.can_quote_asked)}
        if any(rule.values()):
            named = {key: value for key, value in rule.items() if value}
            document["interactionPolicy"] = {**document.get("interactionPolicy", {}), "canQuote": named}
        return document


def write_derivation(sources: tuple[SourceObject, ...]) -> list[Json]:
    return [{"source": source.id, "relation": str(source.relation)} for source in sources]


def write_contributors(contributors: tuple[ContributorObject, ...]) -> list[Json]:
    return [{"type": "Role", "roleName": part.role, "contributor": part.person} for part in contributors]


def _sources(doc: Doc) -> tuple[SourceObject, ...]:
    relations: dict[str, Relation] = {}
    for entry in doc.docs("derivation"):
        source, relation = find_id(entry, "source"), entry.find_text("relation")
        if source and relation in set(Relation):
            relations.setdefault(source, Relation(relation))
    named = ids(doc, "isBasedOn", MAX_SOURCES) or ids(doc, "wasDerivedFrom", MAX_SOURCES)
    return tuple(SourceObject(id=source, relation=relations.get(source, Relation.ADAPTS)) for source in named)


def _contributors(doc: Doc) -> tuple[ContributorObject, ...]:
    """The parts that are named: a Role with a person in it, or a person alone."""
    found: dict[ContributorObject, None] = {}
    for value in doc.many("contributor"):
        entry = Doc(value) if isinstance(value, dict) else Doc({"contributor": value})
        if person := find_id(entry, "contributor") or find_id(entry, "id"):
            found[ContributorObject(person=person, role=_role(entry))] = None
    return tuple(found)[:MAX_CONTRIBUTORS]


def _role(entry: Doc) -> str:
    named = find_id(entry, "roleName") or entry.find_text("roleName") or ""
    if role := find_role(named):
        return role.iri
    return named if len(named) <= _MAX_ROLE and find_id(entry, "roleName") else CONTRIBUTOR.iri


def read_terms(doc: Doc) -> TermsRef | None:
    """The terms of its challenge that a record names, if it does."""
    for entry in doc.docs("challengeTerms"):
        version, digest = entry.number("termsVersion"), clean_line(entry.find_text("termsDigest"), _MAX_DIGEST)
        if version is not None and 0 < version <= MAX_VERSION and digest:
            return TermsRef(version=version, digest=digest)
    return None


def _can_quote(doc: Doc) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who may quote it without asking, and who when its author agrees."""
    for policy in doc.docs("interactionPolicy"):
        for found in policy.docs("canQuote"):
            rule = Rule.read(found)
            return rule.automatic[:MAX_POLICY], rule.manual[:MAX_POLICY]
    return (), ()
