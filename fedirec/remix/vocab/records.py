"""How a record travels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from fedirec.activitypub.authority import may_have
from fedirec.activitypub.consent import Rule
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.lineage import MAX_SOURCES, Relation
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.terms import MAX_VERSION
from fedirec.remix.vocab.edits import EditStatement
from fedirec.remix.vocab.notes import NoteObject, read_note
from fedirec.remix.vocab.text import clean_line, find_id, ids
from fedirec.remix.wishes import AiPreference

MAX_INLINE: Final = 32
"""Sources, and contributors, that stand in a record itself; of a longer list it says where it is, and its digest."""
MAX_CONTRIBUTORS: Final = 600
"""Parts that are read of a list."""
MAX_STAMPS: Final = 64
"""Stamps that stand in a record."""
MAX_POLICY: Final = 8
MAX_UNNAMED: Final = 50
"""Remixes of one record in which alone its author is not named; whoever objects to more objects to all."""
MAX_QUESTION: Final = 300
"""Characters of what an author asks those who see a record."""
MAX_THANKS: Final = 300
"""Characters of a line to the author of one source."""
_MAX_LICENCE: Final = 300
_MAX_ROLE: Final = 200
_MAX_DIGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """What a record was made from, and how."""

    id: str
    relation: Relation = Relation.ADAPTS
    thanks: str = ""
    """What the author of the record says to the author of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorObject:
    """Who had which part in a record, as its author says."""

    person: str
    role: str = CONTRIBUTOR.iri
    """The address of the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRef:
    """Where a list is that is too long to stand in a record, and what it says."""

    id: str
    digest: str

    def write(self) -> Json:
        return {"type": "OrderedCollection", "id": self.id, "digestMultibase": self.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsRef:
    """The terms of a challenge under which a record was made."""

    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionRef:
    """The production that was released as a record, and the digest of what it consists of."""

    id: str
    digest: str

    def write(self) -> Json:
        return {"type": "Production", "id": self.id, "digestMultibase": self.digest}


@dataclass(frozen=True, kw_only=True)
class RecordObject(NoteObject):
    """A creative work, as other instances see it."""

    TYPE: ClassVar[str] = "Note"
    KIND: ClassVar[str] = "record"

    licence: str | None = None
    """The address of its licence."""
    sources: tuple[SourceObject, ...] = ()
    contributors: tuple[ContributorObject, ...] = ()
    source_list: ListRef | None = None
    """All that it was made from, when that is more than stands in it: `sources` are the first of them on the wire."""
    credit_list: ListRef | None = None
    """Everybody who has a part in it, likewise."""
    challenge: str | None = None
    """The id of the Group that it answers."""
    remixes: str | None = None
    """The collection of what was made of it, as far as its author agrees."""
    terms: TermsRef | None = None
    production: ProductionRef | None = None
    """What it is the release of; of its own origin."""
    editor: str | None = None
    """Who made this version, where that is not its author."""
    edit_statement: EditStatement | None = None
    """How they say so themselves."""
    record_digest: str | None = None
    """What its author's instance says that `digest.record_digest` is."""
    can_quote: tuple[str, ...] = ()
    """Who may quote it without asking (FEP-044f)."""
    can_quote_asked: tuple[str, ...] = ()
    """Who may quote it when its author agrees."""
    can_remix: tuple[str, ...] = ()
    """Who may remix it without asking."""
    can_remix_asked: tuple[str, ...] = ()
    """Who may remix it when its author agrees."""
    remix_stamps: tuple[str, ...] = ()
    """Where the authors of its sources agree to it."""
    ai_preference: AiPreference = AiPreference.UNSET
    """Whether machines may be trained with it."""
    feedback_wanted: str | None = None
    """What its author would like to hear about it."""
    without_name: bool = False
    """Whether its author does not want to be named for it in what others make from it."""
    without_name_in: tuple[str, ...] = ()
    """The only ones of these in which that is so, where it is not so in all of them."""

    @property
    def media_kind(self) -> Kind:
        return kind_of(f"{attachment.kind}/*" for attachment in self.attachments)

    @property
    def is_partial(self) -> bool:
        """Whether more sources or contributors are listed elsewhere than stand in it."""
        return self.source_list is not None or self.credit_list is not None

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        quoters, remixers = _rule(doc, "canQuote"), _rule(doc, "canRemix")
        return cls(
            licence=clean_line(find_id(doc, "license"), _MAX_LICENCE) or None,
            sources=_sources(doc),
            contributors=_contributors(doc),
            source_list=_list_at(doc, "sources"),
            credit_list=_list_at(doc, "credits"),
            challenge=find_id(doc, "challenge"),
            remixes=find_id(doc, "remixes"),
            terms=read_terms(doc),
            production=_production(doc),
            editor=find_id(doc, "editor"),
            edit_statement=EditStatement.find(doc.data.get("editStatement")),
            record_digest=clean_line(doc.find_text("recordDigest"), _MAX_DIGEST) or None,
            can_quote=quoters.automatic[:MAX_POLICY],
            can_quote_asked=quoters.manual[:MAX_POLICY],
            can_remix=remixers.automatic[:MAX_POLICY],
            can_remix_asked=remixers.manual[:MAX_POLICY],
            remix_stamps=ids(doc, "remixAuthorization", MAX_STAMPS),
            ai_preference=_ai_preference(doc),
            feedback_wanted=clean_line(doc.find_text("feedbackWanted"), MAX_QUESTION) or None,
            without_name=doc.flag("withoutName"),
            without_name_in=ids(doc, "withoutNameIn", MAX_UNNAMED),
            **read_note(doc),
        )

    def write(self) -> Json:
        document = self.write_note() | {"kind": self.KIND}
        for key, value in (
            ("license", self.licence),
            ("challenge", self.challenge),
            ("remixes", self.remixes),
            ("editor", self.editor),
            ("recordDigest", self.record_digest),
        ):
            if value:
                document[key] = value
        if self.sources:
            inline = self.sources[:MAX_INLINE]
            addresses = [source.id for source in inline]
            document["isBasedOn"] = addresses
            document["wasDerivedFrom"] = addresses
            document["derivation"] = write_derivation(inline)
        if self.edit_statement:
            document["editStatement"] = self.edit_statement.write()
        if self.remix_stamps:
            document["remixAuthorization"] = list(self.remix_stamps[:MAX_STAMPS])
        if self.contributors:
            document["contributor"] = write_contributors(self.contributors[:MAX_INLINE])
        for name, long in (("sources", self.source_list), ("credits", self.credit_list)):
            if long:
                document[name] = long.write()
        if self.terms:
            document["challengeTerms"] = {"termsVersion": self.terms.version, "termsDigest": self.terms.digest}
        if self.production:
            document["production"] = self.production.write()
        if self.ai_preference is not AiPreference.UNSET:
            document["aiPreference"] = self.ai_preference.value
        if self.feedback_wanted:
            document["feedbackWanted"] = self.feedback_wanted
        if self.without_name:
            document["withoutName"] = True
        if self.without_name_in:
            document["withoutNameIn"] = list(self.without_name_in)
        for deed, automatic, manual in (
            ("canQuote", self.can_quote, self.can_quote_asked),
            ("canRemix", self.can_remix, self.can_remix_asked),
        ):
            rule = {"automaticApproval": list(automatic), "manualApproval": list(manual)}
            if named := {key: value for key, value in rule.items() if value}:
                document["interactionPolicy"] = {**document.get("interactionPolicy", {}), deed: named}
        return document


