"""Money comes in for a pool: who states it, who confirms it, what counts then, and what is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import Account, Notification
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits import bookings
from fedirec.credits.actions.alone import say_who_is_alone
from fedirec.credits.actions.pools import (
    change_pool,
    close_pool,
    confirm_entry,
    open_pool,
    reject_entry,
    state_entry,
    state_reversal,
    stating,
    use_pool,
)
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.deciding import close_windows
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.actions.proposals.publishing import publish_revision
from fedirec.credits.actions.proposals.stances import accept_proposal
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryDraft, EntryKind, refuse_entry
from fedirec.credits.models import DraftLine, MoneySettings, PayProposal, Pool, PoolEntry
from fedirec.credits.pools import Kind, PoolDraft, PoolState, host_share_of
from fedirec.credits.queries.pools import Home, draft_of, get_entry, get_pool, home_of, pool_state, shown_before
from fedirec.credits.queries.proposals import get_proposal, locked_shares
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound, TooMany
from fedirec.ledger.journal import Entry, Line, imbalances, payable
from fedirec.ledger.journal import pool as account_of_pool
from fedirec.ledger.models import ChainLink, JournalEntry
from fedirec.ledger.posting import post
from fedirec.media.models import Media
from fedirec.projects.actions.projects import set_stage
from fedirec.projects.queries.projects import get_project_row
from fedirec.projects.stages import Stage
from fedirec.remix.models import LogEntry
from fedirec.remix.terms import Pays, Terms
from tests.conftest import Pass
from tests.credits.listing import frozen
from tests.credits.proposing import keeps, unseen
from tests.network import Instance
from tests.projects.producing import production_with, project_at, record_by
from tests.projects.stage import challenge_at, launch

DAY: Final = timedelta(days=1)
PROFIT: Final = PoolDraft(
    kind=Kind.PROFIT_SPLIT, title="Sales of the film", currency="EUR", rule=Rule.HOST, host_share_ppm=500_000
)
POT: Final = PoolDraft(
    kind=Kind.LINE_ITEM, title="A line of the budget", currency="EUR", rule=Rule.CONSENT, stated=5_000_000
)


def income(amount: int = 807_364, **more: Any) -> EntryDraft:
    said: dict[str, Any] = {
        "kind": EntryKind.INCOME,
        "amount": amount,
        "currency": "EUR",
        "words": "Sales in November",
        "happened_on": now().date(),
        "evidence": "statement 11",
    }
    return EntryDraft(**(said | more))


async def a_home(here: Instance, leader: Actor) -> Home:
    project = await launch(here, leader)
    await here.run(keeps, 500_000)
    return Home(group=project.actor, project=project)


async def stated(here: Instance, who: Actor, pool: Pool, home: Home, draft: EntryDraft, **more: Any) -> PoolEntry:
    entry: PoolEntry = await here.run(lambda: state_entry(who, pool, home, draft, **more))
    return await here.run(get_entry, pool, entry.key)


async def paid_in(here: Instance, who: Actor, treasurer: Actor, pool: Pool, home: Home, draft: EntryDraft) -> PoolEntry:
    entry = await stated(here, who, pool, home, draft)
    return await here.run(confirm_entry, treasurer, entry, pool, home)


async def refused(here: Instance, kind: type[FedirecError], do: Callable[[], Awaitable[Any]]) -> str:
    with pytest.raises(kind) as caught:
        await here.run(do)
    return caught.value.field or caught.value.detail


async def test_money_that_came_in_counts_when_another_person_confirms_it(here: Instance) -> None:
    ana, tom, bo = await here.join("ana"), await here.join("tom", role=Role.TREASURER), await here.join("bo")
    home = await a_home(here, ana)
    assert home.project is not None
    funded = partial(set_stage, ana, home.project, Stage.FUNDED)
    assert await refused(here, Conflict, lambda: funded(reason="Soon"))
    await refused(here, Forbidden, lambda: open_pool(bo, home, PROFIT))
    pool = await here.run(open_pool, ana, home, PROFIT)
    await refused(here, Forbidden, lambda: state_entry(bo, pool, home, income()))
    entry = await stated(here, ana, pool, home, income())
    cost = await stated(here, tom, pool, home, income(7_364, kind=EntryKind.COST, evidence="invoice 7"))

    # What nobody confirmed counts for nothing anywhere.
    state = await here.run(pool_state, pool)
    assert (state.came_in, state.available, state.host_share) == (0, 0, 0)
    assert not await here.run(lambda: JournalEntry.all().count())
    assert await refused(here, Conflict, lambda: funded(reason="Forged"))

    await refused(here, Forbidden, lambda: confirm_entry(ana, entry, pool, home))
    await refused(here, Forbidden, lambda: confirm_entry(bo, entry, pool, home))
    await refused(here, Forbidden, lambda: confirm_entry(tom, cost, pool, home))
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    await here.run(confirm_entry, tom, entry, pool, home)
    await here.run(confirm_entry, olga, cost, pool, home)
    await refused(here, Conflict, lambda: confirm_entry(olga, entry, pool, home))
    await refused(here, Conflict, lambda: reject_entry(tom, entry, pool, home, reason="After all"))

    state = await here.run(pool_state, pool)
    assert (state.came_in, state.spent, state.profit) == (807_364, 7_364, 800_000)
    assert (state.host_share, state.available, state.promised) == (400_000, 400_000, 0)
    project = await here.run(get_project_row, home.project.id, ana)
    assert project.stage == Stage.FUNDED, "the project is carried on by itself"
    logged = await here.run(
        lambda: LogEntry.filter(group_id=home.group.id).order_by("id").values_list("kind", flat=True)
    )
    assert [str(kind) for kind in logged][-4:] == ["pool_opened", "money_confirmed", "stage_set", "money_confirmed"]
    told = await here.run(lambda: Notification.filter(kind__startswith="money_").select_related("account__actor"))
    assert {(row.account.actor.handle, row.kind) for row in told} >= {
        ("tom", "money_stated"),
        ("olga", "money_stated"),
        ("ana", "money_confirmed"),
    }
    links = await here.run(lambda: ChainLink.all().order_by("number"))
    kinds = [link.kind for link in links]
    assert kinds == ["pool_opened", "entry_stated", "entry_stated", "entry", "entry"]
    assert "November" not in "".join(link.document for link in links), (
        "what somebody wrote in words is not in the chain"
    )


async def test_a_refund_and_a_locked_proposal_leave_what_is_really_there(here: Instance) -> None:
    ana, tom = await here.join("ana"), await here.join("tom", role=Role.TREASURER)
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)
    shared = await paid_in(here, ana, tom, pool, home, income(1_000))

    async def lock(amount: int) -> None:
        async with transaction():
            closing = bookings.closing(await pool_state(pool), pool=pool.key, proposal=f"P{amount}")
            assert closing is not None
            await post(closing)
            owed = (Line(account_of_pool(pool.key), amount, "EUR"), Line(payable(1), -amount, "EUR"))
            await post(Entry("lock", lines=owed, reference=f"lock:{amount}"))

    await here.run(lock, 500)
    state = await here.run(pool_state, pool)
    assert (state.came_in, state.promised, state.kept, state.available, state.in_pool) == (1_000, 500, 500, 0, 0)
    # A buyer has their money back: that makes less of the next period, and nobody has to give anything back.
    refund = await stated(here, ana, pool, home, income(300, kind=EntryKind.REFUND, evidence="chargeback 3"))
    await here.run(confirm_entry, tom, refund, pool, home)
    state = await here.run(pool_state, pool)
    assert (state.available, state.shortfall, state.host_share, state.promised) == (0, 300, 0, 500)
    dollars = {"original_currency": "USD", "original_amount": 761, "rate": "1 USD = 0.92 EUR, our bank"}
    await paid_in(here, ana, tom, pool, home, income(700, evidence="statement 12", **dollars))
    state = await here.run(pool_state, pool)
    assert (state.profit, state.host_share, state.available, state.shortfall) == (400, 200, 200, 0)
    # What was read wrongly is undone by somebody else, once, as long as nobody was promised what it brought.
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    twice = await paid_in(here, ana, tom, pool, home, income(700, evidence="statement 12"))
    cost = await paid_in(here, ana, tom, pool, home, income(30, kind=EntryKind.COST, evidence="invoice 3"))
    for wrong in (twice, cost):
        undoing = await here.run(partial(state_reversal, tom, wrong, pool, home, reason="It is of another pool."))
        await refused(here, Conflict, partial(state_reversal, ana, wrong, pool, home, reason="Again"))
        await refused(here, Forbidden, partial(confirm_entry, tom, undoing, pool, home))
        await here.run(confirm_entry, olga, await here.run(get_entry, pool, undoing.key), pool, home)
        wrong = await here.run(get_entry, pool, wrong.key)
        assert wrong.state == "undone"
        await refused(here, Conflict, partial(state_reversal, ana, wrong, pool, home, reason="Again"))
    assert await here.run(pool_state, pool) == state
    await refused(here, Conflict, lambda: state_reversal(ana, undoing, pool, home, reason="It was right"))
    await refused(here, Conflict, lambda: state_reversal(ana, shared, pool, home, reason="People are owed it"))
    async with here.client() as anybody:
        page = (await anybody.get(f"/pools/{pool.key}")).text
    assert f'Undone by: <a href="#entry-{undoing.key}">' in page
    assert f'This entry was wrong: <a href="#entry-{cost.key}">' in page
    assert "It was $7.61, changed at: <bdi>1 USD = 0.92 EUR, our bank</bdi>" in page, "the rate, and whose it is"
    assert await here.run(lambda: ChainLink.filter(document__contains='"originalAmount":761').count()) == 1

    too_much = await stated(here, ana, pool, home, income(1_401, kind=EntryKind.REFUND, evidence="chargeback 4"))
    await refused(here, Conflict, lambda: confirm_entry(tom, too_much, pool, home))


async def test_a_pot_is_promised_paid_in_and_used_by_several(here: Instance, time_passes: Pass) -> None:
    ana, tom, bo = await here.join("ana"), await here.join("tom", role=Role.TREASURER), await here.join("bo")
    home = await a_home(here, ana)
    rain = await challenge_at(
        here, ana, terms=Terms(version=1, licence="CC0-1.0", pays=Pays.POT, amount=500_000, currency="EUR", rule="Even")
    )
    of_rain = await here.run(home_of, rain.actor)
    await refused(here, Conflict, lambda: open_pool(ana, of_rain, replace(POT, stated=499_999)))
    await refused(here, Conflict, lambda: open_pool(ana, of_rain, replace(POT, currency="USD")))
    await here.run(open_pool, ana, of_rain, replace(POT, title="The pot of rain", stated=500_000))
    async with here.client() as anybody:
        page = (await anybody.get("/c/rain")).text
        assert "Promised €5,000.00, paid in €0.00." in page
        assert "not all of it is there" in page

    sales = await here.run(open_pool, ana, home, PROFIT)
    assert await refused(here, Invalid, lambda: use_pool(ana, sales, home, of_rain)) == "use"
    commission = replace(POT, kind=Kind.COMMISSION, client="Zappos", brief="A film about shoes.", stated=50_000)
    assert await refused(here, Invalid, lambda: _draft(commission, client="")) == "client"
    assert await refused(here, Invalid, lambda: _draft(commission, host_share_ppm=1)) == "host_share"
    pool = await here.run(open_pool, ana, home, commission)
    await here.run(use_pool, ana, pool, home, of_rain)
    await refused(here, Conflict, lambda: use_pool(ana, pool, home, of_rain))
    await refused(here, Invalid, lambda: state_entry(ana, pool, home, income(5, kind=EntryKind.COST)))
    await paid_in(here, ana, tom, pool, home, income(50_000))
    state = await here.run(pool_state, pool)
    assert (state.in_pool, state.available, state.host_share) == (50_000, 50_000, 0)
    assert await refused(here, Conflict, lambda: close_pool(ana, pool, home, reason="Done")), "there is money in it"
    await paid_in(here, ana, tom, pool, home, income(50_000, kind=EntryKind.REFUND, evidence="They want it back"))
    await here.run(lambda: close_pool(ana, pool, home, reason="The client left."))
    await refused(here, Conflict, lambda: state_entry(ana, pool, home, income()))

    # What another project made for a commission is shared by that project, and locked out of the one pot.
    noon = await project_at(here, ana, slug="noon")
    of_noon = await here.run(home_of, noon.actor)
    shoes = await record_by(here, bo, "Shoes")
    production = await frozen(here, ana, await production_with(here, ana, noon, [shoes], title="Shoes, the film"))
    pot = await here.run(open_pool, ana, home, commission)
    begin = lambda: begin_proposal(ana, pot, [production], "The shoes", group=noon.actor)  # noqa: E731
    assert await refused(here, Invalid, begin) == "pool"
    assert await refused(here, Invalid, lambda: begin_proposal(ana, pot, [production], "The shoes")) == "productions"
    await here.run(use_pool, ana, pot, home, of_noon)
    async with here.client() as anybody:
        page = (await anybody.get(f"/pools/{pot.key}")).text
    assert [each for each in ("Zappos", "A film about shoes.", "/p/noon", "€500.00") if each not in page] == []
    proposal = await here.run(begin)
    await here.run(lambda: DraftLine.filter(proposal_id=proposal.id).update(weight=1, reason="All of it."))
    proposal = await here.run(lambda: get_proposal(proposal.key, ana))
    revision = await here.run(lambda: publish_revision(ana, proposal, version=proposal.version))
    await here.run(lambda: accept_proposal(bo, proposal, revision.digest))
    time_passes(timedelta(days=14, minutes=1))
    await here.run(close_windows)
    lock = lambda: lock_proposal(tom, proposal, digest=revision.digest)  # noqa: E731
    assert "not there yet" in await refused(here, Conflict, lock)
    await paid_in(here, ana, tom, pot, home, income(50_000, evidence="invoice 9"))
    await here.run(lock)
    assert [share.amount for share in await here.run(lambda: locked_shares(proposal))] == [50_000]
    assert (await here.run(pool_state, pot)).in_pool == 0
    assert proposal.group_id == noon.actor_id


async def _draft(before: PoolDraft, **changed: Any) -> PoolDraft:
    return replace(before, **changed)


async def test_only_treasurers_set_money_of_the_instance_aside_and_no_more_than_it_kept(here: Instance) -> None:
    ana, tom = await here.join("ana"), await here.join("tom", role=Role.TREASURER)
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    home, own = (
        await a_home(here, ana),
        PoolDraft(kind=Kind.SELF_FUNDED, title="For good pieces", currency="EUR", rule=Rule.HOST, stated=400),
    )
    await refused(here, Forbidden, lambda: open_pool(ana, home, own))
    earned = await here.run(open_pool, ana, home, PROFIT)
    await paid_in(here, ana, tom, earned, home, income(1_000))

    async def close_it() -> None:
        async with transaction():
            closing = bookings.closing(await pool_state(earned), pool=earned.key, proposal="P1")
            assert closing is not None
            await post(closing)

    await here.run(close_it)
    of_instance = Home(group=await here.run(lambda: Actor.get(uri="https://here.test/actor")))
    await refused(here, Forbidden, lambda: open_pool(ana, of_instance, own))
    pool = await here.run(open_pool, tom, of_instance, own)
    aside = await stated(here, tom, pool, of_instance, income(501, kind=EntryKind.ASIDE))
    await refused(here, Conflict, lambda: confirm_entry(olga, aside, pool, of_instance))
    await here.run(lambda: reject_entry(olga, aside, pool, of_instance, reason="We have kept 500."))
    assert await here.run(unseen, "UPDATE pool_entry SET reason = 'No.' WHERE state = 'refused'") == []
    aside = await stated(here, tom, pool, of_instance, income(500, kind=EntryKind.ASIDE))
    await here.run(confirm_entry, olga, aside, pool, of_instance)
    state = await here.run(pool_state, pool)
    assert (state.came_in, state.available, state.kept) == (500, 500, -500)
    await refused(here, Invalid, lambda: state_entry(ana, earned, home, income(5, kind=EntryKind.ASIDE)))


async def test_one_person_alone_waits_until_everybody_had_time_to_look(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)
    entry = await stated(here, olga, pool, home, income())
    assert await here.run(lambda: Notification.exists(kind="money_stated", account__actor_id=ana.id))
    confirm = partial(confirm_entry, olga, entry, pool, home)
    time_passes(30 * DAY)
    await refused(here, Conflict, confirm)  # nobody was told that she is alone
    assert [await here.run(say_who_is_alone) for _ in range(2)] == [1, 0]
    told = await here.run(lambda: Notification.get(kind="money_alone", account__actor_id=ana.id))
    assert (told.details["who"], told.details["day"]) == ("olga", (now() + 7 * DAY).date().isoformat())
    time_passes(7 * DAY - timedelta(minutes=1))
    await refused(here, Conflict, confirm)
    settings = await here.run(lambda: MoneySettings.get())
    await here.run(lambda: MoneySettings.filter(id=settings.id).update(solo_days=1))
    await refused(here, Conflict, confirm)  # what was said stays so
    await here.run(lambda: MoneySettings.filter(id=settings.id).update(solo_days=7))

    # Where somebody else could, they do; and whoever sees to it that nobody else can is not alone at once.
    tom = await here.join("tom", role=Role.TREASURER)
    await here.run(say_who_is_alone)
    time_passes(timedelta(minutes=1))
    await refused(here, Forbidden, confirm)
    await here.run(lambda: Account.filter(actor_id=tom.id).update(role="member"))
    await refused(here, Conflict, confirm)
    assert await here.run(say_who_is_alone) == 1
    time_passes(7 * DAY - timedelta(minutes=1))
    await refused(here, Conflict, confirm)
    time_passes(timedelta(minutes=1))
    await here.run(confirm)
    assert await here.run(say_who_is_alone) == 0


async def test_what_people_count_on_stays_as_it_is(here: Instance) -> None:
    ana = await here.join("ana")
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)
    tom = await here.join("tom", role=Role.TREASURER)
    wanted = replace(PROFIT, host_share_ppm=100_000, currency="USD", rule=Rule.MAJORITY)
    chosen = partial(change_pool, pool=pool, home=home, draft=wanted, reason="Nobody has worked yet.")
    assert await refused(here, Invalid, lambda: chosen(ana)) == "host_share"  # what the host keeps is not hers to say
    assert await refused(here, Invalid, lambda: open_pool(ana, home, wanted)) == "host_share"
    await here.run(lambda: chosen(tom))

    # Once money has come in, or somebody has worked for it, the host can keep less of it, and never more.
    other = await here.run(open_pool, ana, home, PROFIT)
    await paid_in(here, ana, tom, other, home, income(evidence="other"))
    for share, may in ((500_001, False), (400_000, True), (500_000, False), (0, True)):
        changed_so = partial(change_pool, tom, other, home, replace(PROFIT, host_share_ppm=share), reason="x")
        if may:
            await here.run(changed_so)
        else:
            assert await refused(here, Conflict, changed_so) == "host_share"
    await here.run(
        lambda: PayProposal.create(
            key="p", uri="https://here.test/pay/p", group=home.group, pool=pool, title="P", currency="USD"
        )
    )
    # Nobody has seen what is only drafted: it is decided by the rule that holds when it is published.
    for draft in (replace(wanted, rule=Rule.HOST), wanted):
        await here.run(change_pool, ana, pool, home, draft, reason="Nobody has seen it.")
    euros = replace(wanted, currency="EUR")
    assert await refused(here, Conflict, lambda: change_pool(ana, pool, home, euros, reason="x")) == "currency"
    await here.run(lambda: PayProposal.filter(pool_id=pool.id).update(number=1))
    for change in (
        replace(wanted, host_share_ppm=200_000),
        replace(wanted, currency="EUR"),
        replace(wanted, rule=Rule.HOST),
    ):
        assert await refused(here, Conflict, partial(change_pool, ana, pool, home, change, reason="x"))
    changed = await here.run(lambda: change_pool(ana, pool, home, replace(wanted, title="Sales"), reason="Shorter."))
    assert draft_of(changed).title == "Sales"
    await refused(here, Conflict, lambda: close_pool(ana, pool, home, reason="A proposal is under way"))

    # Of a pot that is not paid in full, a treasurer can say so: else nobody ever got any of it.
    line = replace(POT, stated=50_000)
    pot = await here.run(open_pool, ana, home, line)
    told: dict[str, Any] = {"key": "q", "uri": "https://here.test/pay/q", "title": "Q", "currency": "EUR", "number": 1}
    await here.run(lambda: PayProposal.create(group=home.group, pool=pot, **told))

    async def less(who: Actor, amount: int) -> Pool:
        return await change_pool(who, pot, home, replace(line, stated=amount), reason="A fee.")

    assert await refused(here, Conflict, partial(less, tom, 49_900)) == "stated"  # nothing came in yet
    await paid_in(here, ana, tom, pot, home, income(49_900, evidence="less a fee"))
    for who, amount in ((ana, 49_900), (tom, 49_899)):
        assert await refused(here, Conflict, partial(less, who, amount)) == "stated"
    assert (await here.run(less, tom, 49_900)).stated == 49_900


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("amount", {"amount": 0}),
        ("amount", {"amount": -5}),
        ("amount", {"amount": 10**13 + 1}),
        ("amount", {"amount": 10.5}),
        ("amount", {"amount": True}),
        ("currency", {"currency": "USD"}),
        ("currency", {"currency": "eur"}),
        ("happened_on", {"happened_on": date(2999, 1, 1)}),
        ("happened_on", {"happened_on": date(1969, 1, 1)}),
        ("words", {"words": " "}),
        ("evidence", {"evidence": " "}),
        ("kind", {"kind": EntryKind.ASIDE}),
        ("original_currency", {"original_currency": "EUR", "original_amount": 5, "rate": "1"}),
        ("original_currency", {"original_currency": "XXX", "original_amount": 5, "rate": "1"}),
        ("original_amount", {"original_currency": "USD", "original_amount": 0, "rate": "1"}),
        ("rate", {"original_currency": "USD", "original_amount": 5, "rate": " "}),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        refuse_entry(income(**wrong), kind=Kind.PROFIT_SPLIT, currency="EUR", has_file=False, now=now())
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 201}),
        ("currency", {"currency": "XXX"}),
        ("host_share", {"host_share_ppm": -1}),
        ("host_share", {"host_share_ppm": 1_000_001}),
        ("stated", {"stated": 5}),
        ("stated", {"kind": Kind.LINE_ITEM, "host_share_ppm": 0}),
        ("stated", {"kind": Kind.LINE_ITEM, "host_share_ppm": 0, "stated": 0}),
        ("stated", {"kind": Kind.LINE_ITEM, "host_share_ppm": 0, "stated": 10**13 + 1}),
        ("brief", {"kind": Kind.COMMISSION, "host_share_ppm": 0, "stated": 5, "client": "Zappos"}),
        ("client", {"client": "Zappos"}),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused_beside_its_field(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        replace(PROFIT, **wrong)
    assert caught.value.field == field


@given(
    moves=st.lists(st.tuples(st.sampled_from(list(EntryKind)), st.integers(1, 10**13)), max_size=12),
    kind=st.sampled_from(list(Kind)),
    ppm=st.integers(0, 1_000_000),
)
def test_every_entry_balances_and_nothing_is_shared_that_is_not_there(
    moves: list[tuple[EntryKind, int]], kind: Kind, ppm: int
) -> None:
    balances: dict[str, int] = {}
    for number, (moved, amount) in enumerate(moves):
        in_pool = -balances.get("pool:k", 0)
        entry = bookings.confirmed(moved, amount, "EUR", entry=f"e{number}", pool="k", kind=kind, in_pool=in_pool)
        assert not imbalances(entry.lines)
        for line in entry.lines:
            balances[line.account] = balances.get(line.account, 0) + line.amount
        assert balances.get("pool:k", 0) <= 0, "a pool is never in debit"
    state = PoolState(
        currency="EUR",
        host_share_ppm=ppm,
        came_in=0,
        went_back=0,
        spent=0,
        open_income=-balances.get("income:k", 0),
        open_costs=balances.get("expense:k", 0),
        kept=-balances.get("host_share:k", 0),
        in_pool=-balances.get("pool:k", 0),
        promised=0,
    )
    assert state.host_share == host_share_of(state.profit, ppm) >= 0
    assert state.available == 0 or state.shortfall == 0
    assert state.available - state.shortfall == state.in_pool + state.profit - state.host_share
    closing = bookings.closing(state, pool="k", proposal="p")
    for line in closing.lines if closing is not None else ():
        balances[line.account] = balances.get(line.account, 0) + line.amount
    assert balances.get("income:k", 0) == balances.get("expense:k", 0) == 0
    assert -balances.get("pool:k", 0) == state.available - state.shortfall
    assert sum(balances.values()) == 0


async def test_two_confirmations_at_once_book_it_once(here: Instance) -> None:
    ana, tom = await here.join("ana"), await here.join("tom", role=Role.TREASURER)
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)
    entry = await stated(here, ana, pool, home, income(100))

    async def confirm(who: Actor) -> bool:
        seen, where = await get_pool(pool.key, who)
        try:
            await confirm_entry(who, await get_entry(seen, entry.key), seen, where)
        except Conflict:
            return False
        return True

    done = await asyncio.gather(*(here.run(confirm, who) for who in (tom, olga, tom, olga)))
    assert sum(done) == 1
    assert (await here.run(pool_state, pool)).came_in == 100

    # Who shares a pot in a project that was opened for it holds the project first, and so does who confirms.
    noon = await project_at(here, ana, slug="noon")
    commission = replace(POT, kind=Kind.COMMISSION, client="Zappos", brief="A film about shoes.", stated=50_000)
    pot = await here.run(open_pool, ana, home, commission)
    await here.run(use_pool, ana, pot, home, await here.run(home_of, noon.actor))
    paid = await stated(here, ana, pot, home, income(50_000))
    is_held = asyncio.Event()

    async def share() -> None:
        async with transaction():
            await hold(noon)
            is_held.set()
            await asyncio.sleep(0.3)
            await hold(pot)

    sharing = asyncio.create_task(here.run(share))
    await is_held.wait()
    seen, where = await here.run(get_pool, pot.key, tom)
    await here.run(lambda: confirm_entry(tom, paid, seen, where))
    await sharing
    assert (await here.run(pool_state, pot)).came_in == 50_000


async def test_evidence_is_not_swapped_and_not_shown_twice_unseen(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, tom = await here.join("ana"), await here.join("tom", role=Role.TREASURER)
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)

    async def picture(owner: Actor, key: str) -> str:
        row = await Media.create(
            key=key,
            owner=owner,
            kind="image",
            media_type="image/png",
            size=1,
            sha256=key,
            digest=f"z{key}",
            path=f"{key}.png",
            file_name="x.png",
        )
        return row.key

    paper = await here.run(picture, ana, "paper")
    await refused(here, NotFound, lambda: state_entry(tom, pool, home, income(), file=paper))
    entry = await stated(here, ana, pool, home, income(evidence=""), file=paper)
    await refused(here, NotFound, lambda: state_entry(ana, pool, home, income(evidence=""), file=paper))
    more = await here.run(picture, ana, "more")
    with monkeypatch.context() as patched:
        patched.setattr(stating, "MAX_FILES", 1)
        await refused(here, TooMany, lambda: state_entry(ana, pool, home, income(evidence=""), file=more))
    media = await here.run(lambda: Media.get(key="paper").select_related("owner"))
    assert media.owner.uri == "https://here.test/actor", "it does not leave with whoever showed it"
    await here.run(lambda: Media.filter(key="paper").update(digest="zother"))
    await refused(here, Conflict, lambda: confirm_entry(tom, entry, pool, home))
    await here.run(lambda: Media.filter(key="paper").update(digest="zpaper"))
    first = await stated(here, ana, pool, home, income(evidence="Invoice 7"))
    again = await stated(here, ana, pool, home, income(evidence="invoice  7"))
    assert await here.run(shown_before, [first, again, entry]) == {first.id: [again.key], again.id: [first.key]}
