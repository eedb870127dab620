"""Lineage as far as this instance knows it, over all instances, and the credits that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
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
from fedirec.remix.models import Contributor, Record, Snapshot
from fedirec.remix.roles import default_role

_EDGES: Final = """
    SELECT r.uri AS record, s.uri AS source, s.relation AS relation, r.visibility AS visibility
      FROM source s JOIN record r ON r.id = s.record_id
     WHERE s.in_graph AND s.withdrawn_at IS NULL
"""

MAX_SHOWN: Final = 1_000
"""Steps of a trail that its pages follow in each direction: whoever looks at them waits for all of it."""


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
    """Everything that `records` were made from, at whatever remove: one query."""
    if not records:
        return []
    marks = ", ".join("?" * len(records))
    return _edges(
        await fetch_rows(
            f"""
            WITH RECURSIVE edge AS ({_EDGES}), up(record, source, relation) AS (
                SELECT record, source, relation FROM edge WHERE record IN ({marks})
                UNION
                SELECT edge.record, edge.source, edge.relation FROM edge JOIN up ON up.source = edge.record
                 WHERE edge.visibility = 'public'
            )
            SELECT record, source, relation FROM up LIMIT {MAX_RECORDS}
            """,  # noqa: S608  (only placeholders and constants are spliced in)
            *records,
        )
    )


async def edges_around(record: str) -> list[Edge]:
    """The trail of `record` in both directions, the nearest first to be kept: one query.

    Beyond `record` itself only what is public shows.
    """
    return _edges(
        await fetch_rows(
            f"""
            WITH RECURSIVE edge AS ({_EDGES}), up(record, source, relation) AS (
                SELECT record, source, relation FROM edge WHERE record = ?
                UNION
                SELECT edge.record, edge.source, edge.relation FROM edge JOIN up ON up.source = edge.record
                 WHERE edge.visibility = 'public'
            ), down(record, source, relation) AS (
                SELECT record, source, relation FROM edge WHERE source = ? AND visibility = 'public'
                UNION
                SELECT edge.record, edge.source, edge.relation FROM edge JOIN down ON down.record = edge.source
                 WHERE edge.visibility = 'public'
            )
            SELECT * FROM (SELECT record, source, relation FROM up LIMIT {MAX_SHOWN}) AS above
            UNION
            SELECT * FROM (SELECT record, source, relation FROM down LIMIT {MAX_SHOWN}) AS below
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
    found: dict[str, Waypoint] = {}
    for start in range(0, len(wanted), 500):
        page = wanted[start : start + 500]
        for row in await Record.filter(uri__in=page).select_related("author"):
            found[row.uri] = _waypoint(row)
        missing = [uri for uri in page if uri not in found or found[uri].is_gone]
        for snapshot in await Snapshot.filter(uri__in=missing).order_by("id") if missing else []:
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
    for row in await Contributor.filter(record__uri__in=list(shown)).select_related("record").order_by("position"):
        parts.setdefault(row.record.uri, []).append(Part(person=row.actor_uri, role=row.role))
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


def _edges(rows: Sequence[Mapping[str, str]]) -> list[Edge]:
    return [
        Edge(record=row["record"], source=row["source"], relation=Relation(row["relation"]))
        for row in sorted(rows, key=lambda row: (row["record"], row["source"]))
    ]


def _waypoint(row: Record) -> Waypoint:
    author = row.author
    return Waypoint(
        uri=row.uri,
        url=row.url or row.uri,
        title=row.title,
        kind=Kind(row.kind),
        author_uri=author.uri,
        author_name=author.name or author.handle,
        author_handle=f"{author.handle}@{author.host}",
        author_url=author.url or author.uri,
        licence=row.licence,
        is_local=author.is_local,
        is_gone=row.deleted_at is not None,
        is_hidden=row.visibility != "public",
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
    )
