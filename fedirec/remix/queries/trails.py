"""Lineage as far as this instance knows it, over all instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedirec.db.rows import fetch_columns, fetch_tuples
from fedirec.db.tables import json_of, table_of
from fedirec.remix.lineage import MAX_RECORDS, Edge, Relation, children_of, generations, parents_of
from fedirec.remix.queries.waypoints import Waypoint, waypoints_in, with_remembered

MAX_SHOWN: Final = 2_000
"""Steps of a trail that its pages follow in each direction: whoever looks at them waits for all of it."""

# Each step goes from row to row by number. What looks roundabout is for SQLite's planner: a condition on one table
# alone makes it read the whole table first, for a Bloom filter; one that also names the step before does not.
_COUNTS: Final = "CASE WHEN s.in_graph AND s.withdrawn_at IS NULL THEN {step}.id END IS NOT NULL"
_ABOVE: Final = f"""
    SELECT s.parent_id FROM up CROSS JOIN source s
     WHERE s.record_id = up.id AND s.parent_id IS NOT NULL AND {_COUNTS.format(step="up")}
"""  # noqa: S608  (only constants are spliced in)
_BELOW: Final = f"""
    SELECT s.record_id FROM down CROSS JOIN source s WHERE s.parent_id = down.id AND {_COUNTS.format(step="down")}
"""  # noqa: S608
_AROUND: Final = f"""
    WITH RECURSIVE up(id) AS (
        SELECT id FROM record WHERE uri = ? UNION {_ABOVE}
    ), down(id) AS (
        SELECT id FROM record WHERE uri = ? UNION {_BELOW}
    )
    SELECT id AS record, id AS parent, '' AS relation, uri FROM record WHERE uri = ?
    UNION ALL
    SELECT * FROM (
        SELECT s.record_id, s.parent_id, s.relation, CASE WHEN s.parent_id IS NULL THEN s.uri END
          FROM up CROSS JOIN source s WHERE s.record_id = up.id AND {_COUNTS.format(step="up")} LIMIT ?
    ) AS above
    UNION ALL
    SELECT * FROM (
        SELECT s.record_id, s.parent_id, s.relation, NULL
          FROM down CROSS JOIN source s WHERE s.parent_id = down.id AND {_COUNTS.format(step="down")} LIMIT ?
    ) AS below
"""  # noqa: S608
_STEP: Final = ["record", "parent", "relation", "uri"]
_RELATIONS: Final = {relation.value: relation for relation in Relation}


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
        WITH RECURSIVE up(id, is_first) AS (
            {first}
             UNION
            SELECT s.parent_id, 0 FROM up CROSS JOIN record r CROSS JOIN source s
             WHERE r.id = up.id AND s.record_id = r.id AND s.parent_id IS NOT NULL
               AND (r.visibility IN ('public', 'hidden') OR up.is_first = 1) AND {_COUNTS.format(step="up")}
        )
        SELECT r.uri, s.uri, s.relation
          FROM (SELECT id, is_first FROM up LIMIT {limit}) AS w CROSS JOIN record r CROSS JOIN source s
         WHERE r.id = w.id AND s.record_id = r.id
           AND (r.visibility IN ('public', 'hidden') OR w.is_first = 1) AND {_COUNTS.format(step="w")}
         LIMIT {limit}
        """,  # noqa: S608
        json_of({"uri": uri} for uri in records),
    )
    return [Edge(record, source, _RELATIONS[relation]) for record, source, relation in sorted(set(map(tuple, rows)))]


async def trail_of(record: str, *, most: int = MAX_SHOWN) -> Trail:
    """What `record` was made from and what was made from it, as far as this instance knows, the nearest first.

    Beyond `record` itself only what is public shows, and no more than `most` steps in each direction are followed.
    """
    steps = await fetch_columns(_AROUND, _STEP, record, record, record, most, most)
    known = await waypoints_in({*steps[0], *steps[1]} - {None}, own=record)
    edges = _edges(steps, known)
    parents = parents_of(edges)
    up = generations(record, parents)
    down = generations(record, children_of(parents))
    reached = up | down
    if any(waypoint.is_hidden for waypoint in known):
        edges = tuple(edge for edge in edges if edge.record in reached and edge.source in reached)
    waypoints = await with_remembered({each.uri: each for each in known if each.uri in reached}, reached)
    del up[record], down[record]
    return Trail(record=record, edges=edges, waypoints=waypoints, up=up, down=down)


def _edges(steps: Sequence[Sequence[Any]], known: Iterable[Waypoint]) -> tuple[Edge, ...]:
    """The columns of `steps` as edges, each once, in an order of their own.

    A step shows when the record that was made does, and so what lies behind one that does not is out of reach: seen
    here, that costs nothing, and the walk would have to read each record for it. What moderators have hidden stays
    without its title: who made it is credited in what others made of it. Where the walk began is a step without a
    relation.
    """
    uris = {waypoint.key: waypoint.uri for waypoint in known}
    hidden = {waypoint.key for waypoint in known if waypoint.is_hidden}
    hidden -= {made for made, relation in zip(steps[0], steps[2], strict=True) if not relation}
    found = {
        (uris[made], uri or uris[source], _RELATIONS[relation])
        for made, source, relation, uri in zip(*steps, strict=True)
        if relation and made not in hidden
    }
    return tuple(map(Edge._make, sorted(found)))  # as plain tuples they are put in order in a third of the time
