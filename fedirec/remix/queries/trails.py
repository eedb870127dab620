"""Lineage as far as this instance knows it, over all instances, and the credits that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.db.tables import json_of, table_of
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

# What moderators have hidden stays in the trail without its title: who made it is credited in what others made of it.
# Each step goes from row to row by number. What looks roundabout is for SQLite's planner: a condition on one table
# alone makes it read the whole table first, for a Bloom filter; one that also names the step before does not.
_COUNTS: Final = "CASE WHEN s.in_graph AND s.withdrawn_at IS NULL THEN {step}.id END IS NOT NULL"
_ABOVE: Final = f"""
    SELECT s.parent_id, 0 FROM up CROSS JOIN record r CROSS JOIN source s
     WHERE r.id = up.id AND s.record_id = r.id AND s.parent_id IS NOT NULL
       AND (r.visibility IN ('public', 'hidden') OR up.is_first = 1) AND {_COUNTS.format(step="up")}
"""  # noqa: S608  (only constants are spliced in)
_BELOW: Final = f"""
    SELECT s.record_id FROM down CROSS JOIN source s CROSS JOIN record r
     WHERE s.parent_id = down.id AND r.id = s.record_id
       AND CASE WHEN r.visibility IN ('public', 'hidden') THEN down.id END IS NOT NULL AND {_COUNTS.format(step="down")}
"""  # noqa: S608
_AROUND: Final = f"""
    WITH RECURSIVE up(id, is_first) AS (
        SELECT id, 1 FROM record WHERE uri = ? UNION {_ABOVE}
    ), down(id) AS (
        SELECT id FROM record WHERE uri = ? UNION {_BELOW}
    )
    SELECT id AS record, id AS parent, '' AS relation, uri FROM record WHERE uri = ?
    UNION ALL
    SELECT * FROM (
        SELECT s.record_id, s.parent_id, s.relation, CASE WHEN s.parent_id IS NULL THEN s.uri END
          FROM up CROSS JOIN source s WHERE s.record_id = up.id AND {_COUNTS.format(step="up")} LIMIT {MAX_SHOWN}
    ) AS above
    UNION ALL
    SELECT * FROM (
        SELECT s.record_id, s.parent_id, s.relation, NULL
          FROM down CROSS JOIN source s WHERE s.parent_id = down.id AND {_COUNTS.format(step="down")} LIMIT {MAX_SHOWN}
    ) AS below
"""  # noqa: S608
_KNOWN: Final = """
    SELECT r.id, r.uri, r.url, r.title, r.kind, r.licence, r.visibility, r.deleted_at, a.is_local,
           a.uri AS author_uri, a.url AS author_url, a.name, a.handle, a.host
      FROM {wanted} AS w CROSS JOIN record r CROSS JOIN actor a WHERE {found} AND a.id = r.author_id
"""
_KINDS: Final = {kind.value: kind for kind in Kind}
_RELATIONS: Final = {relation.value: relation for relation in Relation}


class Waypoint(NamedTuple):
    """A record in a trail: as we know it, or as it was when somebody built on it. A page makes a thousand of them."""

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
    limit = MAX_RECORDS + len(records)
    first = f"SELECT r.id, 1 FROM {table_of(uri='text')} AS t CROSS JOIN record r WHERE r.uri = t.uri"  # noqa: S608
    rows = await fetch_tuples(
        f"""
        WITH RECURSIVE up(id, is_first) AS ({first} UNION {_ABOVE})
        SELECT r.uri, s.uri, s.relation
          FROM (SELECT id, is_first FROM up LIMIT {limit}) AS w CROSS JOIN record r CROSS JOIN source s
         WHERE r.id = w.id AND s.record_id = r.id
           AND (r.visibility IN ('public', 'hidden') OR w.is_first = 1) AND {_COUNTS.format(step="w")}
         LIMIT {limit}
        """,  # noqa: S608
        json_of({"uri": uri} for uri in records),
    )
    return [Edge(record, source, _RELATIONS[relation]) for record, source, relation in sorted(set(map(tuple, rows)))]


async def trail_of(record: str) -> Trail:
    """What `record` was made from and what was made from it, as far as this instance knows, the nearest first.

    Beyond `record` itself only what is public shows.
    """
    steps = await fetch_tuples(_AROUND, record, record, record)
    keys = {key for child, parent, *_ in steps for key in (child, parent)} - {None}
    known = await _known("r.id = w.id", numbers(), json_numbers(keys))
    edges = _edges(steps, known)
    parents = parents_of(edges)
    up = generations(record, parents)
    down = generations(record, children_of(parents))
    reached = up | down
    found = {waypoint.uri: waypoint for waypoint in known if waypoint.uri in reached}
    waypoints = await _with_remembered(found, reached)
    del up[record], down[record]
    return Trail(record=record, edges=tuple(edges), waypoints=waypoints, up=up, down=down)


async def waypoints_of(uris: Collection[str]) -> dict[str, Waypoint]:
    """What is known of each of `uris`: the record itself, else its newest snapshot. Unknown ones are left out."""
    wanted = list(dict.fromkeys(uris))[:MAX_RECORDS]
    known = await _known("r.uri = w.uri", table_of(uri="text"), json_of({"uri": uri} for uri in wanted))
    return await _with_remembered({waypoint.uri: waypoint for waypoint in known}, wanted)


async def _known(condition: str, wanted: str, values: str) -> list[Waypoint]:
    return [
        Waypoint(
            uri,
            url or uri,
            "" if visibility == "hidden" else title,
            _KINDS[kind],
            author_uri,
            name or handle,
            f"{handle}@{host}",
            author_url or author_uri,
            licence,
            bool(is_local),
            deleted_at is not None or visibility == "hidden",
            visibility not in ("public", "hidden"),
            key,
        )
        for (
            key,
            uri,
            url,
            title,
            kind,
            licence,
            visibility,
            deleted_at,
            is_local,
            author_uri,
            author_url,
            name,
            handle,
            host,
        ) in await fetch_tuples(_KNOWN.format(wanted=wanted, found=condition), values)
    ]


async def _with_remembered(found: dict[str, Waypoint], wanted: Iterable[str]) -> dict[str, Waypoint]:
    """`found`, and of the others the newest snapshot; what is gone is shown as it was."""
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


def _edges(steps: Iterable[Sequence[Any]], known: Iterable[Waypoint]) -> list[Edge]:
    """These steps between rows, each once, in an order of their own; where the walk began is one without a relation.

    A step shows when the record that was made does.
    """
    uris = {waypoint.key: waypoint.uri for waypoint in known}
    shown = {waypoint.key for waypoint in known if not waypoint.is_hidden}
    shown |= {child for child, _, relation, _ in steps if not relation}
    found = {
        (uris[child], uri or uris[parent], relation)
        for child, parent, relation, uri in steps
        if relation and child in shown
    }
    return [Edge(record, source, _RELATIONS[relation]) for record, source, relation in sorted(found)]


def _remembered(snapshot: Snapshot, known: Waypoint | None) -> Waypoint:
    return Waypoint(
        uri=snapshot.uri,
        url=snapshot.uri,
        title=snapshot.title if known is None or known.title else "",
        kind=Kind(snapshot.kind),
        author_uri=snapshot.author_uri,
        author_name=known.author_name if known else snapshot.author_name,
        author_handle=known.author_handle if known else snapshot.author_handle,
        author_url=known.author_url if known else snapshot.author_uri,
        licence=snapshot.licence,
        is_local=known.is_local if known else False,
        is_gone=True,
        is_hidden=known.is_hidden if known else False,
        key=known.key if known else None,
    )
