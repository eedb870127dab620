"""Confirming that money really moved, by a treasurer who did not state it; or not."""

from __future__ import annotations

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.actions.persons import own_person, person_of
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits import bookings
from fedirec.credits.actions.pools.deeds import begin_with, tell_log
from fedirec.credits.actions.pools.stating import refuse_shared, told_of
from fedirec.credits.chain_documents import of_refusal
from fedirec.credits.entries import EntryKind, EntryState, brings
from fedirec.credits.eyes import refuse_same_eyes
from fedirec.credits.models import Pool, PoolEntry
from fedirec.credits.pools import Kind
from fedirec.credits.queries.alone import about_entry, alone_from
from fedirec.credits.queries.pools import Home, kept_by_host, pool_state, uses_of
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.ledger.currencies import write_money
from fedirec.ledger.journal import Entry
from fedirec.ledger.posting import find_entry, post
from fedirec.ledger.recording import hold_chain, record
from fedirec.media.models import Media
from fedirec.projects.actions.staging import carry_on
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import project_of
from fedirec.projects.stages import Stage
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.powers import Deed
from fedirec.translatable import N_


async def confirm_entry(treasurer: Actor, entry: PoolEntry, pool: Pool, home: Home) -> PoolEntry:
    """What was stated is so, and stands in the books for good; a project that has money now may count as funded. What a
    reversal undoes stands there too, with what undoes it.

    Raises Forbidden for whoever stated it themselves, Conflict as long as the solo rule has them wait, for what is
    decided already, for evidence that is not what was shown, where more would go back, or be set aside, than there is,
    and for a reversal of what is shared by now.
    """
    async with transaction():
        projects = await _hold_projects(pool, home)
        await begin_with(pool, home, Deed.DECIDE_ENTRY, treasurer)
        await _hold_undecided(entry)
        await _refuse_same_eyes(treasurer, entry)
        await _refuse_swapped(entry)
        await hold_chain()
        undone = await PoolEntry.get(id=entry.reverses_id) if entry.reverses_id is not None else None
        booked = await _booking(entry, pool) if undone is None else await _undo(undone, pool)
        entry.journal_entry = await post(booked)
        await _decide(entry, treasurer, EntryState.CONFIRMED)
        await tell_log(home, Happening.MONEY_CONFIRMED, pool, by=treasurer, amount=_told(entry, pool, undone))
        for project in projects:
            await carry_on(project, Stage.FUNDED)
        await _tell(Notice.MONEY_CONFIRMED, entry, pool, home, treasurer)
    return entry


async def reject_entry(treasurer: Actor, entry: PoolEntry, pool: Pool, home: Home, *, reason: str) -> PoolEntry:
    """What was stated does not count, and everybody can read why. Raises Forbidden, Conflict and Invalid."""
    said = check_reason(Happening.MONEY_REFUSED, reason)
    async with transaction():
        await begin_with(pool, home, Deed.DECIDE_ENTRY, treasurer)
        await _hold_undecided(entry)
        await _decide(entry, treasurer, EntryState.REFUSED, reason=said)
        undone = await PoolEntry.get(id=entry.reverses_id) if entry.reverses_id is not None else None
        amount = _told(entry, pool, undone)
        await tell_log(home, Happening.MONEY_REFUSED, pool, by=treasurer, reason=said, amount=amount)
        await _tell(Notice.MONEY_REFUSED, entry, pool, home, treasurer)
        by = (await person_of(treasurer)).id
        await record("entry_refused", entry.key, {"pool": pool.key, "by": by, **of_refusal(entry)})
    return entry


async def _booking(entry: PoolEntry, pool: Pool) -> Entry:
    """What the journal gets for `entry`. Raises Conflict where more would go back, or be set aside, than there is."""
    state = await pool_state(pool)
    if entry.kind == EntryKind.REFUND and entry.amount > state.came_in - state.went_back:
        raise Conflict(N_("More cannot go back than came in."), field="amount")
    if entry.kind == EntryKind.ASIDE and entry.amount > await kept_by_host(pool.currency):
        raise Conflict(N_("This instance has not kept as much as that."), field="amount")
    return bookings.confirmed(
        EntryKind(entry.kind),
        entry.amount,
        pool.currency,
        entry=entry.key,
        pool=pool.key,
        kind=Kind(pool.kind),
        in_pool=state.in_pool,
        details={"pool": pool.key, **told_of(entry, pool)},
    )


async def _undo(wrong: PoolEntry, pool: Pool) -> Entry:
    """`wrong` is undone; what the journal gets for that. Raises Conflict where it is shared by now."""
    if wrong.state != EntryState.CONFIRMED:
        raise Conflict(N_("Only what was confirmed can be undone, and only once."))
    await refuse_shared(wrong, pool)
    wrong.state = EntryState.UNDONE.value
    await wrong.save(update_fields=["state"])
    booked = await find_entry(bookings.reference_of(wrong.key))
    assert booked is not None
    return bookings.undone(booked)


async def _hold_undecided(entry: PoolEntry) -> None:
    await hold(entry)
    if entry.state != EntryState.STATED:
        raise Conflict(N_("That is decided already."))


async def _refuse_same_eyes(treasurer: Actor, entry: PoolEntry) -> None:
    refuse_same_eyes(
        await own_person(treasurer),
        [await own_person(await entry.stated_by)],
        payers=await payers(),
        told_at=await alone_from(about_entry(entry.key), since=entry.created_at, settings=await money_settings()),
        days=0,
        now=now(),
    )


async def _refuse_swapped(entry: PoolEntry) -> None:
    """Raise Conflict where the file that shows it is another one than when it was stated."""
    if entry.evidence_file_id is None:
        return
    if not await Media.exists(id=entry.evidence_file_id, digest=entry.evidence_digest):
        raise Conflict(N_("The file is not the one that was shown when it was stated."))


async def _decide(entry: PoolEntry, treasurer: Actor, state: EntryState, *, reason: str = "") -> None:
    entry.state, entry.decided_by, entry.decided_at, entry.reason = state.value, treasurer, now(), reason
    await entry.save(update_fields=["state", "decided_by_id", "decided_at", "reason", "journal_entry_id"])


async def _hold_projects(pool: Pool, home: Home) -> list[Project]:
    """The project of `pool`, and those opened for it, held in order, and before the pool is: whoever shares it holds
    theirs first.
    """
    known = [await project_of(group) for group in await uses_of(pool)]
    found = {each.id: each for each in [*known, home.project] if each is not None and each.actor.is_local}
    projects = [found[each] for each in sorted(found)]
    for project in projects:
        await hold(project)
    return projects


async def _tell(notice: Notice, entry: PoolEntry, pool: Pool, home: Home, by: Actor) -> None:
    about = f"{home.group.uri}#{entry.key}"
    await notify(await entry.stated_by, notice, by, about, f"/pools/{pool.key}", {"title": pool.title})


def _told(entry: PoolEntry, pool: Pool, undone: PoolEntry | None) -> str:
    """The amount with its sign, as the log tells it."""
    sign = "" if brings(entry.kind, undone.kind if undone else None) else "-"
    return f"{sign}{write_money(entry.amount, pool.currency)}"
