"""How complete a trail is, as far as that can be known: what could not be had, and who was not asked yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.db.tables import moment_of
from fedirec.remix.queries.trails import MAX_SHOWN, Trail
from fedirec.remix.spreading import Gap

MAX_NAMED: Final = 100
"""Sources that are named as missing, and records as not asked about, of one trail."""

_MISSING: Final = """
    SELECT s.id, s.uri, s.problem, s.asked_at FROM {wanted} AS w CROSS JOIN source s
     WHERE s.record_id = w.id AND s.withdrawn_at IS NULL AND s.in_graph AND s.snapshot_id IS NULL
     ORDER BY s.id LIMIT {limit}
"""
_UNTOLD: Final = """
    SELECT r.id, r.uri, r.remixes_asked_at, r.remixes_gap, r.is_partial
      FROM {wanted} AS w CROSS JOIN record r CROSS JOIN actor a
     WHERE r.id = w.id AND a.id = r.author_id AND {told}
       AND (r.remixes_asked_at IS NULL OR r.remixes_gap <> '' OR r.is_partial)
     ORDER BY r.id LIMIT {limit}
"""
_ASKED: Final = """
    SELECT MAX(r.remixes_asked_at), COUNT(*) FROM {wanted} AS w CROSS JOIN record r CROSS JOIN actor a
     WHERE r.id = w.id AND a.id = r.author_id AND {told}
"""
_TOLD: Final = "NOT a.is_local AND r.visibility = 'public' AND r.deleted_at IS NULL AND a.state = 'active'"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSource:
    """Something that a record of a trail was made from, and that nobody here has seen."""

    key: int
    """The row of the step that leads to it."""
    uri: str
    problem: str
    """Why not; empty while it is being asked for."""
    asked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldRecord:
    """A record of a trail whose origin has not said all that was made of it, or all that it is."""

    key: int
    uri: str
    asked_at: datetime | None
    gap: Gap
    is_partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What a trail may lack."""

    missing: tuple[MissingSource, ...] = ()
    untold: tuple[UntoldRecord, ...] = ()
    is_cut: bool = False
    """Whether it goes on beyond what is followed at once."""
    has_strangers: bool = False
    """Whether there is anybody elsewhere who could be asked."""
    asked_at: datetime | None = None
    """When anybody was asked last."""

    @property
    def is_whole(self) -> bool:
        """Whether everybody concerned has said what they know, and all of it is there."""
        return not (self.missing or self.untold or self.is_cut)


async def completeness_of(trail: Trail) -> Completeness:
    """What `trail` may lack: three short queries."""
    keys = [waypoint.key for waypoint in trail.waypoints.values() if waypoint.key is not None]
    wanted, values = numbers(), json_numbers(keys)
    missing = [
        MissingSource(key=key, uri=uri, problem=problem or "", asked_at=moment_of(asked_at))
        for key, uri, problem, asked_at in await fetch_tuples(_MISSING.format(wanted=wanted, limit=MAX_NAMED), values)
    ]
    untold = [
        UntoldRecord(key=key, uri=uri, asked_at=moment_of(asked_at), gap=Gap(gap), is_partial=bool(is_partial))
        for key, uri, asked_at, gap, is_partial in await fetch_tuples(
            _UNTOLD.format(wanted=wanted, told=_TOLD, limit=MAX_NAMED), values
        )
    ]
    ((latest, count),) = await fetch_tuples(_ASKED.format(wanted=wanted, told=_TOLD), values)
    asked = [moment for moment in (moment_of(latest), *(each.asked_at for each in missing)) if moment is not None]
    return Completeness(
        missing=tuple(missing),
        untold=tuple(untold),
        is_cut=len(trail.edges) >= MAX_SHOWN,
        has_strangers=bool(count) or bool(missing),
        asked_at=max(asked, default=None),
    )
