"""Money that nobody claims: it follows the policy that was stated when it was locked, and nobody loses it unawares.

Whoever it belongs to is told three times, and what reaches nobody does not count. Time counts from when they could do
something about it: since it is owed, since they last did, and since this instance last changed what it asks of them.
Only what the payee alone could put right counts: money that is carried because it is too little, or held by this
instance, waits for as long as it takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.persons import person_of, roots_of
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import ACTIVE
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import keys_changed_at
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.peers import hosts_of
from fedirec.clock import now
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import actors_of_people, payers
from fedirec.db import fetch_rows, transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.db.tables import moment_of
from fedirec.errors import Conflict
from fedirec.lanes import gathering
from fedirec.ledger.journal import Entry
from fedirec.ledger.posting import post
from fedirec.payouts import bookings
from fedirec.payouts.actions.agreeing import about_giving, refuse_agreeing
from fedirec.payouts.actions.progress import follow_payments
from fedirec.payouts.actions.readying import PAGE, goes_on, make_payouts
from fedirec.payouts.actions.telling import money_page, tell_payees
from fedirec.payouts.adapters.manual import check_proof
from fedirec.payouts.happenings import Happening
from fedirec.payouts.keys import Vault
from fedirec.payouts.lacks import THEIRS, Lack, is_theirs
from fedirec.payouts.lapses import lapses_at, may_lapse, notice_due
from fedirec.payouts.models import Payable, PayeeEvent, Payout
from fedirec.payouts.payments import PayableState, State, Step, advance
from fedirec.payouts.queries.money import rows_of
from fedirec.payouts.queries.payees import PayeeStatus
from fedirec.payouts.queries.policies import LapsePolicy, policy_for, policy_in, pools_of
from fedirec.payouts.queries.stopping import refuse_stopped
from fedirec.payouts.queries.waiting import Waiting, lacks_of, statuses_by_row, waiting_people
from fedirec.payouts.queries.ways import Ways
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.translatable import N_

_REMINDER: Final = "unclaimed"


async def follow_policy(ways: Ways, vault: Vault) -> int:
    """Who claims nothing has been told in time, and what was unclaimed for too long is where the policy says; how many
    sums that are.
    """
    settings, after, lapsed = await money_settings(), 0, 0
    while True:
        found, end = await waiting_people(ways, vault, after=after, limit=PAGE)
        theirs = [each for each in found if is_theirs(each.lacks)]
        lapsed += sum(await each_apart(theirs, lambda each: _look_at_carried(each, settings)))
        if end is None:
            break
        after = end
    for state in (State.READY, State.RETURNED, State.FAILED):
        lapsed += await _look_at_stopped(state, ways, vault, settings)
    return lapsed


async def lapse(payout: Payout) -> list[Entry]:
    """A payment counts as unclaimed, and goes where it was said that it would; part of the caller's transaction, which
    holds it, and posts what is returned at its end.

    To a charity somebody pays it by hand: `give_to_charity`.
    """
    payout.state, payout.batch_id = advance(payout.state, Step.LAPSE), None
    entries = [
        bookings.lapsed(payout.key, at=now(), person=payout.person_id, amount=payout.amount, currency=payout.currency)
    ]
    pools = await pools_of(payout)
    if (await policy_for(payout)).goes_to == "pool" and sum(pools.values()) == payout.amount:
        payout.state = advance(payout.state, Step.GIVE_AWAY)
        entries.append(
            bookings.given_to_pools(payout.key, person=payout.person_id, pools=pools, currency=payout.currency)
        )
    await payout.save(update_fields=["state", "batch_id"])
    await Payable.filter(payout_id=payout.id).update(state=PayableState.UNCLAIMED)
    await follow_payments([payout.id])
    return entries


async def give_to_charity(doer: Viewer, payout: Payout, *, reference: str, text: str) -> None:
    """What nobody claimed goes to the charity that was named beforehand: the first who says so, and how, has begun it,
    and whoever it belongs to is told once more; somebody else then says that it was paid, as they can show.

    Where one person alone may pay, they go on themselves after the days of the solo rule. Raises Forbidden for the same
    person too early, Invalid for a proof that is none, and Conflict where that is not the policy.
    """
    require(doer, Permission.PAY)
    proof = check_proof(reference, text=text)
    await refuse_stopped()
    person = await person_of(doer.actor)
    async with transaction(), gathering():
        await hold(payout)
        if (await policy_for(payout)).goes_to != "charity":
            raise Conflict(N_("Something else was said when it was locked."))
        advance(payout.state, Step.GIVE_AWAY)
        if payout.giving_by_id is None or payout.giving_at is None:
            await _begin_giving(doer, payout, f"{proof.reference} · {proof.text}")
            return
        begun_by = await person_of(await Actor.get(id=payout.giving_by_id))
        await refuse_agreeing(
            about_giving(payout.id),
            person.id,
            begun_by=begun_by.id,
            others=await payers(),
            since=payout.giving_at,
        )
        payout.state, payout.reason = advance(payout.state, Step.GIVE_AWAY), f"{proof.reference} · {proof.text}"[:300]
        await payout.save(update_fields=["state", "reason"])
        await audit(doer, "give_to_charity", (await own_actor()).uri, payout=payout.key)
        await follow_payments([payout.id])
        entry = bookings.given_to_charity(
            payout.key, person=payout.person_id, amount=payout.amount, currency=payout.currency
        )
        await post(entry)


async def _begin_giving(doer: Viewer, payout: Payout, said: str) -> None:
    """Part of the caller's transaction, which holds `payout`."""
    payout.giving_by_id, payout.giving_at, payout.reason = doer.actor.id, now(), said[:300]
    await payout.save(update_fields=["giving_by_id", "giving_at", "reason"])
    await tell_payees([payout.person_id], Notice.PAY_UNCLAIMED, f"{await money_page()}#{payout.key}-giving")
    await audit(doer, "begin_giving", (await own_actor()).uri, payout=payout.key)


