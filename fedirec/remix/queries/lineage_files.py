"""Everything that this instance knows around a record and may show, for a lineage file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_objects, fetch_rows
from fedirec.db.rows import fetch_tuples, json_numbers, numbers, rows_in
from fedirec.db.tables import json_of, table_of
from fedirec.errors import Gone, NotFound
from fedirec.remix.lineage_file import LeftOut, Why
from fedirec.remix.models import Attachment, Record, RecordRevision, RemixRequest, Snapshot, Source
from fedirec.remix.queries.pseudonyms import stand_ins_of

MAX_EDGES: Final = 80_000
MAX_EDITED: Final = 16
"""Older versions by co-authors of the record that a file is about, the newest."""
_COUNTS: Final = "s.in_graph AND s.withdrawn_at IS NULL"
# The walk goes on from what is public only. As in `trails`, what looks roundabout is for SQLite's planner.
_RELATIVES: Final = f"""
    WITH RECURSIVE up(id) AS (
        SELECT id FROM record WHERE uri = ?
        UNION
        SELECT s.parent_id FROM up CROSS JOIN record r CROSS JOIN source s
         WHERE r.id = up.id AND s.record_id = r.id AND s.parent_id IS NOT NULL AND r.visibility = 'public'
           AND CASE WHEN {_COUNTS} THEN up.id END IS NOT NULL
    ), down(id) AS (
        SELECT id FROM record WHERE uri = ?
        UNION
        SELECT s.record_id FROM down CROSS JOIN source s CROSS JOIN record r
         WHERE s.parent_id = down.id AND r.id = s.record_id AND r.visibility = 'public'
           AND CASE WHEN {_COUNTS} THEN down.id END IS NOT NULL
    )
    SELECT * FROM (SELECT id FROM up LIMIT ?) AS above
    UNION ALL
    SELECT * FROM (SELECT id FROM down LIMIT ?) AS below
"""  # noqa: S608  (only constants are spliced in)
_CURRENT: Final = """
    SELECT v.* FROM {wanted} AS w CROSS JOIN record r CROSS JOIN record_revision v
     WHERE r.id = w.id AND v.record_id = r.id AND v.number = r.revision
"""
_OF_VERSION: Final = """
    SELECT v.* FROM {wanted} AS w CROSS JOIN record r CROSS JOIN record_revision v
     WHERE r.uri = w.uri AND v.record_id = r.id AND v.digest = w.digest ORDER BY v.id
"""
_STAMPS: Final = """
    SELECT q.* FROM {wanted} AS w CROSS JOIN record r CROSS JOIN remix_request q
     WHERE r.id = w.id AND q.remix_uri = r.uri AND q.asker_id = r.author_id
       AND q.state = 'approved' AND q.stamp IS NOT NULL
"""
_UNNAMED: Final = """
    SELECT r.uri AS record, p.actor_uri AS person, p.actor_uri = a.uri AS is_author
      FROM {wanted} AS w CROSS JOIN record r CROSS JOIN actor a CROSS JOIN pseudonym p
     WHERE r.id = w.id AND a.id = r.author_id AND p.record_id = r.id AND p.remix_uri IN ('', ?)
