"""Giving what was given up another chance, or letting it go."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.outbox import delivery_lane
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.site import Site
from fedirec.admin.hosts import origin_named
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.lanes import Job, drop_dead, drop_one, drop_waiting, retry_dead, retry_one, revive
from fedirec.uris import host_of


async def retry_job(doer: Doer, id_: int) -> None:
    """The job with this number, which was given up, is due again. Raises NotFound, or Conflict when nobody gave up."""
    require(doer, Permission.MANAGE_FEDERATION)
    job = await _job(id_)
    if job.dead_at is None:
        raise Conflict("That is still going to be tried; nobody gave up on it.")
    async with transaction():
        await retry_one(id_)
        await audit(doer, "retry_deliveries", job.lane, lane=job.lane)


async def drop_job(doer: Doer, id_: int) -> None:
    """The job with this number is gone, be it given up or waiting. Raises NotFound."""
    require(doer, Permission.MANAGE_FEDERATION)
    job = await _job(id_)
    async with transaction():
        await drop_one(id_)
        await audit(doer, "drop_deliveries", job.lane, lane=job.lane, reason=job.error or "")


async def retry_host(doer: Doer, site: Site, host: str) -> int:
    """Everything for that instance is due at once, what was given up too; how many deliveries had been given up.

    Raises Conflict when we do not federate with it.
    """
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(site, host)
    if (await stance_to(origin)).is_blocked:
        raise Conflict("%(host)s is blocked here; nothing is sent to it.", blanks={"host": host_of(origin)})
    lane = delivery_lane(origin)
    async with transaction():
        revived = await retry_dead(lane)
        await revive(lane)
        await audit(doer, "retry_deliveries", origin, lane=lane)
    return revived


async def drop_host(doer: Doer, site: Site, host: str, *, dead_only: bool = True) -> int:
    """What was given up for that instance is gone, or with `dead_only` false whatever is to be sent to it; how many."""
    require(doer, Permission.MANAGE_FEDERATION)
    origin = origin_named(site, host)
    lane = delivery_lane(origin)
    dropped = await (drop_dead(lane) if dead_only else drop_waiting(lane))
    async with transaction():
        await audit(doer, "drop_deliveries", origin, lane=lane)
    return dropped


async def _job(id_: int) -> Job:
    job = await Job.get_or_none(id=id_)
    if job is None:
        raise NotFound("There is no such delivery; it may have been done meanwhile.")
    return job
