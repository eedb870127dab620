"""What administrators see of lanes, and can do about them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.clock import now
from fedirec.lanes import (
    Dead,
    Done,
    Job,
    Kind,
    Lane,
    Later,
    Outcome,
    Runner,
    Work,
    dead_jobs,
    enqueue,
    find_lane,
    lanes_in_trouble,
    oldest_waiting,
    prune_dead,
    prune_idle_lanes,
    retry_dead,
    waiting,
)
from tests.conftest import Pass

DAY = timedelta(days=1)


async def run(answers: dict[str, Outcome]) -> int:
    """Run what is due; lanes that are not in `answers` take everything."""

    async def answer(job: Job) -> Outcome:
        return answers.get(job.lane, Done())

    return await Runner({"k": Kind(handler=answer, concurrency=5)}, name="test").run_until_idle()


def work(lane: str, *, due: timedelta = timedelta(0)) -> Work:
    return Work(kind="k", lane=lane, payload={}, due_at=now() + due)


async def test_lanes_in_trouble_are_those_that_fail_or_hold_dead_jobs(database: str, time_passes: Pass) -> None:
    await enqueue([work("down")])
    await run({"down": Later("no answer")})
    time_passes(timedelta(seconds=1))
    await enqueue([work("down"), work("well"), work("gone"), work("gone"), work("late"), work("later")])
    await run(
        {
            "gone": Dead("the inbox is gone", status=410),
            "late": Later("slow", status=503),
            "later": Later("no", after=DAY),
        }
    )

    found = await lanes_in_trouble()
    assert [(lane.lane, lane.failures, lane.waiting, lane.dead, lane.error) for lane in found] == [
        ("down", 1, 2, 0, "no answer"),
        ("late", 1, 1, 0, "slow"),
        ("later", 1, 1, 0, "no"),
        ("gone", 0, 0, 2, "the inbox is gone"),
    ]
    assert [lane.lane for lane in await lanes_in_trouble(limit=1)] == ["down"]
    assert found[0].failing_since is not None
    assert found[2].held_until is not None
    assert timedelta(hours=23) < found[2].held_until - now() <= DAY
    assert not found[0].is_open


async def test_an_open_circuit_shows(database: str, time_passes: Pass) -> None:
    await enqueue([work("down")])
    for _ in range(5):
        await run({"down": Later("no answer", after=timedelta(seconds=1))})
        time_passes(timedelta(seconds=2))
    assert [lane.is_open for lane in await lanes_in_trouble()] == [True]


async def test_dead_jobs_can_be_tried_again(database: str, time_passes: Pass) -> None:
    await enqueue([work("gone"), work("gone"), work("other")])
    await run({"gone": Dead("gone"), "other": Dead("gone")})
    assert [job.lane for job in await dead_jobs("gone")] == ["gone", "gone"]

    time_passes(8 * DAY)
    await Lane.filter(key="gone").delete()
    assert await retry_dead("gone") == 2
    assert await retry_dead("nobody") == 0
    assert await find_lane("nobody") is None
    assert await run({"gone": Later("not yet", blame="job")}) == 2
    assert await waiting("k") == 2
    assert await run({}) == 0
    time_passes(DAY)
    assert await run({}) == 2
    assert [job.lane for job in await Job.all()] == ["other"]


async def test_the_oldest_job_that_waits_is_found(database: str, time_passes: Pass) -> None:
    assert await oldest_waiting() is None
    await enqueue([work("a", due=DAY)])
    assert await oldest_waiting() is None
    assert await waiting("k") == 1

    await enqueue([work("a")])
    time_passes(timedelta(hours=1))
    await enqueue([work("a"), Work(kind="other", lane="b", payload={})])
    for kind, hours in ((None, 1), ("k", 1), ("other", 0)):
        since = await oldest_waiting(kind)
        assert since is not None
        assert (now() - since) / timedelta(hours=1) == pytest.approx(hours, abs=0.01)


async def test_the_dead_are_forgotten_after_a_month(database: str, time_passes: Pass) -> None:
    await enqueue([work("gone")])
    await run({"gone": Dead("gone")})
    time_passes(29 * DAY)
    await enqueue([work("new"), work("waits", due=DAY)])
    await run({"new": Dead("gone")})
    assert await prune_dead() == 0
    time_passes(2 * DAY)
    assert await prune_dead() == 1
    assert sorted([job.lane for job in await Job.all()]) == ["new", "waits"]


async def test_idle_lanes_are_forgotten_after_two_weeks(database: str, time_passes: Pass) -> None:
    await enqueue([work("idle"), work("dead"), work("waits", due=90 * DAY)])
    await run({"dead": Dead("gone")})
    time_passes(13 * DAY)
    await enqueue([work("fresh")])
    await run({})
    assert await prune_idle_lanes() == 0
    time_passes(2 * DAY)
    assert await prune_idle_lanes() == 1
    assert sorted([lane.key for lane in await Lane.all()]) == ["dead", "fresh", "waits"]
