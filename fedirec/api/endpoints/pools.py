"""Pools of money: finding and opening them, stating what came in, confirming it; and what was decided about money."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.endpoints.projects.finding import project_in
from fedirec.api.paging import piece_of, read_row, size_of
from fedirec.api.shapes.pools import (
    Closing,
    Entries,
    Entry,
    EntrySent,
    MoneySettings,
    NewPool,
    Pool,
    PoolChange,
    Pools,
    PoolSaid,
    Undoing,
    UseSent,
    show_entries,
    show_money_settings,
    show_pool,
)
from fedirec.credits.actions.pools import (
    change_pool,
    close_pool,
    confirm_entry,
    open_pool,
    reject_entry,
    state_entry,
    state_reversal,
    use_pool,
)
from fedirec.credits.deciding import Rule
from fedirec.credits.models import Pool as PoolRow
from fedirec.credits.models import PoolEntry
from fedirec.credits.pools import EntryDraft, EntryKind, Kind, PoolDraft
from fedirec.credits.queries.pools import (
    Home,
    entries_of,
    get_entry,
    get_pool,
    home_of,
    may_see_home,
    pool_state,
    pool_states,
    pools_of,
    reversals_of,
    sees_sums,
    shown_before,
)
from fedirec.credits.queries.settings import money_settings
from fedirec.errors import Forbidden, Invalid, NotFound
from fedirec.projects.models import Production

Where = Callable[[Call], Awaitable[Home]]


async def of_project(call: Call) -> Home:
    project = await project_in(call)
    return Home(group=project.actor, project=project)


async def of_challenge(call: Call) -> Home:
    challenge = await get_challenge_row(call.row(), viewer=call.looker)
    home = Home(group=challenge.actor, challenge=challenge)
    if not await may_see_home(home, call.looker, is_moderator=_moderates(call)):
        raise NotFound("There is no such challenge here.")
    return home


async def of_instance(call: Call) -> Home:
    return Home(group=await own_actor())


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
    (pool, home), wanted = await _named(call), call.sent(PoolChange)
    await change_pool(call.actor, pool, home, _draft(wanted, Kind(pool.kind)), reason=wanted.reason)
    return await _shown(call, pool.key)


async def close(call: Call) -> Pool:
    pool, home = await _named(call)
    await close_pool(call.actor, pool, home, reason=call.sent(Closing).reason)
    return await _shown(call, pool.key)


async def use(call: Call) -> Pool:
    pool, home = await _named(call)
    group = await Actor.get_or_none(uri=call.sent(UseSent).group)
    if group is None:
        raise Invalid("Please choose another project or challenge of this instance.", field="group")
    await use_pool(call.actor, pool, home, await home_of(group))
    return await _shown(call, pool.key)


async def list_entries(call: Call) -> Entries:
    pool, _home = await _named(call)
    if not await sees_sums(pool.group, call.looker):
        raise Forbidden("This instance shows amounts only to whoever gets them.")
    rows = await entries_of(pool, after=read_row(call), limit=size_of(call) + 1)
    entries = show_entries(call, rows, await shown_before(rows), await reversals_of(rows))
    shown = dict(zip((row.id for row in rows), entries, strict=True))
    return piece_of(call, Entries, rows, show=lambda row: shown[row.id], place=lambda row: row.id)


async def state(call: Call) -> Entry:
    (pool, home), wanted = await _named(call), call.sent(EntrySent)
    try:
        happened_on = date.fromisoformat(wanted.happened_on)
    except ValueError as error:
        raise Invalid("Please give a day, like 2026-12-04.", field="happened_on") from error
    draft = EntryDraft(
        kind=EntryKind(wanted.kind),
        amount=wanted.amount,
        currency=wanted.currency,
        words=wanted.words,
        happened_on=happened_on,
        evidence=wanted.evidence,
        original_amount=wanted.original_amount,
        original_currency=wanted.original_currency,
        rate=wanted.rate,
    )
    entry = await state_entry(call.actor, pool, home, draft, file=wanted.file or "")
    return await _shown_entry(call, pool, entry.key)


async def confirm(call: Call) -> Entry:
    pool, home, entry = await _named_entry(call)
    await confirm_entry(call.actor, entry, pool, home)
    return await _shown_entry(call, pool, entry.key)


async def refuse(call: Call) -> Entry:
    pool, home, entry = await _named_entry(call)
    await reject_entry(call.actor, entry, pool, home, reason=call.sent(Closing).reason)
    return await _shown_entry(call, pool, entry.key)


async def undo(call: Call) -> Entry:
    pool, home, entry = await _named_entry(call)
    reversal = await state_reversal(call.actor, entry, pool, home, reason=call.sent(Undoing).reason)
    return await _shown_entry(call, pool, reversal.key)


async def show_settings(call: Call) -> MoneySettings:
    return show_money_settings(await money_settings())


async def _named(call: Call) -> tuple[PoolRow, Home]:
    """The pool in the path, and what it belongs to. Raises NotFound."""
    return await get_pool(call.word("key"), call.looker, is_moderator=_moderates(call))


async def _named_entry(call: Call) -> tuple[PoolRow, Home, PoolEntry]:
    pool, home = await _named(call)
    return pool, home, await get_entry(pool, call.word("entry"))


async def _shown(call: Call, key: str) -> Pool:
    pool, _home = await get_pool(key, call.looker, is_moderator=_moderates(call))
    return show_pool(call, pool, await pool_state(pool), sees_sums=await sees_sums(pool.group, call.looker))


async def _shown_entry(call: Call, pool: PoolRow, key: str) -> Entry:
    entry = await get_entry(pool, key)
    (shown,) = show_entries(call, [entry], await shown_before([entry]), await reversals_of([entry]))
    return shown


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


def _moderates(call: Call) -> bool:
    return call.visitor is not None and call.visitor.can(Permission.MODERATE)


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
    listed(
        "list_pool_entries",
        "/pools/{key}/entries",
        "What came in for a pool and went out, the newest first, with what waits and what was refused.",
        list_entries,
        answer=Entries,
        is_open=True,
    ),
    Endpoint(
        name="state_entry",
        method="POST",
        path="/pools/{key}/entries",
        permission=Permission.TAKE_PART,
        says="You say that money moved. It counts when a treasurer confirms it who is somebody else.",
        run=state,
        body=EntrySent,
        answer=Entry,
        status=201,
        pages=("/pools/{key}/entries",),
    ),
    Endpoint(
        name="confirm_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/confirm",
        permission=Permission.PAY,
        says="What was stated stands in the books, for good.",
        run=confirm,
        answer=Entry,
        pages=("/pools/{key}/entries/{entry}",),
    ),
    Endpoint(
        name="refuse_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/refuse",
        permission=Permission.PAY,
        says="What was stated does not count, and everybody can read why.",
        run=refuse,
        body=Closing,
        answer=Entry,
        pages=("/pools/{key}/entries/{entry}",),
    ),
    Endpoint(
        name="undo_entry",
        method="POST",
        path="/pools/{key}/entries/{entry}/undo",
        permission=Permission.TAKE_PART,
        says="You say that what was confirmed is wrong. It is undone once another person, a treasurer, confirms it.",
        run=undo,
        body=Undoing,
        answer=Entry,
        status=201,
        pages=("/pools/{key}/entries/{entry}",),
    ),
    Endpoint(
        name="show_money_settings",
        method="GET",
        path="/instance/money",
        permission=Permission.READ_OWN,
        says="What this instance decided about money.",
        run=show_settings,
        answer=MoneySettings,
        is_open=True,
    ),
)
