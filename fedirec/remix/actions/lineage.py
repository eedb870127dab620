"""What a record was made from: its sources as rows, each with a snapshot of what it was when it was found."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import rows_in
from fedirec.lanes import Work
from fedirec.remix.actions.standing import hold_steps, judge_sources
from fedirec.remix.lineage import MAX_DEPTH, looping_among, parents_of
from fedirec.remix.models import Attachment, Record, RecordRevision, Snapshot, Source
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.spreading import COOLDOWN
from fedirec.remix.vocab import SourceObject
from fedirec.uris import origin_of

ITSELF: Final = "a record cannot be made from itself; kept as a claim"
LOOPS: Final = "it would make the record its own ancestor; kept as a claim"
TOO_FAR: Final = "it is too far away to be looked up; kept as a claim"
MAX_FETCHED: Final = 300
"""Records and people that are asked for because of one record, at whatever remove (CVE-2022-46405)."""


async def save_sources(
    record: Record, named: Sequence[SourceObject], *, depth: int, budget: int, are_all: bool = True
) -> list[Work]:
    """What `record` was made from is what it names now; what it named before stays as withdrawn, if these `are_all`.

    Sources that we know are settled at once; the answer is the work of fetching the others, and of asking what else was
    made of those that we know, as far as `budget` goes: what is left of it is shared among them.
    """
    await hold_steps([record.id])
    before = {source.uri: source for source in await Source.filter(record_id=record.id)}
    wanted = {entry.id: (position, entry) for position, entry in enumerate(named)}
    revived = [uri for uri, source in before.items() if uri in wanted and source.withdrawn_at is not None]
    for uri, source in before.items():
        if uri not in wanted:
            source.withdrawn_at = source.withdrawn_at or (now() if are_all else None)
        else:
            source.position, entry = wanted[uri]
            source.relation, source.withdrawn_at = entry.relation.value, None
            source.thanks = "" if source.thanks_unwanted else entry.thanks
    if before:
        await Source.bulk_update(list(before.values()), fields=["relation", "thanks", "position", "withdrawn_at"])
        await keep_out_loops(record, revived)
        await judge_sources([record.id])
    added = [uri for uri in wanted if uri not in before]
    if not added:
        return []
    parents = {row.uri: row for row in await Record.filter(uri__in=added).select_related("author")}
    fresh = [
        Source(
            record_id=record.id,
            uri=uri,
            parent_id=parents[uri].id if uri in parents else None,
            relation=entry.relation.value,
            thanks=entry.thanks,
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
    asked = [parent.uri for parent in parents.values() if parent.id != record.id and is_due(parent)]
    asked = asked[: budget - len(near)] if depth < MAX_DEPTH else []
    count = len(near) + len(asked)
    share = (budget - count) // count if count else 0
    return [
        *(fetching_of(source, depth=depth + 1, budget=share) for source in near),
        *(asking_for_remixes(uri, depth=depth + 1, budget=share) for uri in asked),
    ]


def is_due(record: Record) -> bool:
    """Whether the origin of `record`, which comes with its author, may be asked what was made of it."""
    is_told = record.visibility == "public" and record.deleted_at is None and record.author.state == "active"
    if record.author.is_local or not is_told:
        return False
    return record.remixes_asked_at is None or record.remixes_asked_at < now() - COOLDOWN


async def ask_for_sources(record: Record) -> list[Work]:
    """The work of fetching what `record` was made from that was not asked for while it waited."""
    unasked = Source.filter(record_id=record.id, problem=TOO_FAR, withdrawn_at=None, in_graph=True)
    found = await unasked.order_by("position").limit(MAX_FETCHED)
    await Source.filter(id__in=[source.id for source in found]).update(problem=None)
    share = (MAX_FETCHED - len(found)) // len(found) if found else 0
    lists = [asking_for_lists(record, depth=1, budget=MAX_FETCHED // 2)] if record.is_partial else []
    return [*(fetching_of(source, depth=1, budget=share) for source in found), *lists]


async def keep_out_loops(record: Record, revived: Collection[str]) -> None:
    """Those of the sources of `record` that it names again, at `revived`, are claims outside the graph when they were
    made from it in the meantime. Part of the caller's transaction.
    """
    edges = await edges_above(revived)
    parents = parents_of(edge for edge in edges if edge.record != record.uri)
    if looping := looping_among(record.uri, revived, parents):
        again = Source.filter(record_id=record.id, uri__in=list(looping), in_graph=True)
        await again.update(in_graph=False, problem=LOOPS)


async def settle_sources(child: Record, settled: Mapping[int, Record]) -> None:
    """The sources of `child` whose rows are the keys of `settled` point to snapshots of those records.

    One that would close a circle is kept as a claim, outside the graph. Part of the caller's transaction.
    """
    if not settled:
        return
    await hold_steps([child.id])
    sources = await Source.filter(id__in=list(settled))
    edges = await edges_above([parent.uri for parent in settled.values()])
    parents = parents_of(edge for edge in edges if edge.record != child.uri)
    looping = looping_among(child.uri, (parent.uri for parent in settled.values()), parents)
    snapshots = await _take_snapshots(list({parent.id: parent for parent in settled.values()}.values()))
    for source in sources:
        parent = settled[source.id]
        loops = parent.uri in looping
        source.in_graph = not loops
        is_taken_up = child.uri in parents.get(parent.uri, ())  # its author adopted what was made from it
        source.problem = LOOPS if loops and not is_taken_up else None
        source.snapshot_id = snapshots[parent.uri].id
        if parent.uri == source.uri:  # else the source names the address of its page
            source.parent_id = parent.id
    await Source.bulk_update(sources, fields=["in_graph", "problem", "snapshot_id", "parent_id"])
    await judge_sources([child.id])


async def _take_snapshots(parents: Sequence[Record]) -> dict[str, Snapshot]:
    """Each of `parents` as it is now, kept for good, by its address; the same version is kept once.

    Part of the caller's transaction.
    """
    ids = [parent.id for parent in parents]
    current = "x.number = (SELECT r.revision FROM record r WHERE r.id = x.record_id)"
    revisions = await rows_in(RecordRevision, ids, of="record_id", where=current)
    versions = {revision.record_id: revision for revision in revisions}
    authors = {actor.id: actor for actor in await Actor.filter(id__in=[parent.author_id for parent in parents])}
    digests: dict[int, list[str]] = {}
    for attachment in await Attachment.filter(record_id__in=ids, digest__not_isnull=True).order_by("position"):
        digests.setdefault(attachment.record_id or 0, []).append(attachment.digest or "")
    snapshots = []
    for parent in parents:
        author, version = authors[parent.author_id], versions.get(parent.id)
        document = version.document if version else {}
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
                updated_at=parent.updated_at,
                document=document,
                envelope=version.envelope if version else None,
                fetched_at=parent.fetched_at or now(),
            )
        )
    await Snapshot.bulk_create(snapshots, ignore_conflicts=True)
    wanted = {(snapshot.uri, snapshot.document_digest) for snapshot in snapshots}
    kept = await Snapshot.filter(
        uri__in=[uri for uri, _digest in wanted], document_digest__in=[digest for _uri, digest in wanted]
    )
    return {snapshot.uri: snapshot for snapshot in kept if (snapshot.uri, snapshot.document_digest) in wanted}


def asking_for_remixes(uri: str, *, depth: int, budget: int) -> Work:
    """The work of asking the origin of the remote record at `uri` what was made of it, and up to `budget` more."""
    return Work(
        kind="remixes",
        lane=f"remixes:{origin_of(uri)}",
        payload={"uri": uri, "depth": depth, "budget": budget},
        dedupe_key=f"remixes:{hashlib.sha256(uri.encode()).hexdigest()}",
    )


def asking_for_lists(record: Record, *, depth: int, budget: int) -> Work:
    """The work of fetching the lists that are too long to stand in this version of `record`."""
    return Work(
        kind="lists",
        lane=f"lists:{origin_of(record.uri)}",
        payload={"record": record.id, "revision": record.revision, "depth": depth, "budget": budget},
        dedupe_key=f"lists:{record.id}:{record.revision}",
    )


def fetching_of(source: Source, *, depth: int, budget: int, again: bool = False) -> Work:
    """The work of finding out what `source` is, and up to `budget` more that it leads to.

    Asked `again`, it does not wait for the next time that it would be tried anyway.
    """
    return Work(
        kind="lineage",
        lane=f"lineage:{origin_of(source.uri)}",
        payload={"source": source.id, "depth": depth, "budget": budget},
        dedupe_key=f"source:{source.id}:again" if again else f"source:{source.id}",
    )