"""


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """Rows around one record; what is not public is named and nothing more."""

    root: Record
    records: dict[int, Record] = field(default_factory=dict)
    """By row, each with its author."""
    current: dict[int, RecordRevision] = field(default_factory=dict)
    """The newest version of each record that is still there."""
    media: dict[int, list[str]] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    stamped: list[RecordRevision] = field(default_factory=list)
    """Older versions to which authors have agreed."""
    edited: list[RecordRevision] = field(default_factory=list)
    """Versions of the record that the file is about which its co-authors made."""
    requests: dict[tuple[str, str], RemixRequest] = field(default_factory=dict)
    """What was agreed to and not taken back, by remix and source, each with its owner."""
    unnamed: dict[str, set[str]] = field(default_factory=dict)
    """Who does not want to be named in a record, by its address."""
    left_out: list[LeftOut] = field(default_factory=list)
    is_whole: bool = True


async def get_shown_record(address: str) -> Record:
    """The record at `address`, its id or the address of its page, which everybody may see. Raises NotFound or Gone."""
    for column in ("uri", "url"):
        found = await Record.filter(**{column: address.strip()}).select_related("author").first()
        if found is not None:
            break
    else:
        raise NotFound("no record with that address is known here")
    if found.visibility != "public" or found.author.state in ("suspended", "pending"):
        raise NotFound("that record is not one that everybody may see")
    if found.deleted_at:
        raise Gone("that record was deleted by its author")
    return found


async def surroundings_of(root: Record, *, limit: int) -> Surroundings:
    """What is known around `root`, which is public: up to `limit` relatives, what it was made from first.

    Some queries, however many there are.
    """
    found = Surroundings(root=root)
    keys = await _relatives(root.uri, limit + 2)
    if len(keys) > limit + 1:
        found.is_whole = False
        keys = keys[: limit + 1]
    records = await rows_in(Record, keys)
    authors = {actor.id: actor for actor in await rows_in(Actor, {record.author_id for record in records})}
    for record in records:
        record.author = authors[record.author_id]
        if (why := _why_not(record)) is None:
            found.records[record.id] = record
        else:
            found.left_out.append(LeftOut(record=record.uri, why=why))
    await _add_unnamed(found)
    there = list(found.records)
    standing = [key for key, record in found.records.items() if record.deleted_at is None]
    revisions = await fetch_objects(RecordRevision, _CURRENT.format(wanted=numbers()), json_numbers(standing))
    found.current = {row.record_id: row for row in revisions}
    for each in await rows_in(Attachment, standing, of="record_id", where="x.digest IS NOT NULL", order="x.position"):
        found.media.setdefault(each.record_id or 0, []).append(each.digest or "")
    found.sources = await rows_in(Source, there, of="record_id", order="x.record_id, x.position, x.id")
    if len(found.sources) > MAX_EDGES:
        found.is_whole, found.sources = False, found.sources[:MAX_EDGES]
    if root.id in standing:
        edited = RecordRevision.filter(record_id=root.id, editor_uri__isnull=False)
        found.edited = await edited.order_by("-number").limit(MAX_EDITED)
    await _add_snapshots(found)
    await _add_requests(found, there)
    return found


async def _relatives(uri: str, limit: int) -> list[int]:
    rows = await fetch_tuples(_RELATIVES, uri, uri, limit, limit)
    return list(dict.fromkeys(int(key) for (key,) in rows))


def _why_not(record: Record) -> Why | None:
    """Why a record cannot be shown to everybody."""
    if record.visibility in ("hidden", "held") or record.author.state in ("suspended", "pending"):
        return Why.WITHHELD
    return None if record.visibility == "public" else Why.PRIVATE


async def _add_unnamed(found: Surroundings) -> None:
    """Who is not to be named is known; a work of theirs, under whose every version their name stands, is left out."""
    authors = set()
    rows = await fetch_rows(_UNNAMED.format(wanted=numbers()), json_numbers(found.records), found.root.uri)
    for row in rows:
        if row["is_author"] and row["record"] == found.root.uri:
            continue  # the file is about a work of theirs, under which their name stands
        found.unnamed.setdefault(row["record"], set()).add(row["person"])
        if row["is_author"]:
            authors.add(row["record"])
    for key, record in list(found.records.items()):
        if record.uri in authors:
            del found.records[key]
            found.left_out.append(LeftOut(record=record.uri, why=Why.WITHHELD))


async def _add_snapshots(found: Surroundings) -> None:
    hidden = {each.record for each in found.left_out}
    wanted = {source.snapshot_id for source in found.sources if source.snapshot_id is not None}
    found.snapshots = {
        snapshot.id: snapshot for snapshot in await rows_in(Snapshot, wanted) if snapshot.uri not in hidden
    }
    known = {record.uri for record in found.records.values()} | hidden
    beyond = {snapshot.uri for snapshot in found.snapshots.values()} - known
    for why, uri in await _not_shown(beyond):
        found.left_out.append(LeftOut(record=uri, why=why))
        hidden.add(uri)
    found.snapshots = {key: each for key, each in found.snapshots.items() if each.uri not in hidden}


async def _not_shown(uris: Collection[str]) -> list[tuple[Why, str]]:
    """Those of `uris` that are not in the walk, and not public either: a snapshot was taken while they were."""
    if not uris:
        return []
    wanted = table_of(uri="text")
    statement = f"SELECT r.* FROM {wanted} AS w CROSS JOIN record r WHERE r.uri = w.uri"  # noqa: S608
    records = await fetch_objects(Record, statement, json_of({"uri": uri} for uri in sorted(uris)))
    authors = {actor.id: actor for actor in await rows_in(Actor, {record.author_id for record in records})}
    shown = []
    for record in records:
        record.author = authors[record.author_id]
        if (why := _why_not(record)) is not None:
            shown.append((why, record.uri))
    return shown


async def _add_requests(found: Surroundings, there: Sequence[int]) -> None:
    rows = await fetch_objects(RemixRequest, _STAMPS.format(wanted=numbers()), json_numbers(there))
    owners = {actor.id: actor for actor in await rows_in(Actor, {row.owner_id for row in rows})}
    unnamed = await stand_ins_of({row.source_uri for row in rows}, remix=found.root.uri)
    for row in rows:
        if row.source_uri in unnamed:
            continue  # the stamp says whose it is
        row.owner = owners[row.owner_id]
        found.requests[row.remix_uri, row.source_uri] = row
    shown = {record.uri for record in found.records.values()}
    wanted = [
        {"uri": row.source_uri, "digest": row.source_digest}
        for row in rows
        if row.source_digest and row.source_uri in shown
    ]
    if wanted:
        statement = _OF_VERSION.format(wanted=table_of(uri="text", digest="text"))
        found.stamped = await fetch_objects(RecordRevision, statement, json_of(wanted))
