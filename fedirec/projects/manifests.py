"""What a production consists of: the records that are used, and who did what besides.

A manifest is made once, and from then on is what its digest says. The digest covers all of it in one spelling
(RFC 8785), with records and roles in the order of their places and, where places are the same, in an order of their
own: in which order somebody picked them changes nothing. Who is credited follows from a manifest alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.vocab import Doc, Json, write_instant
from fedirec.errors import Invalid
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.terms import MAX_VERSION
from fedirec.remix.vocab.text import MAX_NAME, clean_line, find_id, find_language

VERSION: Final = 1
MAX_PARTS: Final = MAX_SOURCES
"""Records that a production uses: it is published as made from them."""
MAX_ROLES: Final = 300
MAX_FILES: Final = 4
MAX_PERSON: Final = 200
"""Characters of somebody's name."""
MAX_LABEL: Final = 100
"""Characters of what a contribution is called that is none of the roles."""
MAX_WORDS: Final = 300
"""Characters of what is said about a record that is used, or about a role."""
_MAX_LICENCE: Final = 300
_MAX_DIGEST: Final = 100

Place: TypeAlias = int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRecord:
    """A record that is used, as it was when the manifest was made."""

    id: str
    digest: str | None
    """Of its version of then (`remix.digest`); None for what came without one."""
    title: str
    author: str | None
    """None for somebody who does not want to be named for it."""
    author_name: str
    licence: str
    """The address of its licence."""
    words: str = ""
    """What of it is used, and how."""
    challenge: str | None = None
    """The Group of the challenge through which it came, whose terms bind."""
    terms_version: int | None = None
    terms_digest: str | None = None
    is_claimed: bool = False
    """Whether somebody said then that something about it is not right, and nobody had settled it yet."""

    def write(self) -> Json:
        """It as a manifest has it; what is not known does not stand there."""
        document: Json = {"id": self.id, "name": self.title}
        terms = {"termsVersion": self.terms_version, "termsDigest": self.terms_digest}
        for name, value in (
            ("attributedTo", self.author),
            ("attributionName", self.author_name),
            ("recordDigest", self.digest),
            ("license", self.licence),
            ("summary", self.words),
            ("challenge", self.challenge),
            ("challengeTerms", terms if self.terms_version and self.terms_digest else None),
            ("claimed", self.is_claimed),
        ):
            if value:
                document[name] = value
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCredit:
    """Somebody did something that is no record."""

    name: str
    role: str
    """The address of the role."""
    person: str | None = None
    """None for somebody without an account."""
    words: str = ""
    is_confirmed: bool = False
    """Whether they had said so themselves when the manifest was made."""

    def write(self) -> Json:
        """It as a manifest has it."""
        document: Json = {"type": "Role", "roleName": self.role, "name": self.name}
        for name, value in (("contributor", self.person), ("summary", self.words), ("confirmed", self.is_confirmed)):
            if value:
                document[name] = value
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a production consists of. `make` puts it in order; what was read stands in the order in which it came."""

    production: str
    project: str
    title: str
    licence: str
    """The address of the licence of the whole."""
    frozen_at: datetime
    language: str | None = None
    files: tuple[str, ...] = ()
    """The digests of the files of the finished work."""
    records: tuple[UsedRecord, ...] = ()
    roles: tuple[RoleCredit, ...] = ()

    @classmethod
    def make(
        cls,
        *,
        production: str,
        project: str,
        title: str,
        licence: str,
        frozen_at: datetime,
        language: str | None = None,
        files: Iterable[str] = (),
        records: Iterable[tuple[Place, UsedRecord]] = (),
        roles: Iterable[tuple[Place, RoleCredit]] = (),
    ) -> Manifest:
        """The manifest of what is given, whatever the order in which it is given.

        Raises Invalid when there is too much of it.
        """
        named = sorted(records, key=lambda entry: (entry[0], entry[1].id))
        done = sorted(roles, key=lambda entry: (entry[0], entry[1].role, entry[1].name, entry[1].person or ""))
        if len(named) > MAX_PARTS:
            raise Invalid("A production uses up to %(n)s records.", field="records", blanks={"n": MAX_PARTS})
        if len(done) > MAX_ROLES:
            raise Invalid("A production names up to %(n)s roles.", field="roles", blanks={"n": MAX_ROLES})
        return cls(
            production=production,
            project=project,
            title=clean_line(title, MAX_NAME),
            licence=licence,
            frozen_at=frozen_at.astimezone(UTC).replace(microsecond=0),
            language=language,
            files=tuple(files),
            records=tuple(record for _place, record in named),
            roles=tuple(role for _place, role in done),
        )

    def write(self) -> dict[str, Any]:
        """What is digested."""
        head = self.write_head() | {
            "records": [record.write() for record in self.records],
            "roles": [role.write() for role in self.roles],
        }
        return head | {"files": list(self.files)}

    def write_head(self) -> dict[str, Any]:
        """What is digested of it but for its lists."""
        head: dict[str, Any] = {
            "manifestVersion": VERSION,
            "production": self.production,
            "isPartOf": self.project,
            "name": self.title,
            "license": self.licence,
            "published": write_instant(self.frozen_at),
        }
        return head | ({"inLanguage": self.language} if self.language else {})

    @property
    def digest(self) -> str:
        """What it is known by from now on: `zQm…`."""
        return digest_json(self.write())


def read_manifest(
    head: Mapping[str, Any], *, records: Iterable[Any] = (), roles: Iterable[Any] = (), files: Iterable[Any] = ()
) -> Manifest:
    """A manifest as it was written, here or elsewhere, with the entries of its lists.

    Raises Invalid when something without which it makes no sense is missing, or when there is too much of it.
    """
    doc = Doc(dict(head))
    if doc.number("manifestVersion") != VERSION:
        raise Invalid("that manifest is of a version that is not known here")
    named = [_record(Doc(entry)) for entry in records if isinstance(entry, dict)]
    done = [_role(Doc(entry)) for entry in roles if isinstance(entry, dict)]
    if len(named) > MAX_PARTS or len(done) > MAX_ROLES:
        raise Invalid("that manifest is longer than any")
    return Manifest(
        production=doc.id("production"),
        project=doc.id("isPartOf"),
        title=clean_line(doc.find_text("name"), MAX_NAME),
        licence=clean_line(find_id(doc, "license"), _MAX_LICENCE),
        frozen_at=doc.instant("published"),
        language=find_language(doc.find_text("inLanguage")),
        files=tuple(clean_line(file, _MAX_DIGEST) for file in files)[:MAX_FILES],
        records=tuple(named),
        roles=tuple(done),
    )


def read_kept(document: Mapping[str, Any]) -> Manifest:
    """The manifest that `Manifest.write` gave."""
    return read_manifest(
        document,
        records=document.get("records", ()),
        roles=document.get("roles", ()),
        files=document.get("files", ()),
    )


def _record(doc: Doc) -> UsedRecord:
    terms = next(iter(doc.docs("challengeTerms")), Doc({}))
    version, digest = terms.number("termsVersion"), clean_line(terms.find_text("termsDigest"), _MAX_DIGEST)
    is_bound = version is not None and 0 < version <= MAX_VERSION and bool(digest)
    return UsedRecord(
        id=doc.id("id"),
        digest=clean_line(doc.find_text("recordDigest"), _MAX_DIGEST) or None,
        title=clean_line(doc.find_text("name"), MAX_NAME),
        author=find_id(doc, "attributedTo"),
        author_name=clean_line(doc.find_text("attributionName"), MAX_PERSON),
        licence=clean_line(find_id(doc, "license"), _MAX_LICENCE),
        words=clean_line(doc.find_text("summary"), MAX_WORDS),
        challenge=find_id(doc, "challenge"),
        terms_version=version if is_bound else None,
        terms_digest=digest if is_bound else None,
        is_claimed=doc.flag("claimed"),
    )


def _role(doc: Doc) -> RoleCredit:
    found = find_role(find_id(doc, "roleName") or "") or CONTRIBUTOR
    return RoleCredit(
        name=clean_line(doc.find_text("name"), MAX_PERSON),
        role=found.iri,
        person=find_id(doc, "contributor"),
        words=clean_line(doc.find_text("summary"), MAX_WORDS),
        is_confirmed=doc.flag("confirmed"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """Everything for which one person is credited in a manifest."""

    person: str | None
    """None for somebody without an account, and for who does not want to be named."""
    name: str
    """Empty for who does not want to be named."""
    roles: tuple[str, ...] = ()
    """Addresses of roles, each once, in the order in which they are named."""
    words: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    """The records of theirs that are used."""
    is_confirmed: bool = True
    """Whether they had said themselves that they did all of that."""


def named_now(manifest: Manifest, *, unnamed: Collection[str], declined: Collection[tuple[str, str]]) -> Manifest:
    """`manifest` as it is shown: without the authors of the records `unnamed`, and without those who `declined` a role
    (their address, and that of the role). Where that leaves anybody out it is not what its digest says any more.
    """
    return replace(
        manifest,
        records=tuple(
            replace(record, author=None, author_name="") if record.id in unnamed else record
            for record in manifest.records
        ),
        roles=tuple(
            replace(role, person=None, name="", words="", is_confirmed=False)
            if role.person and (role.person, role.role) in declined
            else role
            for role in manifest.roles
        ),
    )


def credits_in(manifest: Manifest) -> list[Credited]:
    """Who is credited, each once: those with roles first, then the authors of what is used, in the order of both.

    Of those without a name each stands alone: nobody sees who did two things.
    """
    found: dict[str, Credited] = {}
    for place, role in enumerate(manifest.roles):
        key = role.person or (f"name:{role.name.casefold()}" if role.name else f"role:{place}")
        known = found.get(key) or Credited(person=role.person, name=role.name)
        found[key] = replace(
            known,
            roles=tuple(dict.fromkeys((*known.roles, role.role))),
            words=tuple(dict.fromkeys(filter(None, (*known.words, role.words)))),
            is_confirmed=known.is_confirmed and role.is_confirmed,
        )
    for record in manifest.records:
        key = record.author or f"record:{record.id}"
        known = found.get(key) or Credited(person=record.author, name=record.author_name)
        found[key] = replace(known, records=(*known.records, record.id))
    return list(found.values())
