"""The versions of records that a lineage file keeps, each as its author proved it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.digests import canonical, digest_json
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Json, is_for_everybody
from fedirec.errors import FedirecError
from fedirec.remix.actions.lineage_files.signing import Signer, signed_by_ours
from fedirec.remix.lineage_file import (
    Seen,
    Version,
)
from fedirec.remix.lineage_file.seeing import seen_in
from fedirec.remix.models import Record, RecordRevision, Snapshot
from fedirec.remix.queries.lineage_files import Surroundings
from fedirec.remix.queries.proofs import as_served


def versions_in(around: Surroundings, signers: Mapping[str, Signer]) -> dict[object, Version]:
    """Every version that is in the file, by the row that it comes from; two rows may say the same."""
    authors = {record.uri: record.author for record in around.records.values()}
    found: dict[object, Version] = {}
    newest: dict[str, tuple[Json, Version]] = {}
    for key, revision in around.current.items():
        record = around.records[key]
        served = as_served(record, revision.document) if record.author.is_local else revision.document
        version = _version(_seen(record, around.media.get(key, [])), record.uri, served, revision.envelope, signers)
        found["revision", revision.id] = version = replace(version, is_current=True)
        newest[record.uri] = revision.document, version
    for revision in (*around.stamped, *around.edited):
        record = around.records[revision.record_id]
        if ("revision", revision.id) not in found and (older := _older(record, revision, signers)):
            found["revision", revision.id] = older
    for snapshot in around.snapshots.values():
        document, current = newest.get(snapshot.uri, (None, None))
        if current is not None and document == snapshot.document:
            found["snapshot", snapshot.id] = current
        else:
            author, is_gone = authors.get(snapshot.uri), current is None
            found["snapshot", snapshot.id] = _remembered(snapshot, author, signers, is_gone=is_gone)
    unnamed = {person for people in around.unnamed.values() for person in people}
    return {row: _discreet(version, unnamed) for row, version in found.items()}


def _discreet(version: Version, unnamed: Collection[str]) -> Version:
    """The version, without its document where that names somebody who does not want to be named, for a work of theirs
    or in one of others; it was signed as it is, and only leaving it out takes the name away.
    """
    people = [uri for uri in unnamed if uri != version.seen.author]
    if version.document is None or not people:
        return version
    words = canonical(version.document).decode()
    return replace(version, document=None, envelope=None) if any(uri in words for uri in people) else version


def _version(seen: Seen, uri: str, document: Json, envelope: Json | None, signers: Mapping[str, Signer]) -> Version:
    """A version, signed by its author where they are one of ours."""
    proved = signed_by_ours(document, seen.author, signers)
    return Version(
        record=uri,
        is_current=False,
        is_gone=False,
        seen=seen,
        document=proved,
        envelope=envelope,
        digest=digest_json(proved),
    )


def _older(record: Record, revision: RecordRevision, signers: Mapping[str, Signer]) -> Version | None:
    """A version that is not the newest any more; None for one that was not for everybody, or cannot be read."""
    author, document = record.author, {"@context": RECORD_CONTEXT, **revision.document}
    if not is_for_everybody(document):
        return None
    try:
        seen = seen_in(document, name=author.name or author.handle, handle=_handle(author), fetched=None)
    except FedirecError:
        return None
    return _version(seen, record.uri, document, revision.envelope, signers)


def _remembered(snapshot: Snapshot, author: Actor | None, signers: Mapping[str, Signer], *, is_gone: bool) -> Version:
    """A version as it was when somebody built on it; without its document where that was not for everybody."""
    seen = Seen(
        author=snapshot.author_uri,
        author_name=snapshot.author_name,
        author_handle=snapshot.author_handle,
        kind=snapshot.kind,
        title=snapshot.title,
        licence=snapshot.licence,
        licence_url=snapshot.licence_url,
        record_digest=snapshot.record_digest,
        media=tuple(snapshot.media_digests),
        published=snapshot.published_at,
        updated=snapshot.updated_at,
        fetched=snapshot.fetched_at,
    )
    document = snapshot.document
    if not document or not is_for_everybody(document):
        return Version(
            record=snapshot.uri,
            is_current=False,
            is_gone=is_gone,
            seen=seen,
            document=None,
            digest=f"snapshot:{snapshot.document_digest}",
        )
    if author is not None and author.is_local:
        document = {"@context": RECORD_CONTEXT, **document}
    return replace(_version(seen, snapshot.uri, document, snapshot.envelope, signers), is_gone=is_gone)


def _seen(record: Record, media: Sequence[str]) -> Seen:
    """What the row says of the newest version."""
    author = record.author
    return Seen(
        author=author.uri,
        author_name=author.name or author.handle,
        author_handle=_handle(author),
        kind=record.kind,
        title=record.title,
        licence=record.licence,
        licence_url=record.licence_url,
        record_digest=record.digest,
        media=tuple(media),
        published=record.published_at,
        updated=record.updated_at,
        fetched=record.fetched_at,
    )


def _handle(actor: Actor) -> str:
    return f"{actor.handle}@{actor.host}"
