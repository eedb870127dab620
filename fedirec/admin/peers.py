"""What those who run the instance decide about other instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Peer, Received
from fedirec.activitypub.outbox import delivery_lane
from fedirec.activitypub.site import Site
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.lanes import open_circuits
from fedirec.uris import origin_of, origins_above

PAGE: Final = 100
BLOCKED: Final = "block"
ALLOWED: Final = "allow"


async def peers(*, after: str = "", blocked_only: bool = False) -> list[Peer]:
    """Up to a page of the instances that we know, in the order of their origins, those behind `after` only."""
    found = Peer.filter(origin__gt=after)
    if blocked_only:
        found = found.filter(policy=BLOCKED)
    return await found.order_by("origin").limit(PAGE)


async def unreachable_among(met: Sequence[Peer]) -> set[str]:
    """The origins of those of these peers that do not answer, so that what is to be sent to them waits."""
    lanes = {delivery_lane(peer.origin): peer.origin for peer in met}
    return {lanes[key] for key in await open_circuits(lanes)}


async def block_peer(doer: Doer, site: Site, host: str, *, reason: str = "") -> Peer:
    """Nothing is asked of that instance, sent to it or taken from it any more. Raises Conflict when that was so."""
    require(doer, Permission.MANAGE_FEDERATION)
    origin = _origin(site, host)
    if site.is_ours(origin):
        raise Invalid("This instance cannot block itself.")
    async with transaction():
        peer, _ = await Peer.get_or_create(origin=origin)
        if peer.policy == BLOCKED:
            raise Conflict(f"{host} is blocked already.")
        peer.policy = BLOCKED
        await peer.save(update_fields=["policy"])
        await _refuse_waiting(origin)
        await audit(doer, "block_peer", origin, reason=reason.strip()[:500])
    return peer


async def unblock_peer(doer: Doer, site: Site, host: str) -> Peer:
    """That instance is a peer like any other again. Raises NotFound when we do not know it, Conflict when it was."""
    require(doer, Permission.MANAGE_FEDERATION)
    async with transaction():
        peer = await Peer.get_or_none(origin=_origin(site, host))
        if peer is None:
            raise NotFound(f"We know no instance called {host}.")
        if peer.policy != BLOCKED:
            raise Conflict(f"{host} is not blocked.")
        peer.policy = ALLOWED
        await peer.save(update_fields=["policy"])
        await audit(doer, "unblock_peer", peer.origin)
    return peer


async def _refuse_waiting(origin: str) -> None:
    """What came from `origin` and the hosts below it, and waits to be handled, has no effect any more."""
    waiting = await Received.filter(state="waiting").values_list("id", "activity_uri")
    ids = [id_ for id_, uri in waiting if origin in origins_above(origin_of(str(uri)))]
    for start in range(0, len(ids), PAGE):
        refused = Received.filter(id__in=ids[start : start + PAGE])
        await refused.update(state="refused", reason="blocked here", handled_at=now())


def _origin(site: Site, host: str) -> str:
    """The origin that somebody means who types a host: by the scheme of our own."""
    address = host.strip().lower().rstrip("/")
    if "://" not in address:
        address = f"{site.origin.partition('://')[0]}://{address}"
    origin = origin_of(address)
    if origin != address:
        raise Invalid("Write the host alone, like studio.example.", field="host")
    return origin
