"""Pools: listing, opening, changing and closing them, and what they are used for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.pools.finding import moderates, named, of_challenge, of_instance, of_project
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.pools import Closing, NewPool, Pool, PoolChange, Pools, PoolSaid, UseSent, show_pool
from fedirec.credits.actions.pools import change_pool, close_pool, open_pool, use_pool
from fedirec.credits.decisions import Rule
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.pools import Home, get_pool, home_of, pool_state, pool_states, pools_of, sees_sums
from fedirec.errors import Invalid
from fedirec.projects.models import Production

Where = Callable[[Call], Awaitable[Home]]


def listing(where: Where) -> Callable[[Call], Awaitable[Pools]]:
    async def list_pools(call: Call) -> Pools:
        home = await where(call)
        rows = await pools_of(home.group, after=read_row(call), limit=size_of(call) + 1)
        states, sees = await pool_states(rows), await sees_sums(home.group, call.looker)
        return piece_of(
            call,
            Pools,
            rows,
            show=lambda row: show_pool(call, row, states[row.id], sees_sums=sees),
            place=lambda row: row.id,
        )

    return list_pools


def opening(where: Where) -> Callable[[Call], Awaitable[Pool]]:
    async def open_one(call: Call) -> Pool:
        home, wanted = await where(call), call.sent(NewPool)
        production = None
        if wanted.production is not None:
            production = await Production.get_or_none(id=wanted.production)
            if production is None:
                raise Invalid("There is no such production.", field="production")
        pool = await open_pool(call.actor, home, _draft(wanted, Kind(wanted.kind)), production=production)
        call.headers["Location"] = f"/api/pools/{pool.key}"
        return await _shown(call, pool.key)

    return open_one


async def show_one(call: Call) -> Pool:
    return await _shown(call, call.word("key"))


async def change(call: Call) -> Pool:
    (pool, home), wanted = await named(call), call.sent(PoolChange)
    await change_pool(call.actor, pool, home, _draft(wanted, Kind(pool.kind)), reason=wanted.reason)
    return await _shown(call, pool.key)


async def close(call: Call) -> Pool:
    pool, home = await named(call)
    await close_pool(call.actor, pool, home, reason=call.sent(Closing).reason)
    return await _shown(call, pool.key)


async def use(call: Call) -> Pool:
    pool, home = await named(call)
    group = await Actor.get_or_none(uri=call.sent(UseSent).group)
    if group is None:
        raise Invalid("Please choose another project or challenge of this instance.", field="group")
    await use_pool(call.actor, pool, home, await home_of(group))
    return await _shown(call, pool.key)


async def _shown(call: Call, key: str) -> Pool:
    pool, _home = await get_pool(key, call.looker, is_moderator=moderates(call))
    return show_pool(call, pool, await pool_state(pool), sees_sums=await sees_sums(pool.group, call.looker))


def _draft(said: PoolSaid, kind: Kind) -> PoolDraft:
    return PoolDraft(
        kind=kind,
        title=said.title,
        brief=said.brief,
        client=said.client,
        currency=said.currency,
        stated=said.stated,
        host_share_ppm=said.host_share_ppm,
        rule=Rule(said.rule),
    )


_WHERE: Final = (
    ("project", "/projects/{id:int}/pools", of_project, Permission.TAKE_PART, "/p/{slug}/money/new"),
    ("challenge", "/challenges/{id:int}/pools", of_challenge, Permission.TAKE_PART, "/c/{slug}/money/new"),
    ("instance", "/pools", of_instance, Permission.PAY, "/pools/new"),
)

ENDPOINTS: Final = (
    *(
        listed(
            f"list_pools_of_{name}",
            path,
            f"The pools of money of a {name}, the newest first."
            if name != "instance"
            else "What this instance has set aside.",
            listing(where),
            answer=Pools,
            is_open=True,
        )
        for name, path, where, _may, _page in _WHERE
    ),
    *(
        Endpoint(
            name=f"open_pool_of_{name}",
            method="POST",
            path=path,
            permission=may,
            says="There is a pool, and everybody can see what it promises and by which rule it is shared.",
            run=opening(where),
            body=NewPool,
            answer=Pool,
            status=201,
            pages=(page,),
        )
        for name, path, where, may, page in _WHERE
    ),
    Endpoint(
        name="show_pool",
        method="GET",
        path="/pools/{key}",
        permission=Permission.READ_OWN,
        says="A pool, and how it stands in the books.",
        run=show_one,
        answer=Pool,
        is_open=True,
    ),
    Endpoint(
        name="change_pool",
        method="PATCH",
        path="/pools/{key}",
        permission=Permission.TAKE_PART,
        says="A pool says something else; what people count on stays as it is.",
        run=change,
        body=PoolChange,
        answer=Pool,
        pages=("/pools/{key}/edit",),
    ),
    Endpoint(
        name="close_pool",
        method="POST",
        path="/pools/{key}/close",
        permission=Permission.TAKE_PART,
        says="Nothing more is stated of the pool, or proposed from it.",
        run=close,
        body=Closing,
        answer=Pool,
        pages=("/pools/{key}/close",),
    ),
    Endpoint(
        name="use_pool",
        method="POST",
        path="/pools/{key}/uses",
        permission=Permission.TAKE_PART,
        says="A project or a challenge was opened for the commission, and its log says so.",
        run=use,
        body=UseSent,
        answer=Pool,
        pages=("/pools/{key}/use",),
    ),
)
