"""Received activities become durable in batches: one transaction, and one sync of the disk, for all that wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tortoise.exceptions import IntegrityError, OperationalError

from fedirec.activitypub.models import Received
from fedirec.db import transaction
from fedirec.errors import Busy
from fedirec.lanes import Work, enqueue
from fedirec.uris import origin_of

log = logging.getLogger(__name__)

BATCH: Final = 200
"""Activities that one transaction stores."""


@dataclass(frozen=True, slots=True)
class _Entry:
    received: Received
    written: asyncio.Future[None]


class Journal:
    """Writes what arrives, many at a time."""

    def __init__(self) -> None:
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, received: Received) -> None:
        """Return when `received` will survive the loss of power, and its handling is queued.

        An id that is there already stays as it is. Raises Busy when the database does not take it.
        """
        entry = _Entry(received, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        await entry.written

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._write(batch)

    async def _write(self, batch: Sequence[_Entry]) -> None:
        try:
            await _save([entry.received for entry in batch])
        except Exception as error:
            is_down = isinstance(error, OperationalError | OSError) and not isinstance(error, IntegrityError)
            if len(batch) > 1 and not is_down:
                for entry in batch:  # one that the database refuses does not take the others with it
                    await self._write([entry])
                return
            log.exception("the database does not take what arrives")
            reason = Busy("this instance cannot store anything just now; please try again later")
            reason.__cause__ = error
            for entry in batch:
                if not entry.written.done():
                    entry.written.set_exception(reason)
            return
        for entry in batch:
            if not entry.written.done():
                entry.written.set_result(None)


async def _save(batch: Sequence[Received]) -> None:
    by_uri: dict[str, Received] = {}
    for received in batch:
        by_uri.setdefault(received.activity_uri, received)
    async with transaction():
        known = await Received.filter(activity_uri__in=list(by_uri)).values("activity_uri")
        there = {row["activity_uri"] for row in known}
        fresh = [received for uri, received in by_uri.items() if uri not in there]
        if not fresh:
            return
        await Received.bulk_create(fresh, ignore_conflicts=True)
        await enqueue(
            [
                Work(
                    kind="inbox",
                    lane=f"inbox:{origin_of(received.activity_uri)}",
                    payload={"activity": received.activity_uri},
                    dedupe_key=f"inbox:{sha256(received.activity_uri.encode()).hexdigest()}",
                )
                for received in fresh
            ]
        )
