"""Lineages as bytes: the same lineage is always the same bytes (RFC 8785, and every list in an order of its own)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fedirec.activitypub.digests import canonical
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import Json, write_instant
from fedirec.remix.lineage_file.contents import (
    CONTEXT,
    TYPE,
    VERSION,
    Derivation,
    Key,
    LineageFile,
    Seen,
    Version,
)


def write_file(file: LineageFile) -> bytes:
    """The bytes of `file`."""
    return canonical(document_of(file))


def sign_file(file: LineageFile, *, key: PrivateKey, key_id: str) -> bytes:
    """The bytes of `file`, with a proof over everything in it by whoever made it.

    The proof is from the newest moment that the file names, so that the same lineage stays the same file.
    """
    unsigned = document_of(file)
    return canonical(add_proof(unsigned, key=key, verification_method=key_id, created=newest_moment(file)))


def newest_moment(file: LineageFile) -> datetime:
    """The newest date in `file` that its maker wrote. Every file has one, for it has its maker's key."""
    moments = [key.since for key in file.keys]
    for version in file.versions:
        seen = version.seen
        moments += [moment for moment in (seen.published, seen.updated, seen.fetched) if moment is not None]
    return max(moments)


def document_of(file: LineageFile) -> Json:
    """`file` as JSON."""
    document: Json = {
        "@context": CONTEXT,
        "type": TYPE,
        "version": VERSION,
        "record": file.record,
        "exporter": file.exporter,
        "isWhole": file.is_whole,
        "records": [
            _version(version) for version in sorted(file.versions, key=lambda each: (each.record, each.digest))
        ],
        "derivations": [
            _derivation(each) for each in sorted(file.derivations, key=lambda each: (each.record, each.source))
        ],
        "keys": [_key(key) for key in sorted(file.keys, key=lambda key: (key.owner, key.id, key.multibase))],
        "witnesses": sorted(file.witnesses, key=canonical),
        "silent": [
            {"instance": each.instance, "why": each.why}
            for each in sorted(file.silences, key=lambda each: (each.instance, each.why))
        ],
        "leftOut": [
            {"record": each.record, "why": str(each.why)}
            for each in sorted(file.left_out, key=lambda each: (each.record, each.why))
        ],
    }
    if file.proof is not None:
        document["proof"] = file.proof
    return document


def _version(version: Version) -> Json:
    written: Json = {
        "id": version.record,
        "digest": version.digest,
        "isCurrent": version.is_current,
        "isGone": version.is_gone,
        "seen": _seen(version.seen),
    }
    return _with(written, document=version.document, envelope=version.envelope)


def _seen(seen: Seen) -> Json:
    written: Json = {
        "author": seen.author,
        "name": seen.author_name,
        "handle": seen.author_handle,
        "kind": seen.kind,
        "title": seen.title,
        "licence": seen.licence,
        "media": list(seen.media),
        "published": write_instant(seen.published),
    }
    return _with(
        written,
        license=seen.licence_url,
        recordDigest=seen.record_digest,
        updated=write_instant(seen.updated) if seen.updated else None,
        fetched=write_instant(seen.fetched) if seen.fetched else None,
    )


def _derivation(derivation: Derivation) -> Json:
    written: Json = {
        "record": derivation.record,
        "source": derivation.source,
        "relation": derivation.relation,
        "addedBy": derivation.added_by,
        "isClaim": derivation.is_claim,
        "permission": derivation.permission,
        "acknowledgement": derivation.acknowledgement,
    }
    return _with(written, licence=derivation.licence, sourceVersion=derivation.source_version, stamp=derivation.stamp)


def _key(key: Key) -> Json:
    return {"id": key.id, "owner": key.owner, "publicKeyMultibase": key.multibase, "since": write_instant(key.since)}


def _with(written: Json, **optional: Any) -> Json:
    return written | {name: value for name, value in optional.items() if value is not None}
