"""What our people made from the works of others names these as they wish, and everybody hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.clock import now
from fedirec.db import transaction
from fedirec.lanes import Done, Job, Outcome, enqueue, gathering
from fedirec.remix.actions.claims.revising import present_version, recomposed, revise
from fedirec.remix.actions.pseudonyms.keeping import carry
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.queries.trails import MAX_SHOWN, trail_of
from fedirec.remix.visibility import ASKING, HELD, HIDDEN

AN_HOUR: Final = timedelta(hours=1)
MAX_AN_HOUR: Final = 10
"""Versions of one record within an hour: however often somebody changes their mind, what was made from it waits."""


async def carry_names(job: Job) -> Outcome:
    """What our people made from the record of `job` names its author as that one wishes, and everybody hears of it.

    What had too many versions of late has its next one later.
    """
    record = await Record.get_or_none(id=job.payload["record"])
    if record is None:
        return Done()
    trail = await trail_of(record.uri)
    has_waiting = False
    for uri in sorted(trail.down, key=lambda uri: (trail.down[uri], uri))[:MAX_SHOWN]:
        point = trail.waypoints.get(uri)
        if point is not None and point.is_local and not point.is_gone:
            has_waiting |= not await _say_again(uri)
    if has_waiting:
        async with transaction():
            await enqueue([carry(record.id, due_at=now() + AN_HOUR)])
    return Done()


async def is_restless(record: Record) -> bool:
    """Whether `record` had so many versions of late that the next one has to wait."""
    late = RecordRevision.filter(record_id=record.id, created_at__gt=now() - AN_HOUR)
    return bool(await late.offset(MAX_AN_HOUR - 1).limit(1).values("id"))


async def _say_again(uri: str) -> bool:
    """The record at `uri`, one of ours, has a new version if it would name others now than it does; False: later."""
    async with transaction(), gathering():
        record = await Record.filter(uri=uri, deleted_at=None).select_for_update().first()
        if record is None or record.visibility in (HIDDEN, HELD, ASKING):
            return True
        record.author = await record.author
        work = await present_version(record)
        said = await recomposed(work)
        if (said.content, said.mentions, said.cc) == (work.content, work.mentions, work.cc):
            return True
        if await is_restless(record):
            return False
        await revise(record, work)
        return True
