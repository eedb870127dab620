"""Lineage as far as this instance knows it, over all instances, and the credits that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.lanes.sql import json_of, table_of
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import (
    MAX_RECORDS,
    CreditLine,
    Edge,
    Part,
    Relation,
    children_of,
    credit_lines,
    generations,
    parents_of,
)
from fedirec.remix.models import Snapshot
from fedirec.remix.roles import default_role

MAX_SHOWN: Final = 2_000
"""Steps of a trail that its pages follow in each direction: whoever looks at them waits for all of it."""

# Each step goes from one row to the next by an index. What looks roundabout is for SQLite's planner: a condition on one
# table alone makes it read the whole table first, for a Bloom filter; one that also names the step before does not.
_COUNTS: Final = "CASE WHEN s.in_graph AND s.withdrawn_at IS NULL THEN {step}.is_first END IS NOT NULL"
_UP: Final = f"""
    SELECT CAST(r.uri AS text), CAST(s.uri AS text), CAST(s.relation AS text), 0
      FROM up JOIN record r ON r.uri = up.source JOIN source s ON s.record_id = r.id
     WHERE (r.visibility = 'public' OR up.is_first = 1) AND {_COUNTS.format(step="up")}
"""  # noqa: S608  (only constants are spliced in)
_DOWN: Final = f"""
    SELECT CAST(r.uri AS text), CAST(s.uri AS text), CAST(s.relation AS text), 0
      FROM down JOIN source s ON s.uri = down.record JOIN record r ON r.id = s.record_id
     WHERE CASE WHEN r.visibility = 'public' THEN down.is_first END IS NOT NULL AND {_COUNTS.format(step="down")}
