"""What proves a source is kept also when its origin gives it only later; nothing that was kept is changed by it."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.vocab import Entity, Json
from fedirec.clock import now
from fedirec.remix.digest import record_digest
from fedirec.remix.models import Record, Snapshot, Source
from fedirec.remix.proofs import proved_document
from fedirec.remix.queries.proofs import key_that_proves
from fedirec.remix.vocab import RecordObject

MAX_VERSIONS: Final = 100
"""Snapshots of one record that are looked through."""


async def keep_proof(record: Record, entity: Entity, sent: Json) -> bool:
    """What was made from `record` rests on a proved snapshot from now on, where what its origin `sent` is the version
    that it was made from; whether anything does.

    A snapshot is never changed: the one without a proof stays, beside one that says the same and proves it, and the
    steps of lineage point to that one. `record` comes with its author. Part of the caller's transaction.
    """
    author = record.author
    if not isinstance(entity, RecordObject) or entity.id != record.uri or entity.attributed_to != author.uri:
        return False
    if "proof" not in sent or await key_that_proves(sent, actor_uri=author.uri, is_new=True) is None:
        return False
    digest = record_digest(entity)
    kept = await Snapshot.filter(uri=record.uri, author_uri=author.uri).order_by("-id").limit(MAX_VERSIONS)
    bare = [
        snapshot
        for snapshot in kept
        if snapshot.record_digest == digest and snapshot.document and proved_document(snapshot) is None
    ]
    if not bare:
        return False
    latest, proof_digest = bare[0], digest_json(sent)
    proved = next((snapshot for snapshot in kept if snapshot.document_digest == proof_digest), None)
    if proved is None:
        same: dict[str, Any] = {
            name: getattr(latest, name)
            for name in (
                *("uri", "author_uri", "author_handle", "author_name", "kind", "title", "licence", "licence_url"),
                *("media_digests", "record_digest", "published_at"),
            )
        }
        same |= {"document": sent, "document_digest": proof_digest, "updated_at": entity.updated}
        proved = await Snapshot.create(**same, fetched_at=now())
    moved = await Source.filter(snapshot_id__in=[snapshot.id for snapshot in bare]).update(snapshot_id=proved.id)
    return bool(moved)
