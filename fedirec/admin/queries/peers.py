"""Other instances, as those who run this one see them: what was decided, when there was contact, what reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fedirec.activitypub.models import Peer
from fedirec.activitypub.outbox import delivery_lane
from fedirec.activitypub.policies import ALLOW, BLOCK, LIMIT, OPEN, Stance, stances_to
from fedirec.admin.treatment import Treatment, treatment_of
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.rows import rows_in
from fedirec.db.tables import json_of, moment_of, table_of
from fedirec.errors import NotFound
from fedirec.lanes import Tries, tries_in
from fedirec.uris import host_of

PAGE: Final = 50
SILENT_FOR: Final = timedelta(days=7)
"""After so long without an answer a peer counts as dead, and what is cached of it may be thrown away."""

Show = Literal["", "blocked", "limited", "listed", "decided", "silent"]
State = Literal["fine", "waiting", "unreachable", "blocked"]
_DELIVER: Final = delivery_lane("")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPeer:
    """Another instance, as far as we know it."""

    origin: str
    treatment: Treatment
    """What was decided about it itself."""
    stance: Stance
    """What holds, with what was decided about domains above it."""
    is_listed: bool
    software: str | None
    software_version: str | None
    heard_at: datetime | None
    delivered_at: datetime | None
    decided_at: datetime | None
    tries: Tries
    """Of the last days."""
    is_open: bool
    """Whether nothing is tried for the time being, because it did not answer again and again."""
    failing_since: datetime | None
    held_until: datetime | None
    error: str | None
    waiting: int
    dead: int

    @property
    def host(self) -> str:
        return host_of(self.origin)

    @property
    def state(self) -> State:
        """Of what we send it."""
        if self.stance.is_blocked:
            return "blocked"
        if self.is_open:
            return "unreachable"
        return "waiting" if self.held_until and self.held_until > now() else "fine"

    @property
    def is_dead(self) -> bool:
        """Whether it has been silent for so long that nobody waits for it any more."""
        since = self.failing_since
        heard = self.heard_at or since
        return bool(self.is_open and since and heard and max(since, heard) < now() - SILENT_FOR)


async def peers(*, after: str = "", show: Show = "", words: str = "", limit: int = PAGE) -> list[KnownPeer]:
    """Up to `limit` of the instances that we know, in the order of their origins, those behind `after` only."""
    wheres: list[str] = []
    values: list[Any] = []
    if words:
        wheres.append("o.origin LIKE ? ESCAPE '!'")
        values.append("%" + words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%")
    match show:
        case "blocked" | "limited":
            wheres.append("p.policy = ?")
            values.append(BLOCK if show == "blocked" else LIMIT)
        case "listed":
            wheres.append("p.is_listed")
        case "decided":
            wheres.append("(p.policy <> ? OR p.rejects_media OR p.rejects_reports)")
            values.append(ALLOW)
        case "silent":
            wheres.append("l.trips > 0")
    rows = await fetch_rows(
        f"""
        SELECT o.origin AS origin
          FROM (SELECT origin FROM peer WHERE origin > ?
                 UNION SELECT substr(key, {len(_DELIVER) + 1}) FROM lane WHERE kind = 'deliver' AND key > ?) AS o
          LEFT JOIN peer AS p ON p.origin = o.origin
          LEFT JOIN lane AS l ON l.key = '{_DELIVER}' || o.origin
         {"WHERE " + " AND ".join(wheres) if wheres else ""} ORDER BY o.origin LIMIT ?
        """,  # noqa: S608  (constants only)
        after,
        f"{_DELIVER}{after}",
        *values,
        limit,
    )
    return await _known([str(row["origin"]) for row in rows])


async def get_peer(origin: str) -> KnownPeer:
    """The instance at `origin`. Raises NotFound when we never had to do with it."""
    met = await fetch_rows(
        """
        SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM peer WHERE origin = ?) OR EXISTS (SELECT 1 FROM lane WHERE key = ?)
            OR EXISTS (SELECT 1 FROM actor WHERE host = ? AND NOT is_local)
        """,
        origin,
        delivery_lane(origin),
        host_of(origin),
    )
    if not met:
        raise NotFound("We know no instance called %(host)s.", blanks={"host": host_of(origin)})
    return await find_peer(origin)


async def find_peer(origin: str) -> KnownPeer:
    """The instance at `origin`, be it one that we never had to do with."""
    return (await _known([origin]))[0]


async def _known(origins: list[str]) -> list[KnownPeer]:
    if not origins:
        return []
    wanted = table_of(origin="text")
    rows = await fetch_rows(
        f"""
        SELECT w.origin AS origin, p.id AS id, l.tally AS tally, l.trips AS trips, l.held_until AS held_until,
               l.failing_since AS failing_since, l.succeeded_at AS succeeded_at, l.error AS error,
               (SELECT count(*) FROM job AS j WHERE j.lane = l.key AND j.dead_at IS NULL) AS waiting,
               (SELECT count(*) FROM job AS j WHERE j.lane = l.key AND j.dead_at IS NOT NULL) AS dead
          FROM {wanted} AS w
          LEFT JOIN peer AS p ON p.origin = w.origin
          LEFT JOIN lane AS l ON l.key = '{_DELIVER}' || w.origin
        """,  # noqa: S608  (constants only)
        json_of({"origin": origin} for origin in origins),
    )
    found = {row["origin"]: row for row in rows}
    met = {peer.origin: peer for peer in await rows_in(Peer, [row["id"] for row in rows if row["id"] is not None])}
    stances = await stances_to(origins)
    return [_peer(origin, found[origin], met.get(origin), stances[origin]) for origin in origins]


def _peer(origin: str, row: Any, peer: Peer | None, stance: Stance) -> KnownPeer:
    return KnownPeer(
        origin=origin,
        treatment=treatment_of(peer),
        stance=stance,
        is_listed=bool(peer and peer.is_listed),
        software=peer.software if peer else None,
        software_version=peer.software_version if peer else None,
        heard_at=peer.heard_at if peer else None,
        delivered_at=moment_of(row["succeeded_at"]),
        decided_at=peer.decided_at if peer else None,
        tries=tries_in(row["tally"], at=now()),
        is_open=bool(row["trips"]),
        failing_since=moment_of(row["failing_since"]),
        held_until=moment_of(row["held_until"]),
        error=row["error"],
        waiting=int(row["waiting"] or 0),
        dead=int(row["dead"] or 0),
    )


async def federation() -> str:
    """Whom this instance federates with: everybody who is not blocked (open), or those who are listed (listed)."""
    rows = await fetch_rows("SELECT federation FROM instance ORDER BY id LIMIT 1")
    return str(rows[0]["federation"]) if rows else OPEN


async def errors_of(peer: KnownPeer, *, limit: int = 5) -> list[str]:
    """What went wrong with what was sent to `peer`, each once, the newest first."""
    rows = await fetch_rows(
        """
        SELECT error, max(id) AS newest FROM job WHERE lane = ? AND error IS NOT NULL
         GROUP BY error ORDER BY max(id) DESC LIMIT ?
        """,
        delivery_lane(peer.origin),
        limit,
    )
    return list(dict.fromkeys(filter(None, [peer.error, *(str(row["error"]) for row in rows)])))[:limit]
