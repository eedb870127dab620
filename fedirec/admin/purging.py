"""What is kept of an instance that nobody needs any more goes, page by page, in the background.

Copies of its files go, what its people said of themselves where nobody here needs them, and what was received and
handled. Records, who made what from what, keys and evidence stay: a chain of attribution outlives its servers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fedirec.admin.hosts import Inhabitant, beginnings, inhabitants, is_within
from fedirec.db import execute, fetch_rows, transaction
from fedirec.db.rows import json_numbers, numbers
from fedirec.db.tables import json_of, table_of
from fedirec.lanes import Done, Job, Outcome, Work, drop_waiting, keep_payload, lanes_named
from fedirec.media.cache import MediaCache
from fedirec.media.models import RemoteMedia
from fedirec.remix.queries.files import addresses_of

PAGE: Final = 100
PURGING: Final = timedelta(hours=1)
"""How long it may take until it goes on anew."""
_COPIES: Final = 500

_UNNEEDED: Final = """
    NOT EXISTS (SELECT 1 FROM follow WHERE follower_id = actor.id)
    AND NOT EXISTS (SELECT 1 FROM follow WHERE target_id = actor.id)
    AND NOT EXISTS (SELECT 1 FROM record WHERE author_id = actor.id)
    AND NOT EXISTS (SELECT 1 FROM comment WHERE author_id = actor.id)
    AND (document IS NOT NULL OR icon_url IS NOT NULL OR summary <> '')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """What would go."""

    people: int
    """Of whom what they said of themselves would go."""
    copies: int
    """Of files."""
    bytes: int
    activities: int
    deliveries: int

    @property
    def is_nothing(self) -> bool:
        return not (self.people or self.copies or self.activities or self.deliveries)


def purging(origin: str) -> Work:
    """The work of throwing away what is kept of `origin` and the hosts below it."""
    return Work(
        kind="purge",
        lane="purge",
        payload={"origin": origin, "step": "people", "after": 0},
        dedupe_key=f"purge:{origin}",
    )


async def cached_of(origin: str) -> Cached:
    """What a purge of `origin` would throw away."""
    people = activities = 0
    urls: dict[str, None] = {}
    after: int | None = 0
    while after is not None:
        page, after = await inhabitants(origin, after=after, limit=PAGE)
        ids = json_numbers(each.id for each in page)
        rows = await fetch_rows(
            f"""
            SELECT (SELECT count(*) FROM actor WHERE id IN (SELECT id FROM {numbers()} AS w) AND {_UNNEEDED}) AS people,
                   (SELECT count(*) FROM received WHERE state <> 'waiting'
                       AND sender_id IN (SELECT id FROM {numbers()} AS w)) AS activities
            """,  # noqa: S608  (constants only)
            ids,
            ids,
        )
        people += int(rows[0]["people"])
        activities += int(rows[0]["activities"])
        urls |= dict.fromkeys(await _files_of(page))
    copies = {copy.id: copy.size for copy in await _copies_at(origin)}
    places = list(urls)
    for start in range(0, len(places), _COPIES):
        found = await RemoteMedia.filter(url__in=places[start : start + _COPIES], path__not_isnull=True)
        copies |= {copy.id: copy.size for copy in found}
    return Cached(
        people=people,
        copies=len(copies),
        bytes=sum(copies.values()),
        activities=activities,
        deliveries=await _deliveries(origin),
    )


@dataclass(frozen=True, kw_only=True)
class Purging:
    """Does it."""

    cache: MediaCache

    async def run(self, job: Job) -> Outcome:
        """What was kept of the origin of `job`, and nobody needs, is gone."""
        payload: dict[str, Any] = dict(job.payload)
        while payload["step"] == "people":
            page, after = await inhabitants(payload["origin"], after=payload["after"], limit=PAGE)
            await self.cache.forget_of(await _files_of(page))
            async with transaction():
                await _forget(page)
                payload["after"] = after
                payload["step"] = "people" if after is not None else "files"
                await keep_payload(job, payload)
        while copies := await _copies_at(payload["origin"], limit=_COPIES):
            await self.cache.forget_of(copy.url for copy in copies)
        for key in await _lanes_of(payload["origin"]):
            await drop_waiting(key)
        return Done()


async def _files_of(page: Sequence[Inhabitant]) -> list[str]:
    return [each.icon_url for each in page if each.icon_url] + await addresses_of([each.id for each in page])


async def _forget(page: Sequence[Inhabitant]) -> None:
    """Nothing is kept of what these people said of themselves, unless they are needed. Part of a transaction."""
    ids = json_numbers(each.id for each in page)
    await execute(
        f"""
        UPDATE actor SET document = NULL, icon_url = NULL, summary = '', fetched_at = NULL
         WHERE id IN (SELECT id FROM {numbers()} AS w) AND {_UNNEEDED}
        """,  # noqa: S608  (constants only)
        ids,
    )
    await execute(
        f"""
        DELETE FROM received WHERE state <> 'waiting' AND sender_id IN (SELECT id FROM {numbers()} AS w)
        """,  # noqa: S608
        ids,
    )


async def _copies_at(origin: str, *, limit: int | None = None) -> list[RemoteMedia]:
    """The copies of files that lie at `origin` itself."""
    first, second = beginnings(origin)
    rows = await fetch_rows(
        """
        SELECT id, url FROM remote_media WHERE lower(url) LIKE ? ESCAPE '!' OR lower(url) LIKE ? ESCAPE '!' ORDER BY id
        """,
        first,
        second,
    )
    within = [row["id"] for row in rows if is_within(row["url"], origin)][:limit]
    return await RemoteMedia.filter(id__in=within) if within else []


async def _lanes_of(origin: str) -> list[str]:
    keys, after = list[str](), ""
    while page := await lanes_named([f"deliver:{pattern}" for pattern in beginnings(origin)], after=after):
        after = page[-1]
        keys += [key for key in page if is_within(key.partition(":")[2], origin)]
    return keys


async def _deliveries(origin: str) -> int:
    keys = json_of({"key": key} for key in await _lanes_of(origin))
    lanes = table_of(key="text")
    rows = await fetch_rows(f"SELECT count(*) AS jobs FROM {lanes} AS w CROSS JOIN job AS j WHERE j.lane = w.key", keys)  # noqa: S608
    return int(rows[0]["jobs"])
