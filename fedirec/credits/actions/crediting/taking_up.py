"""Under which licence each work came into the trail of a production: what its author says later changes nothing of it.

A trail goes on growing after the production is frozen. What comes into it then is credited and stands against nothing:
else anybody in it could hold back everybody's pay by naming one more source. Two things still count: what moderators
found to be missing, and what lies behind a work that was named beforehand and could not be reached until now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fedirec.credits.models import TakenUp
from fedirec.projects.manifests import UsedRecord
from fedirec.projects.models import Production
from fedirec.remix.actions.rulings import BY_MODERATOR
from fedirec.remix.claims import ClaimKind
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Edge, parents_of
from fedirec.remix.models import Claim, Source
from fedirec.remix.queries.waypoints import waypoints_of

_AT_ONCE: Final = 500
_MAX_LICENCE: Final = 300
_WITHIN: Final = timedelta(seconds=1)
"""When something was frozen is kept in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A record was made from a source, as it was then."""

    source: str
    """The address of the source itself, where that is known: it can be named by that of its page."""
    licence: str
    """Empty where nobody knows."""
    made_at: datetime
    by_moderator: bool


async def keep_taken_up(
    production: Production, used: Sequence[UsedRecord], edges: Sequence[Edge], works: Sequence[str]
) -> frozenset[str]:
    """Every one of `works` has its row; returns the addresses of those that were in the trail when it was frozen.

    Part of the caller's transaction. A licence that was seen stays; one that nobody knew is filled in.
    """
    rows = {row.uri: row for row in await TakenUp.filter(production_id=production.id)}
    steps = await _steps_of(edges)
    places = await waypoints_of([*works, *{step.source for step in steps.values()}])
    keys = {uri: place.key for uri, place in places.items() if not place.is_hidden}
    for (_record, uri), step in steps.items():
        keys[uri] = keys.get(uri) or keys.get(step.source)
    at_first = _counting(production, [each.id for each in used], edges, steps, rows, keys)
    seen = _licences(edges, steps, at_first) | {each.id: each.licence for each in used}
    fresh = []
    for uri in works:
        row = rows.get(uri) or TakenUp(production_id=production.id, uri=uri, came_later=True)
        before = (row.record_id, row.licence, row.came_later)
        row.record_id = row.record_id or keys.get(uri)
        row.licence = row.licence or seen.get(uri, "")[:_MAX_LICENCE]
        row.came_later = uri not in at_first
        if uri not in rows:
            fresh.append(row)
        elif before != (row.record_id, row.licence, row.came_later):
            await row.save()
    await TakenUp.bulk_create(fresh, batch_size=_AT_ONCE)
    await _forget_refuted(rows.keys() - set(works), rows)
    return at_first


def _counting(
    production: Production,
    used: Sequence[str],
    edges: Sequence[Edge],
    steps: Mapping[tuple[str, str], Step],
    rows: Mapping[str, TakenUp],
    keys: Mapping[str, int | None],
) -> frozenset[str]:
    """The works that were in the trail when `production` was frozen, or count as if they had been."""
    counting = {*used, *(uri for uri, row in rows.items() if not row.came_later)}
    reached = {uri for uri in counting if uri in rows and rows[uri].record_id is None and keys.get(uri)}
    frozen_at = production.frozen_at + _WITHIN if production.frozen_at and not rows else None
    parents, waiting = parents_of(edges), sorted(counting)
    while waiting:
        record = waiting.pop()
        for source in parents.get(record, ()):
            step = steps.get((record, source))
            if source in counting or step is None:
                continue
            was_there = frozen_at is not None and step.made_at < frozen_at
            if was_there or step.by_moderator or record in reached:
                counting.add(source)
                waiting.append(source)
                reached |= {source} if rows else set()
    return frozenset(counting)


def _licences(
    edges: Sequence[Edge], steps: Mapping[tuple[str, str], Step], counting: Collection[str]
) -> dict[str, str]:
    """The licence under which each source was taken up; of several the one that lets people do less."""
    seen: dict[str, str] = {}
    for edge in edges:
        step = steps.get((edge.record, edge.source))
        if step is None or not step.licence or (edge.record not in counting and edge.source in counting):
            continue
        if find_licence(seen.get(edge.source, step.licence)).may_sell:
            seen[edge.source] = step.licence
    return seen


async def _steps_of(edges: Sequence[Edge]) -> dict[tuple[str, str], Step]:
    """What is kept of each of `edges`, by the addresses of the record and of the source."""
    wanted, found = sorted({edge.record for edge in edges}), {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Source.filter(record__uri__in=wanted[start : start + _AT_ONCE]).values_list(
            "record__uri",
            "uri",
            "created_at",
            "added_by",
            "snapshot__uri",
            "snapshot__licence_url",
            "snapshot__licence",
        )
        for record, uri, made_at, added_by, source, address, name in await rows:
            found[str(record), str(uri)] = Step(
                source=str(source or uri),
                licence=str(address or name or ""),
                made_at=made_at,
                by_moderator=added_by == BY_MODERATOR,
            )
    return found


async def _forget_refuted(gone: Collection[str], rows: Mapping[str, TakenUp]) -> None:
    """What a claim that was upheld took out of the trail never was in it; what its author takes out stays."""
    refuted = Claim.filter(source_uri__in=list(gone), holds=True, kind=ClaimKind.NOT_DERIVED) if gone else None
    uris = set(await refuted.values_list("source_uri", flat=True)) if refuted is not None else set()
    await TakenUp.filter(id__in=[rows[str(uri)].id for uri in uris]).delete()
