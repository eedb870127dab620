"""Who is credited for a record, over all generations of its trail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeAlias

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, table_of
from fedirec.remix.lineage import CreditLine, Edge, Part, credit_lines
from fedirec.remix.models import Contributor
from fedirec.remix.pseudonyms import NOT_NAMED, is_unnamed, without_account
from fedirec.remix.queries.pseudonyms import STAND_IN, stand_ins_among
from fedirec.remix.queries.trails import Trail
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.remix.roles import default_role
from fedirec.web.language import gettext as _

_STAND_IN: Final = STAND_IN.format(record="c.record_id", person="c.actor_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherPart:
    """What somebody did for a record, as a package above this one knows it: the record itself does not say it."""

    record: int
    """Its row."""
    person: str
    """Their address; empty for somebody without an account."""
    name: str
    role: str
    """The address of the role."""
    note: str = ""
    """Why that may not be so, in the reader's words; empty for what they said themselves."""


Further: TypeAlias = Callable[[Collection[int]], Awaitable[Sequence[FurtherPart]]]
"""The further parts in the records in these rows."""


class Credits(NamedTuple):
    """Everybody who is credited for a record, over all generations."""

    lines: Sequence[CreditLine]
    names: Mapping[str, str]
    """What they are called."""
    notes: Mapping[tuple[str, str], str]
    """Why somebody may not have had a role, by their address and that of the role."""


async def credits_of(trail: Trail, further: Further | None = None) -> Credits:
    """Everybody who is credited for the record of `trail`, with those whom `further` knows besides.

    What is not public names nobody, but for the record itself.
    """
    above = {uri: trail.waypoints[uri] for uri in (trail.record, *trail.up) if uri in trail.waypoints}
    keys = {
        each.key: each.uri
        for each in above.values()
        if each.key is not None and (each.uri == trail.record or not each.is_hidden)
    }
    parts = await _not_said(await further(list(keys))) if further else []
    lines = await credits_with(trail.record, trail.edges, above, further=parts)
    names = {part.person: part.name for part in parts if part.name} | await names_of(lines, above)
    noted = {(keys[part.record], part.person, part.role): part.note for part in parts if part.note}
    certain = {
        (line.person, role)
        for line in lines
        for work in line.works
        for role in work.roles
        if (work.record, line.person, role) not in noted
    }
    notes = {(person, role): note for (_record, person, role), note in noted.items() if (person, role) not in certain}
    return Credits(lines, names, notes)


async def credits_with(
    record: str,
    edges: Sequence[Edge],
    waypoints: Mapping[str, Waypoint],
    own: Sequence[Part] = (),
    *,
    further: Sequence[FurtherPart] = (),
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
    for each in further:
        parts.setdefault(keys[each.record], []).append(Part(person=each.person, role=each.role))
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


async def _not_said(parts: Sequence[FurtherPart]) -> list[FurtherPart]:
    """Those of `parts` that the records do not say themselves, with an address for everybody: of nobody for those
    without an account, or who are not to be named.
    """
    rows, people = {part.record for part in parts}, {part.person for part in parts if part.person}
    if not rows:
        return []
    said = {
        (row.record_id, row.actor_uri, row.role)
        for row in await Contributor.filter(record_id__in=list(rows), actor_uri__in=list(people))
    }
    unnamed = await stand_ins_among(rows, people)
    return [
        replace(part, person=stand_in, name="")
        if (stand_in := unnamed.get((part.record, part.person)))
        else replace(part, person=part.person or without_account(part.name))
        for part in parts
        if (part.record, part.person, part.role) not in said
    ]


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
