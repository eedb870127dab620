"""Throwing away what is kept of an instance that is blocked or gone."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.site import Site
from fedirec.admin.hosts import origin_named
from fedirec.admin.purging import Cached, cached_of, purging
from fedirec.admin.queries.peers import SILENT_FOR, get_peer
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.lanes import enqueue


async def plan_purge(doer: Doer, site: Site, host: str) -> Cached:
    """What is kept of that instance and would go. Raises Conflict while it is one that we exchange things with."""
    require(doer, Permission.MANAGE_FEDERATION)
    peer = await get_peer(origin_named(site, host))
    if not peer.stance.is_blocked and not peer.is_dead:
        raise Conflict(
            "%(host)s is neither blocked nor silent for %(days)s days; what is kept of it is needed.",
            blanks={"host": peer.host, "days": SILENT_FOR.days},
        )
    return await cached_of(peer.origin)


async def purge_peer(doer: Doer, site: Site, host: str) -> Cached:
    """What is kept of that instance, and nobody needs, is soon gone; answers what that is. Raises Conflict."""
    cached = await plan_purge(doer, site, host)
    if cached.is_nothing:
        raise Conflict("There is nothing to throw away.")
    origin = origin_named(site, host)
    async with transaction():
        await enqueue([purging(origin)])
        await audit(doer, "purge_peer", origin)
    return cached
