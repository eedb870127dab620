"""Other instances, for those who look after this one."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.policies import LISTED, OPEN
from fedirec.admin.actions.lists import Plan, export_list, import_list, plan_import
from fedirec.admin.actions.policies import choose_federation, decide, list_peer
from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.actions.queue import drop_host, retry_host
from fedirec.admin.decisions import Decision
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.consequences import Consequences as Foreseen
from fedirec.admin.queries.consequences import consequences_of_block, consequences_of_listing
from fedirec.admin.queries.peers import KnownPeer, federation, find_peer, get_peer, peers
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed, switched
from fedirec.api.paging import piece_with, read_cursor, size_of
from fedirec.api.shapes.federation import (
    BadLine,
    Bond,
    Consequences,
    Dropped,
    Federation,
    FederationSent,
    ListChange,
    ListContradiction,
    ListQuery,
    ListRead,
    ListSent,
    ListWritten,
    Peer,
    PeerDecision,
    Peers,
    PeersQuery,
    Purged,
    PurgeSent,
    Revived,
)

_PLACE = "/admin/federation/peers/{host}"


async def list_peers(call: Call) -> Peers:
    asked = call.asked(PeersQuery)
    size = size_of(call)
    rows = await peers(after=read_cursor(call) or "", show=asked.show, words=asked.q, limit=size + 1)
    end = rows[size - 1].origin if len(rows) > size else None
    return piece_with(call, Peers, [_peer(row) for row in rows[:size]], end=end)


async def show_peer(call: Call) -> Peer:
    return _peer(await get_peer(_origin(call)))


async def decide_about_peer(call: Call) -> Peer:
    sent = call.sent(PeerDecision)
    await decide(call.viewer, call.site, call.word("host"), Decision(**sent.model_dump()))
    return _peer(await find_peer(_origin(call)))


async def foresee_block(call: Call) -> Consequences:
    return _consequences(await consequences_of_block([_origin(call)]))


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
    return Purged(
        is_done=not is_dry,
        people=cached.people,
        copies=cached.copies,
        bytes=cached.bytes,
        activities=cached.activities,
        deliveries=cached.deliveries,
    )


async def show_federation(call: Call) -> Federation:
    return Federation(federation=LISTED if await federation() == LISTED else OPEN)


async def set_federation(call: Call) -> Federation:
    await choose_federation(call.viewer, call.site, call.sent(FederationSent).federation)
    return await show_federation(call)


async def foresee_listing(call: Call) -> Consequences:
    return _consequences(await consequences_of_listing())


async def take_over_list(call: Call) -> ListRead:
    sent = call.sent(ListSent)
    if sent.dry_run:
        plan = await plan_import(call.viewer, call.site, sent.list, kind=sent.kind, overrule=sent.overrule)
    else:
        plan = await import_list(
            call.viewer, call.site, sent.list, kind=sent.kind, overrule=sent.overrule, skip_bad=sent.skip_bad
        )
    return _read(plan, is_done=not sent.dry_run)


async def give_away_list(call: Call) -> ListWritten:
    return ListWritten(csv=await export_list(call.viewer, call.asked(ListQuery).kind))


def _origin(call: Call) -> str:
    return origin_named(call.site, call.word("host"))


def _peer(row: KnownPeer) -> Peer:
    return Peer(
        host=row.host,
        **row.decision.columns(),  # type: ignore[arg-type]
        is_listed=row.is_listed,
        is_blocked=row.stance.is_blocked,
        software=row.software,
        software_version=row.software_version,
        state=row.state,
        heard_at=row.heard_at,
        delivered_at=row.delivered_at,
        failing_since=row.failing_since,
        held_until=row.held_until,
        went_well=row.tries.well,
        went_ill=row.tries.ill,
        waiting=row.waiting,
        given_up=row.dead,
        error=row.error,
    )


def _consequences(foreseen: Foreseen) -> Consequences:
    return Consequences(
        people=foreseen.people,
        followed=foreseen.followed,
        following=foreseen.following,
        records=foreseen.records,
        submissions=foreseen.submissions,
        comments=foreseen.comments,
        deliveries=foreseen.deliveries,
        activities=foreseen.activities,
        followed_by_name=[Bond(ours=bond.ours, theirs=bond.theirs) for bond in foreseen.followed_by_name],
        following_by_name=[Bond(ours=bond.ours, theirs=bond.theirs) for bond in foreseen.following_by_name],
    )


def _read(plan: Plan, *, is_done: bool) -> ListRead:
    return ListRead(
        is_done=is_done,
        kind=plan.kind,
        changes=[
            ListChange(line=each.number, host=each.host, what=each.what, **each.decision.columns())  # type: ignore[arg-type]
            for each in plan.changes
        ],
        same=plan.same,
        contradictions=[
            ListContradiction(line=each.number, host=each.host, weaker=list(each.columns))
            for each in plan.contradictions
        ],
        bad=[BadLine(line=each.number, text=each.text, why=each.why) for each in plan.bad],
        consequences=_consequences(plan.consequences),
    )


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
    Endpoint(
        name="show_federation",
        method="GET",
        path="/federation/mode",
        permission=Permission.SEE_FEDERATION,
        says="Whom this instance federates with.",
        run=show_federation,
        answer=Federation,
    ),
    Endpoint(
        name="choose_federation",
        method="PUT",
        path="/federation/mode",
        permission=Permission.MANAGE_FEDERATION,
        says="This instance federates with everybody who is not blocked, or with those who are listed.",
        run=set_federation,
        body=FederationSent,
        answer=Federation,
        pages=("/admin/federation/mode",),
    ),
    Endpoint(
        name="foresee_listing",
        method="GET",
        path="/federation/mode/consequences",
        permission=Permission.MANAGE_FEDERATION,
        says="What would be cut off if only those who are listed could come in.",
        run=foresee_listing,
        answer=Consequences,
    ),
    Endpoint(
        name="take_over_list",
        method="POST",
        path="/federation/lists",
        permission=Permission.MANAGE_FEDERATION,
        says="What a list of decisions in the form of Mastodon says holds here, unless it is weaker than what held.",
        run=take_over_list,
        body=ListSent,
        answer=ListRead,
        pages=("/admin/federation/import",),
    ),
    Endpoint(
        name="give_away_list",
        method="GET",
        path="/federation/lists",
        permission=Permission.MANAGE_FEDERATION,
        says="What was decided here, as a list in the form of Mastodon.",
        run=give_away_list,
        query=ListQuery,
        answer=ListWritten,
    ),
)
