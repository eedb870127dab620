"""Whatever fails, work of a lane is finished in order, per order key, and everything is finished once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedirec import clock
from fedirec.clock import now
from fedirec.db import execute
from fedirec.errors import Busy
from fedirec.lanes import Dead, Done, Job, Kind, Later, Outcome, Runner, Work, enqueue

FOR_EVER = timedelta(days=36_500)

FAILURES = st.sampled_from(
    [
        Later("no answer"),
        Later("internal error", status=500),
        Later("slow down", status=429, after=timedelta(minutes=1)),
        Later("not yet", blame="job"),
        Later("not yet", after=timedelta(days=2), blame="job"),
        Busy(),
        ZeroDivisionError(),
    ]
)


@dataclass(frozen=True)
class Plan:
    """A job to queue, with what its handler will say, attempt by attempt."""

    lane: str
    order_key: str
    delay: timedelta
    failures: list[Outcome | Exception]
    end: Outcome


PLANS = st.lists(
    st.builds(
        Plan,
        lane=st.sampled_from(["a", "b"]),
        order_key=st.sampled_from(["", "x", "y"]),
        delay=st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=3)]),
        failures=st.lists(FAILURES, max_size=3),
        end=st.sampled_from([Done(), Done(), Dead("no", status=404)]),
    ),
    min_size=1,
    max_size=12,
)


@given(pages=st.lists(PLANS, min_size=1, max_size=3), batch=st.integers(1, 4))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_work_is_finished_in_order_under_any_failures(database: str, pages: list[list[Plan]], batch: int) -> None:
    plans: list[Plan] = []
    attempts: dict[int, int] = defaultdict(int)
    finished: list[int] = []

    async def follow(job: Job) -> Outcome:
        number = int(str(job.payload["n"]))
        plan = plans[number]
        earlier = [n for n in range(number) if plan.order_key and plans[n].lane == plan.lane]
        assert all(n in finished for n in earlier if plans[n].order_key == plan.order_key)
        assert number not in finished
        attempt = attempts[number]
        attempts[number] += 1
        if attempt >= len(plan.failures):
            finished.append(number)
            return plan.end
        failure = plan.failures[attempt]
        if isinstance(failure, Exception):
            raise failure
        return failure

    runner = Runner({"k": Kind(handler=follow, concurrency=2, batch=batch, give_up_after=FOR_EVER)}, name="test")
    passed = timedelta(0)
    await execute("DELETE FROM job")
    await execute("DELETE FROM lane")
    try:
        for page in pages:
            first = len(plans)
            plans += page
            await enqueue(
                [
                    Work(
                        kind="k",
                        lane=plan.lane,
                        payload={"n": first + number},
                        order_key=plan.order_key,
                        due_at=now() + plan.delay,
                    )
                    for number, plan in enumerate(page)
                ]
            )
            await runner.run_until_idle()
        for _ in range(200):
            if not await Job.filter(dead_at__isnull=True).exists():
                break
            passed += timedelta(hours=16)
            clock.shift(passed)
            await runner.run_until_idle()
    finally:
        clock.shift(timedelta(0))

    assert sorted(finished) == list(range(len(plans)))
    assert await Job.all().count() == sum(isinstance(plan.end, Dead) for plan in plans)