"""  # noqa: S608
_KINDS: Final = {kind.value: kind for kind in Kind}
_RELATIONS: Final = {relation.value: relation for relation in Relation}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waypoint:
    """A record in a trail: as we know it, or as it was when somebody built on it."""

    uri: str
    url: str
    title: str
    kind: Kind
    author_uri: str
    author_name: str
    author_handle: str
    """With its host: name@host."""
    author_url: str
    licence: str
    is_local: bool
    is_gone: bool
    """Deleted, or never reached: what is shown is remembered."""
    is_hidden: bool
    """Not public: only that there is something may be said."""
    key: int | None = None
    """Its row number, if it is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What one record was made from and what was made from it."""

    record: str
    edges: tuple[Edge, ...]
    waypoints: Mapping[str, Waypoint]
    up: Mapping[str, int]
    """Ancestors, with their generation."""
    down: Mapping[str, int]
    """Descendants, likewise."""


async def edges_above(records: Collection[str]) -> list[Edge]:
    """Everything that `records` were made from, at whatever remove, the nearest first to be kept: one query."""
    if not records:
        return []
    return _edges(
        await fetch_rows(
            f"""
            WITH RECURSIVE up(record, source, relation, is_first) AS (
                SELECT CAST('' AS text), w.uri, CAST('' AS text), 1 FROM {table_of(uri="text")} AS w UNION {_UP}
            )
            SELECT record, source, relation FROM up LIMIT {MAX_RECORDS + len(records)}
            """,  # noqa: S608  (only placeholders and constants are spliced in)
            json_of({"uri": uri} for uri in records),
        )
    )


async def edges_around(record: str) -> list[Edge]:
    """The trail of `record` in both directions, the nearest first to be kept: one query.

    Beyond `record` itself only what is public shows.
    """
    return _edges(
        await fetch_rows(
            f"""
            WITH RECURSIVE up(record, source, relation, is_first) AS (
                SELECT CAST('' AS text), CAST(? AS text), CAST('' AS text), 1 UNION {_UP}
            ), down(record, source, relation, is_first) AS (
                SELECT CAST(? AS text), CAST('' AS text), CAST('' AS text), 1 UNION {_DOWN}
            )
            SELECT * FROM (SELECT record, source, relation FROM up LIMIT {MAX_SHOWN + 1}) AS above
            UNION ALL
            SELECT * FROM (SELECT record, source, relation FROM down LIMIT {MAX_SHOWN + 1}) AS below
            """,  # noqa: S608
            record,
            record,
        )
    )


async def trail_of(record: str) -> Trail:
    """What `record` was made from and what was made from it, as far as this instance knows."""
    edges = await edges_around(record)
    parents = parents_of(edges)
    up = generations(record, parents)
    down = generations(record, children_of(parents))
    waypoints = await waypoints_of([*up, *down])
    del up[record], down[record]
    return Trail(record=record, edges=tuple(edges), waypoints=waypoints, up=up, down=down)


async def waypoints_of(uris: Collection[str]) -> dict[str, Waypoint]:
    """What is known of each of `uris`: the record itself, else its newest snapshot. Unknown ones are left out."""
    wanted = list(dict.fromkeys(uris))[:MAX_RECORDS]
    rows = await fetch_rows(
        f"""
        SELECT r.id, r.uri, r.url, r.title, r.kind, r.licence, r.visibility, r.deleted_at, a.is_local,
               a.uri AS author_uri, a.url AS author_url, a.name, a.handle, a.host
          FROM {table_of(uri="text")} AS w JOIN record r ON r.uri = w.uri JOIN actor a ON a.id = r.author_id
        """,  # noqa: S608
        json_of({"uri": uri} for uri in wanted),
    )
    found = {row["uri"]: _waypoint(row) for row in rows}
    missing = [uri for uri in wanted if uri not in found or found[uri].is_gone]
    for start in range(0, len(missing), 500):
        for snapshot in await Snapshot.filter(uri__in=missing[start : start + 500]).order_by("id"):
            found[snapshot.uri] = _remembered(snapshot, found.get(snapshot.uri))
    return found


async def credits_of(trail: Trail) -> tuple[list[CreditLine], dict[str, str]]:
    """Everybody who is credited for the record of `trail`, over all generations, and what they are called."""
    above = {uri: trail.waypoints[uri] for uri in (trail.record, *trail.up) if uri in trail.waypoints}
    lines = await credits_with(trail.record, trail.edges, above)
    return lines, await names_of(lines, above)


async def credits_with(
    record: str, edges: Sequence[Edge], waypoints: Mapping[str, Waypoint], own: Sequence[Part] = ()
) -> list[CreditLine]:
    """The credit lines of `record`; `own` are its parts when it is not saved yet.

    What is not public gives no line, but for `record` itself. An author who names no part of their own in a record has
    the one that goes with its kind.
    """
    parts: dict[str, list[Part]] = {record: list(own)} if own else {}
    shown = {uri: waypoint for uri, waypoint in waypoints.items() if uri == record or not waypoint.is_hidden}
    keys = {waypoint.key: uri for uri, waypoint in shown.items() if waypoint.key is not None}
    for row in await _contributors_of(list(keys)):
        parts.setdefault(keys[row["record_id"]], []).append(Part(person=row["actor_uri"], role=row["role"]))
    for uri, waypoint in shown.items():
        held = parts.setdefault(uri, [])
        if not any(part.person == waypoint.author_uri for part in held):
            held.insert(0, Part(person=waypoint.author_uri, role=default_role(waypoint.kind).iri))
    return credit_lines(
        record,
        edges=edges,
        authors={uri: waypoint.author_uri for uri, waypoint in shown.items()},
        parts=parts,
        kinds={uri: waypoint.kind for uri, waypoint in shown.items()},
    )


async def names_of(lines: Sequence[CreditLine], waypoints: Mapping[str, Waypoint]) -> dict[str, str]:
    """What the people in `lines` are called."""
    names = {waypoint.author_uri: waypoint.author_name for waypoint in waypoints.values()}
    missing = [line.person for line in lines if line.person not in names]
    for actor in await Actor.filter(uri__in=missing) if missing else []:
        names[actor.uri] = actor.name or actor.handle
    return names


async def _contributors_of(records: Sequence[int]) -> Sequence[dict[str, Any]]:
    """Who has a part in the records in these rows."""
    if not records:
        return []
    return await fetch_rows(
        f"""
        SELECT c.record_id, c.actor_uri, c.role
          FROM {table_of(id="integer")} AS w JOIN contributor c ON c.record_id = w.id ORDER BY c.position, c.id
        """,  # noqa: S608
        json_of({"id": key} for key in records),
    )


def _edges(rows: Sequence[Mapping[str, str]]) -> list[Edge]:
    """The steps in `rows`, in an order of their own; where a walk began is a row without a relation."""
    steps = sorted({(row["record"], row["source"], row["relation"]) for row in rows if row["relation"]})
    return [Edge(record=record, source=source, relation=_RELATIONS[relation]) for record, source, relation in steps]


def _waypoint(row: Mapping[str, Any]) -> Waypoint:
    return Waypoint(
        uri=row["uri"],
        url=row["url"] or row["uri"],
        title=row["title"],
        kind=_KINDS[row["kind"]],
        author_uri=row["author_uri"],
        author_name=row["name"] or row["handle"],
        author_handle=f"{row['handle']}@{row['host']}",
        author_url=row["author_url"] or row["author_uri"],
        licence=row["licence"],
        is_local=bool(row["is_local"]),
        is_gone=row["deleted_at"] is not None,
        is_hidden=row["visibility"] != "public",
        key=row["id"],
    )


def _remembered(snapshot: Snapshot, known: Waypoint | None) -> Waypoint:
    return Waypoint(
        uri=snapshot.uri,
        url=snapshot.uri,
        title=snapshot.title,
        kind=Kind(snapshot.kind),
        author_uri=snapshot.author_uri,
        author_name=known.author_name if known else snapshot.author_name,
        author_handle=snapshot.author_handle,
        author_url=known.author_url if known else snapshot.author_uri,
        licence=snapshot.licence,
        is_local=known.is_local if known else False,
        is_gone=True,
        is_hidden=known.is_hidden if known else False,
        key=known.key if known else None,
    )
