"""Instances as people name them: by a host, which stands for the hosts below it, too."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final

from fedirec.activitypub.site import Site
from fedirec.db import fetch_rows
from fedirec.errors import Invalid
from fedirec.uris import is_host, origin_of, origins_above

EVERYWHERE: Final = ""
"""Instead of an origin: all instances but this one."""
_AT_ONCE: Final = 500


def origin_named(site: Site, host: str) -> str:
    """The origin that somebody means who types a host: by the scheme of our own. Raises Invalid."""
    address = _in_ascii(host.strip().lower().rstrip("/"))
    scheme = site.origin.partition("://")[0]
    if "://" not in address:
        address = f"{scheme}://{address}"
    try:
        origin = origin_of(address)
    except Invalid as error:
        raise Invalid("Write the host alone, like studio.example.", field="host") from error
    if origin != address or not origin.startswith(f"{scheme}://") or not is_host(origin.partition("://")[2]):
        raise Invalid("Write the host alone, like studio.example.", field="host")
    if site.is_ours(origin):
        raise Invalid("That is this instance itself.", field="host")
    return origin


def is_within(uri: str, origin: str) -> bool:
    """Whether what is at `uri` lives at `origin`, or on a host below it."""
    return origin == EVERYWHERE or origin in origins_above(origin_of(uri))


def beginnings(origin: str) -> tuple[str, str]:
    """Patterns for LIKE ... ESCAPE '!' that all addresses within `origin` fit, in small letters, and a few others."""
    if origin == EVERYWHERE:
        return "%", "%"
    scheme, _, host = origin.partition("://")
    plain = re.sub(r"([%_!])", r"!\1", host)
    return f"{scheme}://{plain}%", f"{scheme}://%.{plain}%"


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody who lives elsewhere, as far as policies go."""

    id: int
    uri: str
    state: str
    is_quiet: bool
    is_limited: bool
    is_shut_out: bool
    media_rejected: bool
    icon_url: str | None

    @property
    def origin(self) -> str:
        return origin_of(self.uri)


async def inhabitants(origin: str, *, after: int, limit: int) -> tuple[list[Inhabitant], int | None]:
    """A page of the people we know within `origin`, and after whom the next begins, if there may be one."""
    first, second = beginnings(origin)
    rows = await fetch_rows(
        """
        SELECT id, uri, state, is_quiet, limited_at, is_shut_out, media_rejected, icon_url FROM actor
         WHERE id > ? AND NOT is_local AND (lower(uri) LIKE ? ESCAPE '!' OR lower(uri) LIKE ? ESCAPE '!')
         ORDER BY id LIMIT ?
        """,
        after,
        first,
        second,
        limit,
    )
    found = [_inhabitant(row) for row in rows if is_within(row["uri"], origin)]
    return found, rows[-1]["id"] if len(rows) == limit else None


async def everybody_within(origin: str) -> AsyncGenerator[Inhabitant]:
    """The people we know within `origin`, one after the other."""
    after: int | None = 0
    while after is not None:
        page, after = await inhabitants(origin, after=after, limit=_AT_ONCE)
        for each in page:
            yield each


def _inhabitant(row: Any) -> Inhabitant:
    return Inhabitant(
        id=row["id"],
        uri=row["uri"],
        state=row["state"],
        is_quiet=bool(row["is_quiet"]),
        is_limited=row["limited_at"] is not None,
        is_shut_out=bool(row["is_shut_out"]),
        media_rejected=bool(row["media_rejected"]),
        icon_url=row["icon_url"],
    )


def _in_ascii(host: str) -> str:
    """A name in other letters as the internet spells it (RFC 3492)."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise Invalid("Write the host alone, like studio.example.", field="host") from error
