"""The records of a file: what each says, who signed it, and whether what is noted about it is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub import ld
from fedirec.activitypub.authority import may_be_by
from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.envelopes import opened
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.errors import FedirecError
from fedirec.html import one_line
from fedirec.remix.digest import record_digest
from fedirec.remix.licences import Licence, find_licence
from fedirec.remix.lineage_file.contents import LineageFile, Version
from fedirec.remix.lineage_file.edits import about_edit, editor_of
from fedirec.remix.lineage_file.findings import AboutRecord, Finding
from fedirec.remix.lineage_file.keys import Keyring, Signer
from fedirec.remix.vocab import NoteObject, RecordObject
from fedirec.remix.vocab.notes import read_note

_MAX_TITLE: Final = 500
_NO_TYPES: Final = Vocabulary(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One version of a record, as far as it can be believed."""

    version: Version
    said: NoteObject | None
    """What the document says; None when there is none, or none that is this record."""
    signer: str | None
    """The fingerprint of the key with which its author signed it."""
    digest: str | None = None
    """The digest that stamps name, computed anew."""

    @property
    def record(self) -> RecordObject | None:
        return self.said if isinstance(self.said, RecordObject) else None

    @property
    def author(self) -> str:
        return self.said.attributed_to if self.said else self.version.seen.author

    @property
    def is_signed(self) -> bool:
        return self.signer is not None

    @property
    def licence(self) -> Licence:
        """As its author says; what is noted where the author says nothing."""
        if self.record is not None:
            return find_licence(self.record.licence)
        return find_licence(self.version.seen.licence)


class Works:
    """All versions of all records in a file."""

    def __init__(self, file: LineageFile, keys: Keyring) -> None:
        self._versions: dict[str, list[Work]] = {}
        self._named: dict[tuple[str, str], Work] = {}
        self._digests: dict[str, dict[str, bool]] = {}
        self._current: dict[str, Work] = {}
        about: list[AboutRecord] = []
        for version in file.versions:
            work, findings = _judge(version, keys)
            self._versions.setdefault(version.record, []).append(work)
            self._named.setdefault((version.record, version.digest), work)
            if work.digest:
                digests = self._digests.setdefault(version.record, {})
                digests[work.digest] = digests.get(work.digest, False) or work.is_signed
            if version.is_current:
                self._current[version.record] = work
            about.append(
                AboutRecord(
                    id=version.record,
                    title=version.seen.title,
                    author=work.author,
                    editor=editor_of(work.record) if work.record else None,
                    is_current=version.is_current,
                    findings=tuple(findings),
                )
            )
        self.about = tuple(about)

    def versions_of(self, record: str) -> list[Work]:
        return self._versions.get(record, [])

    def current(self, record: str) -> Work | None:
        """The newest version of a record."""
        return self._current.get(record)

    def currents(self) -> Iterator[Work]:
        return iter(self._current.values())

    def at(self, record: str, digest: str | None) -> Work | None:
        """The version of that digest; the newest when none is named."""
        if digest is None:
            return self.current(record)
        return self._named.get((record, digest))

    def digests_of(self, record: str) -> Mapping[str, bool]:
        """The digests that stamps name, of all versions of a record, and whether its author signed that version."""
        return self._digests.get(record, {})


def _judge(version: Version, keys: Keyring) -> tuple[Work, list[Finding]]:
    document = version.document
    if document is None:
        return Work(version=version, said=None, signer=None), [Finding(code="record-not-kept")]
    try:
        doc = Doc(ld.compact(document))
        said = _read(doc)
    except FedirecError:
        return Work(version=version, said=None, signer=None), [Finding(code="record-unreadable")]
    if said.id != version.record:
        return Work(version=version, said=None, signer=None), [Finding(code="record-swapped")]
    if not may_be_by(said.id, author=said.attributed_to):
        return Work(version=version, said=None, signer=None), [Finding(code="record-author")]
    found: list[Finding] = []
    if digest_json(document) != version.digest:
        found.append(Finding(code="record-digest"))
    digest = record_digest(said) if isinstance(said, RecordObject) else None
    if isinstance(said, RecordObject) and said.record_digest not in (None, digest):
        found.append(Finding(code="record-own-digest"))
    signing, signer = _signature(version, said, keys)
    found.append(signing)
    if isinstance(said, RecordObject) and (edit := about_edit(doc, said, keys, is_signed=signer is not None)):
        found.append(edit)
    found += [Finding(code="record-note", blanks={"what": what}) for what in _differences(version, said, digest)]
    return Work(version=version, said=said, signer=signer, digest=digest), found


def _signature(version: Version, said: NoteObject, keys: Keyring) -> tuple[Finding, str | None]:
    """Who signed the version, and with which key."""
    assert version.document is not None
    blanks = {"author": said.attributed_to}
    signed, speaker = version.document, said.attributed_to
    if "proof" not in signed and version.envelope is not None:
        signed = opened(version.envelope, version.document)
        speaker = _actor_of(version.envelope)
    signer: Signer | None = keys.signer_of(signed)
    if signer is None:
        return Finding(code="record-unsigned"), None
    if signer.is_strange:
        return Finding(code="record-proof-strange"), None
    if signer.is_missing:
        return Finding(code="record-key-missing"), None
    if signer.public is None:
        return Finding(code="record-changed", blanks=blanks), None
    if signer.owner != said.attributed_to or speaker != said.attributed_to:
        return Finding(code="record-signer", blanks={"owner": signer.owner}), None
    return Finding(code="record-signed", blanks=blanks, key=signer.fingerprint), signer.fingerprint


def _actor_of(envelope: Json) -> str:
    actor = envelope.get("actor")
    found = actor.get("id") if isinstance(actor, dict) else actor
    return found if isinstance(found, str) else ""


def read_work(document: Json) -> NoteObject:
    """What `document` says. Raises Invalid when it is neither a record nor a post."""
    return _read(Doc(ld.compact(document)))


def _read(doc: Doc) -> NoteObject:
    if doc.find_text("kind") == RecordObject.KIND and "Note" in doc.many("type"):
        return RecordObject.read(doc, _NO_TYPES)
    return NoteObject(**read_note(doc))


def _differences(version: Version, said: NoteObject, digest: str | None) -> Iterator[str]:
    """What is noted about a version and is not so."""
    seen = version.seen
    if said.attributed_to != seen.author:
        yield "author"
    if not isinstance(said, RecordObject):
        return
    if said.name and one_line(said.name)[:_MAX_TITLE] != seen.title:
        yield "title"
    if seen.licence_url and find_licence(seen.licence_url) != find_licence(said.licence):
        yield "licence"
    if (seen.record_digest or "") not in ("", digest):
        yield "digest"
    if tuple(each.digest for each in said.attachments if each.digest) != seen.media:
        yield "media"
    if seen.updated is not None and said.updated != seen.updated:
        yield "updated"