async def _look_at_carried(each: Waiting, settings: MoneySettings) -> int:
    """What somebody is owed and claims not, by what was said about it and the day since which it is owed."""
    carried = Payable.filter(state=PayableState.OWED, payout_id=None, currency=each.currency)
    theirs = carried.filter(person_id__in=await rows_of(each.person)).order_by("id")
    groups: defaultdict[tuple[LapsePolicy, date], list[Payable]] = defaultdict(list)
    for payable in await theirs.select_related("proposal"):
        groups[policy_in(payable), payable.created_at.date()].append(payable)
    lapsed = 0
    for (policy, _day), payables in groups.items():

        async def let_go(only: Collection[int] = frozenset(payable.id for payable in payables)) -> int:
            async with transaction(), gathering():
                payouts = await make_payouts(each.person, each.currency, only=only)
                entries = [entry for payout in payouts for entry in await lapse(payout)]
                for entry in entries:
                    await post(entry)
            return len(payouts)

        since = await _since(each.person.id, max(payable.created_at for payable in payables), settings)
        lapsed += await _follow(each.person.id, each.currency, since, policy.months, let_go)
    return lapsed


async def _look_at_stopped(state: State, ways: Ways, vault: Vault, settings: MoneySettings) -> int:
    """Payments that wait for their payee."""
    offered, lapsed, after = await ways.offered(), 0, 0
    while rows := await Payout.filter(state=state, needs_person=False, id__gt=after).order_by("id").limit(PAGE):
        after = rows[-1].id
        statuses = await statuses_by_row([row.person_id for row in rows], vault)
        roots = await roots_of([row.person_id for row in rows])
        waiting = []
        for row in rows:
            status = statuses.get(row.person_id)
            lacking = lacks_of(status, offered, settings, currency=row.currency, amount=row.amount, is_again=True)
            if Lack.HOLD in lacking or (
                not THEIRS.intersection(lacking) and (state is State.READY or await _went_on(row, status))
            ):
                continue
            waiting.append((row, roots[row.person_id]))
        lapsed += sum(await each_apart(waiting, lambda each: _look_at_one(*each, settings)))
    return lapsed


async def _look_at_one(payout: Payout, person: int, settings: MoneySettings) -> int:
    async def let_go() -> int:
        async with transaction(), gathering():
            await hold(payout)
            for entry in await lapse(payout):
                await post(entry)
        return 1

    since = await _since(person, await _stopped_at(payout), settings)
    return await _follow(person, payout.currency, since, (await policy_for(payout)).months, let_go)


async def _follow(
    person: int,
    currency: str,
    since: datetime,
    months: int,
    let_go: Callable[[], Awaitable[int]],
) -> int:
    group, page = await own_actor(), await money_page()
    subject = f"{page}#{person}-{currency}-{months}-{since.date().isoformat()}"
    lapses, at = lapses_at(since, months), now()
    told = [moment_of(row["sent_at"]) for row in await fetch_rows(_TOLD, subject, _REMINDER)]
    times = [when for when in told if when is not None]
    if due := notice_due(lapses, times, at=at):
        people = await _reached(person)
        async with transaction():
            if people and await is_first(subject, _REMINDER, due):
                about = f"{subject}-{due.date().isoformat()}"
                await tell_people(group, people, Notice.PAY_UNCLAIMED, None, about, page, {}, also_moved=True)
    elif may_lapse(lapses, times, at=at):
        return await let_go()
    return 0


_TOLD: Final = "SELECT sent_at FROM reminder WHERE subject_uri = ? AND kind = ?"


async def _since(person: int, owed_since: datetime, settings: MoneySettings) -> datetime:
    """Since when nobody but the payee stands in the way: they last said something, or were asked for something else."""
    last = await PayeeEvent.filter(payee__person_id=person).exclude(happening=Happening.READ).order_by("-id").first()
    return max([owed_since, settings.changed_at, *([last.created_at] if last is not None else [])])


async def _reached(person: int) -> list[Actor]:
    """The accounts of somebody that a notice reaches, and from which they can claim it: here those in use, elsewhere
    those that may sign in as guests (not while they are quiet here, or have keys that nobody vouches for), and whose
    server is there to let them.
    """
    people = await actors_of_people([person])
    own = {row.actor_id for row in await Account.filter(actor_id__in=[each.id for each in people], state=ACTIVE)}
    hosts = await hosts_of(each.host for each in people if not each.is_local)
    silent = {host for host, known in hosts.items() if not known.is_reachable}
    shut_out = {each.id for each in people if each.is_quiet or each.host in silent}
    shut_out |= (await keys_changed_at([each.id for each in people if not each.is_local])).keys()
    return [each for each in people if (each.id in own if each.is_local else each.id not in shut_out)]


async def _went_on(payout: Payout, status: PayeeStatus | None) -> bool:
    return status is not None and await goes_on(payout, status)


async def _stopped_at(payout: Payout) -> datetime:
    last = await payout.attempts.all().order_by("-number").first()
    return (last.ended_at if last is not None else None) or payout.created_at
