"""How this instance stands to others: what was decided about them, and whether those that nobody named may come in.

A decision about a domain holds for all hosts below it. Where several hold, all of them do: nothing that is decided
about a host can take back what was decided about its domain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from fedirec.db import fetch_rows
from fedirec.db.tables import marks
from fedirec.uris import origins_above

ALLOW: Final = "allow"
LIMIT: Final = "limit"
BLOCK: Final = "block"

OPEN: Final = "open"
LISTED: Final = "listed"

ASKED_AT_ONCE: Final = 500
"""Origins that one query asks about."""


@dataclass(frozen=True, slots=True)
class Stance:
    """What holds for one origin."""

    is_blocked: bool = False
    """Nothing is asked of it, sent to it or taken from it: it is blocked, or not listed where only the listed may."""
    is_quiet: bool = False
    """Its people are shown to those who follow them only."""
    rejects_media: bool = False
    rejects_reports: bool = False


async def stance_to(origin: str) -> Stance:
    """What holds for `origin`."""
    return (await stances_to([origin]))[origin]


async def stances_to(origins: Collection[str]) -> dict[str, Stance]:
    """What holds for each of `origins`."""
    found: dict[str, Stance] = {}
    wanted = list(dict.fromkeys(origins))
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[start : start + ASKED_AT_ONCE]
        decided = await decided_about(part)
        found |= {origin: stance_among(decided, origin) for origin in part}
    return found


async def decided_about(origins: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The rows of peers that say something about `origins`, by origin; under "" how this instance federates at all."""
    names = list(dict.fromkeys(chain.from_iterable(origins_above(origin) for origin in origins)))
    rows = await fetch_rows(
        f"""
        SELECT p.origin AS origin, p.policy AS policy, p.is_listed AS is_listed, p.rejects_media AS rejects_media,
               p.rejects_reports AS rejects_reports, p.speaks_rfc9421_at AS speaks_rfc9421_at,
               i.federation AS federation, i.origin AS ours
          FROM (SELECT 1 AS one) AS x
          LEFT JOIN instance AS i ON i.id = 1
          LEFT JOIN peer AS p ON p.origin IN ({marks(names)})
        """,  # noqa: S608  (only placeholders)
        *names,
    )
    return {"": rows[0], **{str(row["origin"]): row for row in rows if row["origin"] is not None}}


def stance_among(decided: Mapping[str, Mapping[str, Any]], origin: str) -> Stance:
    """What `decided` rows (of `decided_about`) mean for `origin`."""
    here = decided[""]
    if origin == here["ours"]:
        return Stance()
    rows = [decided[name] for name in origins_above(origin) if name in decided]
    policies = {row["policy"] for row in rows}
    is_unlisted = here["federation"] == LISTED and not any(row["is_listed"] for row in rows)
    return Stance(
        is_blocked=BLOCK in policies or is_unlisted,
        is_quiet=LIMIT in policies,
        rejects_media=any(row["rejects_media"] for row in rows),
        rejects_reports=any(row["rejects_reports"] for row in rows),
    )
