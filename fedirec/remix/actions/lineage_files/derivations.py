"""The steps from sources to records that a lineage file keeps, each with its stamp."""

from __future__ import annotations

from collections.abc import Mapping

from fedirec.activitypub.vocab import Json
from fedirec.errors import FedirecError
from fedirec.remix.actions.lineage_files.signing import Signer, signed_by_ours
from fedirec.remix.lineage import Relation
from fedirec.remix.lineage_file import (
    AddedBy,
    Derivation,
    Version,
)
from fedirec.remix.lineage_file.records import read_work
from fedirec.remix.models import Record, RemixRequest
from fedirec.remix.queries.lineage_files import Surroundings
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.remix.vocab import RecordObject


def derivations_in(
    around: Surroundings, versions: Mapping[object, Version], signers: Mapping[str, Signer]
) -> list[Derivation]:
    """Each step from a source to a record in the file, and those that a record names and nobody here counts."""
    found: dict[tuple[str, str], Derivation] = {}
    named = {version.record: _named(version) for version in versions.values() if version.is_current}
    digests: dict[str, set[str | None]] = {}
    for version in versions.values():
        if version.document is not None:
            digests.setdefault(version.record, set()).add(version.seen.record_digest)
    for source in around.sources:
        record = around.records[source.record_id]
        relation = named.get(record.uri, {}).get(source.uri)
        if source.withdrawn_at is not None and relation is None:
            continue
        snapshot = around.snapshots.get(source.snapshot_id or 0)
        built_on = versions.get(("snapshot", snapshot.id)) if snapshot else None
        stamp = around.requests.get((record.uri, source.uri))
        found[record.uri, source.uri] = Derivation(
            record=record.uri,
            source=source.uri,
            relation=relation or Relation(source.relation),
            added_by=AddedBy(source.added_by),
            is_claim=not source.in_graph or source.withdrawn_at is not None,
            permission=Clearance(source.permission),
            acknowledgement=Acknowledgement(source.acknowledgement),
            licence=snapshot.licence if snapshot else None,
            source_version=built_on.digest if built_on and built_on.record == source.uri else None,
            stamp=_stamp(stamp, record, digests, signers) if stamp else None,
        )
    for uri, relations in named.items():
        for missing, relation in relations.items():
            if (uri, missing) not in found:
                found[uri, missing] = Derivation(
                    record=uri,
                    source=missing,
                    relation=relation,
                    added_by=AddedBy.AUTHOR,
                    is_claim=True,
                    permission=Clearance.UNKNOWN,
                    acknowledgement=Acknowledgement.DECLARED,
                    licence=None,
                    source_version=None,
                    stamp=None,
                )
    return list(found.values())


def _named(version: Version) -> dict[str, Relation]:
    """What the newest version of a record says that it was made from."""
    try:
        work = read_work(version.document or {})
    except FedirecError:
        return {}
    return {source.id: source.relation for source in work.sources} if isinstance(work, RecordObject) else {}


def _stamp(
    request: RemixRequest, record: Record, digests: Mapping[str, set[str | None]], signers: Mapping[str, Signer]
) -> Json | None:
    """The stamp as it was signed; None for one that belongs to versions which are not in the file."""
    if request.stamp is None or request.remix_digest != record.digest:
        return None
    if request.source_digest not in digests.get(request.source_uri, {request.source_digest}):
        return None
    return signed_by_ours(request.stamp, request.owner.uri, signers)
