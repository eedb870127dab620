"""The way of a payment: every pair has an answer, nothing is sent twice, and the books agree after whatever happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from fedirec.accounts.models import Notification, Person
from fedirec.api.shapes import treasury as shapes
from fedirec.api.shapes.money import Lack as ToldLack
from fedirec.clock import now
from fedirec.credits.models import PayProposal, Pool
from fedirec.credits.queries.funds import funds_of
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.lanes import Job, gathering
from fedirec.ledger.posting import post
from fedirec.payouts.actions.batching import cancel_batch, pay_again, take_out
from fedirec.payouts.actions.ending import hear
from fedirec.payouts.actions.reconciling import mark_payout
from fedirec.payouts.actions.submitting import Cashier, submit_batch
from fedirec.payouts.actions.unclaimed import lapse
from fedirec.payouts.adapters.protocol import Attempt, Cause, Detail, Kind, Limits, Outcome, Standing
from fedirec.payouts.lacks import Lack, Readiness, is_theirs, lacks, threshold_in
from fedirec.payouts.lapses import lapses_at, may_lapse, notice_due
from fedirec.payouts.models import Payee, Payout, PayoutAttempt
from fedirec.payouts.payments import (
    HEARD,
    NEXT,
    OPEN,
    REFUSALS,
    AttemptState,
    BatchState,
    Call,
    State,
    Step,
    advance,
    asks_again_at,
    digest_of_batch,
    needs_person,
    next_call,
    refusal_of,
)
from fedirec.payouts.queries.money import balances_with, statement_of, sums_of_year
from fedirec.payouts.uuids import uuid7
from tests.conftest import Pass
from tests.network import Instance
from tests.payouts.stage import Office, check_books, decide, owe

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WELL = Readiness(has_details=True, is_confirmed=True, has_accepted=True, is_offered=True, limits=Limits(minimum=100))


def test_each_step_from_each_state_leads_somewhere_or_says_why_not() -> None:
    for state, step in product(State, Step):
        if (state, step) in NEXT:
            assert refusal_of(state, step) is None
            assert advance(state, step) in State
        else:
            assert refusal_of(state, step) == REFUSALS[state]
            with pytest.raises(Conflict):
                advance(state, step)
    ways_out = {state for state, _ in NEXT}
    assert set(State) - ways_out == {State.GIVEN_AWAY}
    assert {after for (_, step), after in NEXT.items() if step is Step.SUBMIT} == {State.SUBMITTED}
    assert [state for state, step in NEXT if step is Step.SUBMIT] == [State.BATCHED], "nothing goes out but by a batch"


def test_whatever_is_heard_of_a_try_has_an_answer_and_what_ended_never_opens_again() -> None:
    assert set(HEARD) == set(product(AttemptState, Standing))
    for (state, standing), after in HEARD.items():
        if state not in OPEN:
            assert after not in OPEN
        if standing in (Standing.UNKNOWN, Standing.UNHEARD) and state is not AttemptState.BEGUN:
            assert after is state, "to know nothing changes nothing"
    for state in (AttemptState.REFUSED, AttemptState.ABANDONED):
        assert HEARD[state, Standing.SETTLED] is None, "a person looks: it was certain that nothing is paid"
    assert HEARD[AttemptState.SETTLED, Standing.PENDING] is AttemptState.SETTLED, "older news comes late"


def test_only_what_certainly_was_not_sent_is_sent_without_asking() -> None:
    assert {state for state in AttemptState if next_call(state) is Call.SUBMIT} == {AttemptState.BEGUN}
    for state in OPEN - {AttemptState.BEGUN}:
        assert next_call(state) is Call.ASK
        assert asks_again_at(state, begun_at=NOON, asked_at=NOON) == NOON + timedelta(minutes=2)
    assert asks_again_at(AttemptState.SETTLED, begun_at=NOON, asked_at=NOON + timedelta(days=200)) is None
    assert asks_again_at(AttemptState.RETURNED, begun_at=NOON, asked_at=NOON) is None


def test_every_try_ends_with_an_answer_or_with_a_person() -> None:
    window = timedelta(days=1)
    for state, standing in product(AttemptState, Standing):
        if state not in OPEN:
            assert not needs_person(state, standing, age=timedelta(days=999), window=window)
            continue
        ends = asks_again_at(state, begun_at=NOON, asked_at=NOON + timedelta(days=180)) is None
        assert ends
        assert needs_person(state, standing, age=timedelta(days=180), window=window)
        assert needs_person(state, standing, age=window, window=window) == (standing is Standing.UNKNOWN)


def test_what_somebody_lacks_is_said_in_full() -> None:
    assert lacks(WELL, 100, threshold=0, at=NOON) == ()
    assert lacks(WELL, 99, threshold=0, at=NOON) == (Lack.TOO_LITTLE,)
    assert lacks(WELL, 100, threshold=5_00, at=NOON) == (Lack.TOO_LITTLE,)
    assert lacks(WELL, 100, threshold=5_00, at=NOON, is_again=True) == ()
    nothing = lacks(Readiness(needs_form=True, held_until=NOON + timedelta(days=1)), 1, threshold=2, at=NOON)
    assert nothing == (Lack.DETAILS, Lack.TERMS, Lack.FORM, Lack.HOLD, Lack.TOO_LITTLE)
    alone: dict[Lack, dict[str, Any]] = {
        Lack.WAY: {"is_offered": False},
        Lack.CURRENCY: {"limits": None},
        Lack.CONFIRMATION: {"is_confirmed": False},
        Lack.TOO_MUCH: {"limits": Limits(maximum=99)},
        Lack.WRITING: {"can_be_written": False},
    }
    for lack, changes in alone.items():
        assert lacks(replace(WELL, **changes), 100, threshold=0, at=NOON) == (lack,)
    assert is_theirs((Lack.DETAILS, Lack.FORM))
    assert not is_theirs((Lack.FORM, Lack.TOO_LITTLE)), (
        "no treasurer takes money by asking for a form that never comes in"
    )
    assert {*nothing, *alone} == set(Lack)
    assert threshold_in("JPY", 50_00, of="EUR") == 50
    assert threshold_in("KWD", 50_00, of="EUR") == 50_000
    assert threshold_in("EUR", 50, of="JPY") == 50_00


def test_a_digest_covers_amounts_and_details_and_no_order() -> None:
    rows = [("a", 1, "x"), ("b", 2, "y")]
    digest = digest_of_batch("sepa", "EUR", rows)
    assert digest == digest_of_batch("sepa", "EUR", rows[::-1])
    changed = [("sepa", "EUR", [("a", 2, "x"), rows[1]]), ("sepa", "EUR", [("a", 1, "z"), rows[1]])]
    changed += [("csv", "EUR", rows), ("sepa", "CHF", rows), ("sepa", "EUR", rows[:1])]
    assert digest not in {digest_of_batch(*each) for each in changed}


def test_nobody_loses_money_unawares() -> None:
    lapses = lapses_at(NOON, 24)
    assert notice_due(lapses, [], at=lapses - timedelta(days=91)) is None
    first = notice_due(lapses, [], at=lapses - timedelta(days=90))
    assert first == lapses - timedelta(days=90)
    assert notice_due(lapses, [first], at=lapses - timedelta(days=31)) is None
    assert notice_due(lapses, [first], at=lapses - timedelta(days=30)) == lapses - timedelta(days=30)
    much_later = lapses + timedelta(days=900)
    told: list[datetime] = []
    for early, next_in in ((90, 60), (30, 23), (7, 7)):  # whoever hears of it late has as long from then on
        assert not may_lapse(lapses, told, at=much_later + timedelta(days=900))
        assert notice_due(lapses, told, at=much_later) is not None
        told.append(much_later)
        assert not may_lapse(lapses, told, at=much_later + timedelta(days=early) - timedelta(seconds=1))
        much_later += timedelta(days=next_in)
    assert may_lapse(lapses, told, at=much_later)
    assert notice_due(lapses, told, at=much_later) is None


def test_keys_sort_by_time_and_are_what_the_standard_says() -> None:
    keys = [uuid7() for _ in range(50)]
    assert len(set(keys)) == 50
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
    assert [key.int >> 80 for key in keys] == sorted(key.int >> 80 for key in keys)


class Whimsical:
    """A provider of which every answer is possible at any time. It remembers what it paid, and to whom."""

    name, label, kind = "whim", "Whim", Kind.NETWORK
    asks = (Detail(name="to", label="To"),)
    window = timedelta(days=30)

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.paid: dict[str, tuple[str, int]] = {}
        self.back: Counter[str] = Counter()

    def find_limits(self, currency: str) -> Limits | None:
        return Limits()

    def expected_fee(self, amount: int, currency: str) -> int:
        return 0

    def check_details(self, details: Mapping[str, str]) -> dict[str, str]:
        return dict(details)

    def mask(self, details: Mapping[str, str]) -> str:
        return ""

    async def submit(self, attempt: Attempt) -> Outcome:
        what = self.dice.choice(["paid", "paid", "paid", "lost", "lost", "dropped", "refused"])
        if attempt.key in self.paid or what in ("paid", "lost"):
            self.paid[attempt.key] = (attempt.details["to"], attempt.amount)
            return await self.ask(attempt) if what != "lost" else Outcome(standing=Standing.UNKNOWN)
        if what == "dropped" or attempt.first_sent_at is not None:
            return Outcome(standing=Standing.UNKNOWN)
        cause = self.dice.choice(list(Cause))
        return Outcome(standing=Standing.REFUSED, cause=cause, reason="no")

    async def ask(self, attempt: Attempt) -> Outcome:
        if attempt.key not in self.paid:
            return Outcome(standing=Standing.UNHEARD)
        if self.dice.random() < 0.2:
            return Outcome(standing=Standing.UNKNOWN)
        if self.dice.random() < 0.3:
            self.back[attempt.key] = self.dice.choice(
                [attempt.amount, max(self.back[attempt.key], attempt.amount // 3)]
            )
        if back := self.back[attempt.key]:
            return Outcome(standing=Standing.RETURNED, came_back=back, fee=25)
        standing = self.dice.choice([Standing.PENDING, Standing.SETTLED, Standing.SETTLED, Standing.UNCLAIMED])
        return Outcome(standing=standing, fee=25)

    def keeps(self, name: str) -> int:
        """What somebody has of it now."""
        return sum(amount - self.back[key] for key, (to, amount) in self.paid.items() if to == name)


@pytest.mark.anyio
@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(3))
async def test_after_any_story_the_books_the_payments_and_the_provider_agree(
    here: Instance, time_passes: Pass, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  (the same again and again)
    provider = Whimsical(dice)
    office = Office(here, {"whim": provider})
    await office.open()

    async def story() -> None:
        ways, vault = office.ways, office.vault
        tina, tom, olga = [await office.viewer(name) for name in ("tina", "tom", "olga")]
        people = [await Person.create(name=f"person {number}") for number in range(4)]
        owed = Counter[str]()
        cashier = Cashier(ways=ways, vault=vault)
        for person in people:
            await office.says(person, "whim", {"to": person.name})

        async def owe_some() -> None:
            wanted = {each: dice.randrange(1, 90_00) for each in dice.sample(people, 2)}
            await owe({each.id: amount for each, amount in wanted.items()})
            owed.update({each.name: amount for each, amount in wanted.items()})

        async def pay() -> None:
            await submit_batch(olga, ways, vault, await office.approved("whim"))

        async def go_on() -> None:
            for row in await PayoutAttempt.filter(state__in=[*sorted(OPEN), "settled"]).order_by("id"):
                await cashier.work(Job(payload={"attempt": row.id}))

        async def pay_stopped_again() -> None:
            for row in await Payout.filter(state__in=["returned", "failed"], needs_person=False):
                await pay_again(tom, row)

        async def change_ones_mind() -> None:
            batch = await office.approved("whim")
            if dice.random() < 0.5 and (row := await Payout.filter(batch_id=batch.id).first()):
                await take_out(tina, row)
            await cancel_batch(tom, ways, batch)

        async def look_up() -> None:
            for row in await Payout.filter(needs_person=True):
                last = (await PayoutAttempt.filter(payout_id=row.id).order_by("-number"))[0]
                await mark_payout(
                    tina,
                    ways,
                    row,
                    became="settled" if last.key in provider.paid else "not_paid",
                    reference="7",
                    text="looked up",
                )

        async def let_time_pass() -> None:
            time_passes(timedelta(days=dice.choice([0, 1, 31])))

        deeds = [owe_some, pay, pay, go_on, go_on, go_on, pay_stopped_again, change_ones_mind, look_up, let_time_pass]
        await owe_some()
        for deed in [pay, *dice.choices(deeds, k=40), look_up, go_on]:
            with suppress(Conflict):  # nothing is ready, or it is not known yet what became of it
                await deed()
            for person in people:
                assert provider.keeps(person.name) <= owed[person.name], "nobody has more than they were owed"
        await check_books()
        assert provider.paid
        for row in await PayoutAttempt.all():
            assert row.key in provider.paid or row.state in OPEN | {"refused", "abandoned"}
            assert row.key not in provider.paid or row.state not in ("refused", "abandoned")
        if seed == 0:
            await a_part_comes_back(office)

    await here.run(story)


async def a_part_comes_back(office: Office) -> None:
    """Of 10.00 that had arrived, 4.00 come back: that is what is owed, and it stays what it was owed for."""
    await decide(unclaimed_policy="pool")
    pia, olga = await office.someone("pia"), await office.viewer("olga")
    row = await office.says(pia, "whim", {"to": "pia"})
    proposals = [await owe({pia.id: 7_00}), await owe({pia.id: 3_00}, kind="service")]
    told = Notification.filter(kind="pay_came_back", account__actor__local_handle="pia")

    async def pay_out(country: str) -> PayoutAttempt:
        await Payee.filter(id=row.id).update(country=country)
        await submit_batch(olga, office.ways, office.vault, await office.approved("whim"))
        tried = await PayoutAttempt.get(payout__person_id=pia.id, state="begun")
        return await hear(tried.id, Outcome(standing=Standing.SETTLED))

    async def stands() -> tuple[int, int, set[str]]:
        (balance,) = await balances_with(pia, None, office.ways)
        states = {each.state for each in await PayProposal.filter(id__in=[each.id for each in proposals])}
        assert sum((await statement_of(pia, now().year)).by_kind.values()) == balance.paid
        await check_books()
        return balance.paid, balance.carried + balance.under_way + balance.unclaimed, states

    async def sums() -> set[tuple[str, str, int]]:
        return {(each.kind, each.country, each.amount) for each in await sums_of_year(now().year) if each.name == "pia"}

    first = await pay_out("DE")
    assert await stands() == (10_00, 0, {"paid"})
    for _ in range(2):  # hearing it again changes nothing
        await hear(first.id, Outcome(standing=Standing.RETURNED, came_back=4_00))
        assert await stands() == (6_00, 4_00, {"partially_paid"})
        assert await told.count() == 1
    assert await sums() == {("royalty", "DE", 4_20), ("service", "DE", 1_80)}

    await pay_again(olga, await Payout.get(person_id=pia.id, state="returned"))
    second = await pay_out("FR")
    assert await stands() == (10_00, 0, {"paid"})
    assert await sums() == {
        ("royalty", "DE", 4_20),
        ("service", "DE", 1_80),
        ("royalty", "FR", 2_80),
        ("service", "FR", 1_20),
    }

    await hear(first.id, Outcome(standing=Standing.RETURNED, came_back=10_00))  # the rest of it, too
    await hear(second.id, Outcome(standing=Standing.RETURNED, came_back=1_00))
    assert await stands() == (3_00, 7_00, {"partially_paid"})
    assert await told.count() == 3
    for stopped in await Payout.filter(person_id=pia.id, state="returned"):
        async with transaction(), gathering():
            for entry in await lapse(stopped):
                await post(entry)
    assert await stands() == (3_00, 7_00, {"paid"}), "what is back in its pools counts as unclaimed"
    for proposal, came in zip(proposals, (4_90, 2_10), strict=True):
        assert (await funds_of(await Pool.get(id=proposal.pool_id))).covered == came


def test_programs_read_of_every_state_and_of_every_lack() -> None:
    """What they are told is a list of its own, for it may not change by itself."""
    for shape, field, states in (
        (shapes.Batch, "state", BatchState),
        (shapes.Payout, "state", set(State) - {State.CARRIED}),
        (shapes.Try, "state", AttemptState),
    ):
        assert set(get_args(shape.model_fields[field].annotation)) == set(states)
    assert set(get_args(ToldLack)) == set(Lack)
