"""What pages ask about other instances: since when they were heard, and whether what we send reaches them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedirec.db import fetch_rows
from fedirec.db.tables import json_of, moment_of, table_of
from fedirec.web.views import HostView

MAX_HOSTS: Final = 500
"""Hosts that one page asks about."""


async def hosts_of(hosts: Iterable[str]) -> dict[str, HostView]:
    """What is known of each of `hosts`, by host, in one query; those that were never met are not in it.

    `hosts` may hold the empty host of what is ours. A host does not answer while the circuit of its deliveries is
    open.
    """
    wanted = sorted({host for host in hosts if host})[:MAX_HOSTS]
    if not wanted:
        return {}
    origins = [{"host": host, "origin": f"{scheme}://{host}"} for host in wanted for scheme in ("https", "http")]
    rows = await fetch_rows(
        f"""
        SELECT h.host AS host, p.heard_at AS heard_at, l.trips AS trips, l.failing_since AS failing_since
          FROM {table_of(host="text", origin="text")} AS h
          LEFT JOIN peer AS p ON p.origin = h.origin
          LEFT JOIN lane AS l ON l.key = 'deliver:' || h.origin
         WHERE p.id IS NOT NULL OR l.key IS NOT NULL
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_of(origins),
    )
    return {
        str(row["host"]): HostView(
            host=str(row["host"]),
            heard_at=moment_of(row["heard_at"]),
            silent_since=moment_of(row["failing_since"]) if row["trips"] else None,
            is_reachable=not row["trips"],
        )
        for row in rows
    }
