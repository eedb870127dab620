"""How deliveries went is remembered for some days, in one short text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fedirec.db import transaction
from fedirec.lanes import Dead, Done, Job, Kind, Later, Runner, Tries, Work, enqueue, find_lane, tries_in
from fedirec.lanes.models import Lane
from fedirec.lanes.outcomes import Outcome
from fedirec.lanes.tallies import DAYS, added

START = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
TRIES = st.builds(Tries, st.integers(0, 10**9), st.integers(0, 10**9))


@given(st.lists(st.tuples(st.integers(0, 30), TRIES), max_size=60))
def test_what_is_kept_is_what_was_tried_in_the_last_days_and_never_longer_than_its_column(
    made: list[tuple[int, Tries]],
) -> None:
    kept: str | None = None
    days = sorted(made, key=lambda each: each[0])
    for day, tries in days:
        kept = added(kept, tries, at=START + timedelta(days=day))
        assert len(kept) <= Lane._meta.fields_map["tally"].max_length  # type: ignore[attr-defined]
    last = days[-1][0] if days else 0
    counted = tries_in(kept, at=START + timedelta(days=last))
    recent = [tries for day, tries in days if day > last - DAYS]
    if all(each.well + each.ill < 10**5 for each in recent):
        assert counted == sum(recent, Tries())


def test_of_a_hundred_only_all_are_a_hundred() -> None:
    assert [Tries(*each).percent for each in ((0, 0), (1, 0), (0, 1), (999, 1))] == [None, 100, 0, 99]


async def test_every_try_of_a_lane_counts_once_and_nothing_else_does(database: str) -> None:
    answers: list[Outcome] = [Done(), Dead("no", status=400), Later(error="busy", status=500, blame="job"), Done()]

    async def deliver(job: Job) -> Outcome:
        return answers[int(str(job.payload["n"]))]

    kinds = {
        "deliver": Kind(handler=deliver, concurrency=2, batch=2, is_tallied=True),
        "other": Kind(handler=deliver, concurrency=2),
    }
    async with transaction():
        await enqueue(
            [Work(kind=kind, lane=f"{kind}:a", payload={"n": n}) for kind in kinds for n in range(len(answers))]
        )
    runner = Runner(kinds, name="test")
    await runner.run_until_idle()
    lane, other = await find_lane("deliver:a"), await find_lane("other:a")
    assert lane
    assert other
    assert tries_in(lane.tally, at=datetime.now(UTC)) == Tries(well=2, ill=2)
    assert other.tally is None