def write_derivation(sources: tuple[SourceObject, ...]) -> list[Json]:
    return [
        {"source": source.id, "relation": str(source.relation)} | ({"thanks": source.thanks} if source.thanks else {})
        for source in sources
    ]


def write_contributors(contributors: tuple[ContributorObject, ...]) -> list[Json]:
    return [{"type": "Role", "roleName": part.role, "contributor": part.person} for part in contributors]


def read_source_pages(pages: Iterable[Json]) -> tuple[SourceObject, ...]:
    """The sources in the pages of a list: their ids are its items, and `derivation` says how, as in a record."""
    found: dict[str, SourceObject] = {}
    for page in pages:
        doc = Doc(page)
        said = _derivations(doc)
        for source in ids(doc, "orderedItems", MAX_SOURCES):
            found.setdefault(source, said.get(source) or SourceObject(id=source))
    return tuple(found.values())


def read_credit_pages(pages: Iterable[Json]) -> tuple[ContributorObject, ...]:
    """The parts in the pages of a list, which are its items."""
    return tuple(dict.fromkeys(part for page in pages for part in _parts_in(Doc(page), "orderedItems")))


def _list_at(doc: Doc, key: str) -> ListRef | None:
    """The list that a record names under `key`; None for one of another origin, or without a digest."""
    owner = find_id(doc, "id")
    for entry in doc.docs(key):
        uri, digest = find_id(entry, "id"), clean_line(entry.find_text("digestMultibase"), _MAX_DIGEST)
        if uri and digest and owner and may_have(uri, owner=owner):
            return ListRef(id=uri, digest=digest)
    return None


def _production(doc: Doc) -> ProductionRef | None:
    """The production that a record names; None for one of another origin, or without a digest."""
    found = _list_at(doc, "production")
    return ProductionRef(id=found.id, digest=found.digest) if found else None


def _derivations(doc: Doc) -> dict[str, SourceObject]:
    """How something was made from each of its sources, and what is said to their authors, as far as anything is."""
    found: dict[str, SourceObject] = {}
    for entry in doc.docs("derivation"):
        source, relation = find_id(entry, "source"), entry.find_text("relation")
        if source:
            how = Relation(relation) if relation in set(Relation) else Relation.ADAPTS
            thanks = clean_line(entry.find_text("thanks"), MAX_THANKS)
            found.setdefault(source, SourceObject(id=source, relation=how, thanks=thanks))
    return found


def _sources(doc: Doc) -> tuple[SourceObject, ...]:
    said = _derivations(doc)
    named = ids(doc, "isBasedOn", MAX_INLINE) or ids(doc, "wasDerivedFrom", MAX_INLINE)
    return tuple(said.get(source) or SourceObject(id=source) for source in named)


def _contributors(doc: Doc) -> tuple[ContributorObject, ...]:
    """The parts that are named: a Role with a person in it, or a person alone."""
    return tuple(_parts_in(doc, "contributor"))[:MAX_INLINE]


def _parts_in(doc: Doc, key: str) -> list[ContributorObject]:
    found: dict[ContributorObject, None] = {}
    for value in doc.many(key):
        entry = Doc(value) if isinstance(value, dict) else Doc({"contributor": value})
        if person := find_id(entry, "contributor") or find_id(entry, "id"):
            found[ContributorObject(person=person, role=_role(entry))] = None
    return list(found)


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


def _rule(doc: Doc, deed: str) -> Rule:
    """Who may do that without asking, and who when its author agrees."""
    for policy in doc.docs("interactionPolicy"):
        for found in policy.docs(deed):
            return Rule.read(found)
    return Rule()


def _ai_preference(doc: Doc) -> AiPreference:
    wish = doc.find_text("aiPreference")
    return AiPreference(wish) if wish in set(AiPreference) else AiPreference.UNSET
