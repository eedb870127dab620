"""One instance among others: what is known of it, and what is decided about it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.policies import list_peer, treat_peer
from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.actions.queue import drop_host, retry_host
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.consequences import consequences_of_block
from fedirec.admin.queries.peers import find_peer, get_peer, peers
from fedirec.admin.treatment import Treatment
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed, switched
from fedirec.api.paging import piece_with, read_cursor, size_of
from fedirec.api.shapes.federation import (
    Consequences,
    Dropped,
    Peer,
    PeerDecision,
    Peers,
    PeersQuery,
    Purged,
    PurgeSent,
    Revived,
    show_consequences,
    show_known_peer,
    show_purge,
)

_PLACE = "/admin/federation/peers/{host}"


async def list_peers(call: Call) -> Peers:
    asked = call.asked(PeersQuery)
    size = size_of(call)
    rows = await peers(after=read_cursor(call) or "", show=asked.show, words=asked.q, limit=size + 1)
    end = rows[size - 1].origin if len(rows) > size else None
    return piece_with(call, Peers, [show_known_peer(row) for row in rows[:size]], end=end)


async def show_peer(call: Call) -> Peer:
    return show_known_peer(await get_peer(_origin(call)))


async def decide_about_peer(call: Call) -> Peer:
    sent = call.sent(PeerDecision)
    await treat_peer(call.viewer, call.site, call.word("host"), Treatment(**sent.model_dump()))
    return show_known_peer(await find_peer(_origin(call)))


async def foresee_block(call: Call) -> Consequences:
    return show_consequences(await consequences_of_block([_origin(call)]))


async def list_one(call: Call) -> None:
    await list_peer(call.viewer, call.site, call.word("host"))


async def delist_one(call: Call) -> None:
    await list_peer(call.viewer, call.site, call.word("host"), is_listed=False)


async def retry_peer(call: Call) -> Revived:
    return Revived(revived=await retry_host(call.viewer, call.site, call.word("host")))


async def drop_peer(call: Call) -> Dropped:
    return Dropped(dropped=await drop_host(call.viewer, call.site, call.word("host")))


async def purge(call: Call) -> Purged:
    is_dry = call.sent(PurgeSent).dry_run
    cached = await (plan_purge if is_dry else purge_peer)(call.viewer, call.site, call.word("host"))
    return show_purge(cached, is_done=not is_dry)


def _origin(call: Call) -> str:
    return origin_named(call.site, call.word("host"))


ENDPOINTS = (
    listed(
        "list_peers",
        "/federation/peers",
        "The instances that this one knows, by host.",
        list_peers,
        answer=Peers,
        query=PeersQuery,
        permission=Permission.SEE_FEDERATION,
    ),
    Endpoint(
        name="show_peer",
        method="GET",
        path="/federation/peers/{host}",
        permission=Permission.SEE_FEDERATION,
        says="What is known of one instance, and what was decided about it.",
        run=show_peer,
        answer=Peer,
    ),
    Endpoint(
        name="decide_about_peer",
        method="PUT",
        path="/federation/peers/{host}/policy",
        permission=Permission.MANAGE_FEDERATION,
        says="That holds for an instance and those below it from now on, and soon for everything of them that is here.",
        run=decide_about_peer,
        body=PeerDecision,
        answer=Peer,
        pages=(f"{_PLACE}/policy",),
    ),
    Endpoint(
        name="foresee_block",
        method="GET",
        path="/federation/peers/{host}/consequences",
        permission=Permission.MANAGE_FEDERATION,
        says="What a block of that instance would cut off.",
        run=foresee_block,
        answer=Consequences,
    ),
    *switched(
        "/federation/peers/{host}/listing",
        on=("list_peer", "That instance may come in even where only the listed may.", list_one),
        off=("delist_peer", "That instance is not listed any more.", delist_one),
        permission=Permission.MANAGE_FEDERATION,
        pages=(f"{_PLACE}/listing",),
    ),
    Endpoint(
        name="retry_peer",
        method="POST",
        path="/federation/peers/{host}/retry",
        permission=Permission.MANAGE_FEDERATION,
        says="Everything for that instance is tried at once, what was given up too.",
        run=retry_peer,
        answer=Revived,
        pages=(f"{_PLACE}/retry",),
    ),
    Endpoint(
        name="drop_peer",
        method="POST",
        path="/federation/peers/{host}/drop",
        permission=Permission.MANAGE_FEDERATION,
        says="What was given up for that instance is let go.",
        run=drop_peer,
        answer=Dropped,
        pages=(f"{_PLACE}/drop",),
    ),
    Endpoint(
        name="purge_peer",
        method="POST",
        path="/federation/peers/{host}/purge",
        permission=Permission.MANAGE_FEDERATION,
        says="What is kept of an instance that is blocked or gone, and nobody needs, goes soon.",
        run=purge,
        body=PurgeSent,
        answer=Purged,
        pages=(f"{_PLACE}/purge",),
    ),
)
