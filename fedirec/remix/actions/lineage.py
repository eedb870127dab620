"""What a record was made from: its sources as rows, each with a snapshot of what it was when it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tortoise.expressions import Q

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.lanes import Work
from fedirec.remix.lineage import MAX_DEPTH, parents_of, would_loop
from fedirec.remix.models import Attachment, Record, RecordRevision, Snapshot, Source
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.vocab import SourceObject
from fedirec.uris import origin_of

ITSELF: Final = "a record cannot be made from itself; kept as a claim"
LOOPS: Final = "it would make the record its own ancestor; kept as a claim"
TOO_FAR: Final = "it is too far away to be looked up; kept as a claim"
MAX_FETCHED: Final = 300
"""Records and people that are asked for because of one record, at whatever remove (CVE-2022-46405)."""


async def save_sources(record: Record, named: Sequence[SourceObject], *, depth: int, budget: int) -> list[Work]:
    """What `record` was made from is what it names now; what it named before stays as withdrawn.

    Sources that we know are settled at once; the answer is the work of fetching the others, as far as `budget` goes:
    what is left of it is shared among them.
    """
    before = {source.uri: source for source in await Source.filter(record_id=record.id)}
    wanted = {entry.id: (position, entry) for position, entry in enumerate(named)}
    for uri, source in before.items():
        if uri not in wanted:
            source.withdrawn_at = source.withdrawn_at or now()
        else:
            source.position, entry = wanted[uri]
            source.relation, source.withdrawn_at = entry.relation.value, None
    if before:
        await Source.bulk_update(list(before.values()), fields=["relation", "position", "withdrawn_at"])
    added = [uri for uri in wanted if uri not in before]
    if not added:
        return []
    parents = {row.uri: row for row in await Record.filter(uri__in=added)}
    fresh = [
        Source(
            record_id=record.id,
            uri=uri,
            parent_id=parents[uri].id if uri in parents else None,
            relation=entry.relation.value,
            position=position,
            in_graph=uri != record.uri,
            problem=ITSELF if uri == record.uri else None,
        )
        for uri in added
        for position, entry in [wanted[uri]]
    ]
    await Source.bulk_create(fresh)
    addresses = [source.uri for source in fresh if source.in_graph]
    saved = await Source.filter(record_id=record.id, uri__in=addresses)
    await settle_sources(record, {source.id: parents[source.uri] for source in saved if source.uri in parents})
    waiting = [source for source in saved if source.uri not in parents]
    near = waiting[:budget] if depth < MAX_DEPTH else []
    if far := [source.id for source in waiting[len(near) :]]:
        await Source.filter(id__in=far).update(problem=TOO_FAR)
    share = (budget - len(near)) // len(near) if near else 0
    return [_fetching_of(source, depth=depth + 1, budget=share) for source in near]


async def ask_for_sources(record: Record) -> list[Work]:
    """The work of fetching what `record` was made from that was not asked for while it waited."""
    unasked = Source.filter(record_id=record.id, problem=TOO_FAR, withdrawn_at=None, in_graph=True)
    found = await unasked.order_by("position").limit(MAX_FETCHED)
    await Source.filter(id__in=[source.id for source in found]).update(problem=None)
    share = (MAX_FETCHED - len(found)) // len(found) if found else 0
    return [_fetching_of(source, depth=1, budget=share) for source in found]


async def settle_sources(child: Record, settled: Mapping[int, Record]) -> None:
    """The sources of `child` whose rows are the keys of `settled` point to snapshots of those records.

    One that would close a circle is kept as a claim, outside the graph. Part of the caller's transaction.
    """
    if not settled:
        return
    sources = await Source.filter(id__in=list(settled))
    edges = await edges_above([parent.uri for parent in settled.values()])
    parents = parents_of(edge for edge in edges if edge.record != child.uri)
    snapshots = await _take_snapshots(list({parent.id: parent for parent in settled.values()}.values()))
    for source in sources:
        parent = settled[source.id]
        loops = would_loop(child.uri, [parent.uri], parents)
        source.in_graph = not loops
        source.problem = LOOPS if loops else None
        source.snapshot_id = snapshots[parent.uri].id
        if parent.uri == source.uri:  # else the source names the address of its page
            source.parent_id = parent.id
    await Source.bulk_update(sources, fields=["in_graph", "problem", "snapshot_id", "parent_id"])


async def _take_snapshots(parents: Sequence[Record]) -> dict[str, Snapshot]:
    """Each of `parents` as it is now, kept for good, by its address; the same version is kept once.

    Part of the caller's transaction.
    """
    ids = [parent.id for parent in parents]
    current = [Q(record_id=parent.id, number=parent.revision) for parent in parents]
    revisions = await RecordRevision.filter(Q(*current, join_type="OR")) if current else []
    documents = {revision.record_id: revision.document for revision in revisions}
    authors = {actor.id: actor for actor in await Actor.filter(id__in=[parent.author_id for parent in parents])}
    digests: dict[int, list[str]] = {}
    for attachment in await Attachment.filter(record_id__in=ids, digest__not_isnull=True).order_by("position"):
        digests.setdefault(attachment.record_id or 0, []).append(attachment.digest or "")
    snapshots = []
    for parent in parents:
        author, document = authors[parent.author_id], documents.get(parent.id, {})
        snapshots.append(
            Snapshot(
                uri=parent.uri,
                document_digest=digest_json(document),
                author_uri=author.uri,
                author_handle=f"{author.handle}@{author.host}",
                author_name=author.name or author.handle,
                kind=parent.kind,
                title=parent.title,
                licence=parent.licence,
                licence_url=parent.licence_url,
                media_digests=digests.get(parent.id, []),
                record_digest=parent.digest,
                published_at=parent.published_at,
                document=document,
                fetched_at=parent.fetched_at or now(),
            )
        )
    await Snapshot.bulk_create(snapshots, ignore_conflicts=True)
    wanted = {(snapshot.uri, snapshot.document_digest) for snapshot in snapshots}
    kept = await Snapshot.filter(
        uri__in=[uri for uri, _digest in wanted], document_digest__in=[digest for _uri, digest in wanted]
    )
    return {snapshot.uri: snapshot for snapshot in kept if (snapshot.uri, snapshot.document_digest) in wanted}


def _fetching_of(source: Source, *, depth: int, budget: int) -> Work:
    """The work of finding out what `source` is, and up to `budget` more that it leads to."""
    return Work(
        kind="lineage",
        lane=f"lineage:{origin_of(source.uri)}",
        payload={"source": source.id, "depth": depth, "budget": budget},
        dedupe_key=f"source:{source.id}",
    )
