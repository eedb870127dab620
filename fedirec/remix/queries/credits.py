"""Who is credited for a record, over all generations of its trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, table_of
from fedirec.remix.lineage import CreditLine, Edge, Part, credit_lines
from fedirec.remix.pseudonyms import NOT_NAMED, is_unnamed
from fedirec.remix.queries.pseudonyms import STAND_IN
from fedirec.remix.queries.trails import Trail
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.remix.roles import default_role
from fedirec.web.language import gettext as _

_STAND_IN: Final = STAND_IN.format(record="c.record_id", person="c.actor_uri")


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
    for row in await _contributors_of(list(keys), remix=record):
        uri = keys[row["record_id"]]
        is_named = row["stand_in"] is None or shown[uri].author_uri != row["stand_in"]
        person = row["actor_uri"] if is_named else row["stand_in"]
        parts.setdefault(uri, []).append(Part(person=person, role=row["role"]))
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
    return names | {person: _(NOT_NAMED) for person in missing if is_unnamed(person)}


async def _contributors_of(records: Sequence[int], *, remix: str) -> Sequence[dict[str, Any]]:
    """Who has a part in the records in these rows, and what stands for them in `remix`."""
    if not records:
        return []
    return await fetch_rows(
        f"""
        SELECT c.record_id, c.actor_uri, c.role, {_STAND_IN} AS stand_in
          FROM {table_of(id="integer")} AS w JOIN contributor c ON c.record_id = w.id
         ORDER BY c.position, c.id
        """,  # noqa: S608
        remix,
        json_of({"id": key} for key in records),
    )
