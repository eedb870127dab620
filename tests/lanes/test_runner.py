"""What a runner does with lanes, leases and outcomes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from fedirec import errors
from fedirec.clock import now
from fedirec.db import execute, fetch_rows
from fedirec.lanes import (
    Dead,
    Done,
    Handler,
    Job,
    Kind,
    Lane,
    Later,
    Outcome,
    Runner,
    Work,
    close_circuit,
    enqueue,
    revive,
)
from fedirec.lanes.backoff import LEAST_TRIES
from tests.conftest import Pass
from tests.lanes.patience import eventually

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Host:
    """A handler that answers as it is told, and keeps the numbers of the jobs it saw."""

    def __init__(self) -> None:
        self.answers: dict[int, Outcome] = {}
        self.answer: Outcome = Done()
        self.seen: list[int] = []

    async def __call__(self, job: Job) -> Outcome:
        number = int(str(job.payload["n"]))
        self.seen.append(number)
        return self.answers.get(number, self.answer)

    async def was_asked(self) -> bool:
        return bool(self.seen)

    async def run(self) -> list[int]:
        """Run what is due and return the numbers of the jobs that were tried."""
        self.seen = []
        await runner(self).run_until_idle()
        return self.seen


@pytest.fixture
def host() -> Host:
    return Host()


def runner(handler: Handler, *, lease: timedelta = MINUTE, grace: timedelta = MINUTE, **kind: object) -> Runner:
    settings: dict[str, object] = {"concurrency": 10} | kind
    return Runner({"k": Kind(handler=handler, **settings)}, name="test", lease=lease, grace=grace)  # type: ignore[arg-type]


def work(number: int, *, lane: str = "a", order_key: str = "") -> Work:
    return Work(kind="k", lane=lane, payload={"n": number}, order_key=order_key)


async def nothing_waits() -> bool:
    return not await Job.all().exists()


async def hold_of(key: str = "a") -> timedelta:
    lane = await Lane.get(key=key)
    assert lane.held_until is not None
    return lane.held_until - now()


# Outcomes


async def test_a_job_to_blame_waits_and_the_others_pass(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(1), work(2), work(3)])
    host.answers[1] = Later("not yet", blame="job")
    assert await host.run() == [1, 2, 3]
    assert await host.run() == []

    time_passes(MINUTE)
    assert await host.run() == [1]


async def test_a_job_to_blame_holds_back_what_follows_under_its_order_key(
    database: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1, order_key="x"), work(2, order_key="y"), work(3, order_key="x"), work(4)])
    host.answers[1] = Later("not yet", blame="job")
    assert await host.run() == [1, 2, 4]

    await enqueue([work(5, order_key="x"), work(6, order_key="y")])
    assert await host.run() == [6]

    host.answers.clear()
    time_passes(MINUTE)
    assert await host.run() == [1, 3, 5]


async def test_a_lane_is_due_when_the_first_of_its_jobs_can_run(database: str, host: Host) -> None:
    await enqueue([work(1, order_key="x"), work(2, order_key="x"), work(3, order_key="y"), work(4, order_key="y")])
    host.answers = {1: Later("no", after=HOUR, blame="job"), 3: Later("no", after=2 * HOUR, blame="job")}
    assert await host.run() == [1, 3]
    lane = await Lane.get()
    assert lane.next_at is not None
    assert timedelta(minutes=59) < lane.next_at - now() <= HOUR


async def test_a_lane_to_blame_stops_at_once_and_starts_with_the_same_job(
    database: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1), work(2), work(3, lane="b")])
    host.answers[1] = Later("no answer")
    assert sorted(await host.run()) == [1, 3]
    assert 0.7 * 30 <= (await hold_of()).total_seconds() <= 1.25 * 30

    await enqueue([work(4)])
    assert await host.run() == []

    host.answers.clear()
    time_passes(MINUTE)
    assert await host.run() == [1, 2, 4]
    lane = await Lane.get(key="a")
    assert (lane.failures, lane.failing_since, lane.held_until, lane.error) == (0, None, None, None)
    assert lane.succeeded_at is not None


async def test_retry_after_is_honoured(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(1), work(2)])
    host.answers[1] = Later("busy", status=503, after=2 * HOUR)
    assert await host.run() == [1]

    time_passes(2 * HOUR - MINUTE)
    assert await host.run() == []
    time_passes(2 * MINUTE)
    host.answers.clear()
    assert await host.run() == [1, 2]


async def test_a_circuit_opens_is_probed_once_and_closes(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(number) for number in range(1, 4)])
    host.answer = Later("no answer")
    for _ in range(5):
        assert await host.run() == [1]
        time_passes(await hold_of() + timedelta(seconds=1))
    lane = await Lane.get(key="a")
    assert (lane.failures, lane.trips) == (5, 1)

    assert await host.run() == [1]
    assert 59 * MINUTE < await hold_of() <= 60 * MINUTE
    time_passes(59 * MINUTE)
    assert await host.run() == []

    time_passes(2 * MINUTE)
    host.answer = Done()
    assert await host.run() == [1, 2, 3]
    assert (await Lane.get(key="a")).trips == 0


async def test_a_circuit_opens_for_half_an_hour(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(1)])
    host.answer = Later("no answer", status=503, after=timedelta(seconds=1))
    for _ in range(4):
        assert await host.run() == [1]
        time_passes(timedelta(seconds=2))
    assert await host.run() == [1]
    assert 29 * MINUTE < await hold_of() <= 30 * MINUTE


async def test_hearing_from_a_peer_closes_its_circuit(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(1)])
    host.answer = Later("no answer", after=timedelta(seconds=1))
    for _ in range(5):
        await host.run()
        time_passes(timedelta(seconds=2))
    assert await host.run() == []

    assert await close_circuit("a") is True
    host.answer = Done()
    assert await host.run() == [1]
    assert await close_circuit("a") is False
    assert await close_circuit("nobody") is False


async def test_hearing_from_a_peer_does_not_lift_its_wish_to_be_left_alone(database: str, host: Host) -> None:
    await enqueue([work(1)])
    host.answer = Later("slow down", status=429, after=HOUR)
    await host.run()
    assert await close_circuit("a") is False
    assert await host.run() == []


async def test_reviving_a_lane_brings_its_waiting_jobs_back(database: str, host: Host) -> None:
    await enqueue([work(1), work(2)])
    host.answers = {1: Later("not yet", blame="job"), 2: Later("no answer")}
    assert await host.run() == [1, 2]
    await revive("a")
    host.answers.clear()
    assert await host.run() == [1, 2]


async def test_a_poisonous_job_lets_the_others_pass_after_five_attempts(
    database: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1), work(2), work(3)])
    host.answers[1] = Later("internal error", status=500)
    for _ in range(5):
        assert await host.run() == [1]
        time_passes(await hold_of() + timedelta(seconds=1))
    assert await host.run() == [2, 3]


async def test_dead_jobs_are_kept_and_passed(database: str, host: Host) -> None:
    await enqueue([work(1, order_key="x"), work(2, order_key="x")])
    host.answers[1] = Dead("the inbox is gone", status=410)
    assert await host.run() == [1, 2]
    job = await Job.get()
    assert (job.payload, job.error, job.status) == ({"n": 1}, "the inbox is gone", 410)
    assert job.dead_at is not None


async def test_all_jobs_of_a_silent_lane_die_when_they_are_a_week_old(
    database: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1), work(2)])
    host.answer = Later("no answer")
    for _ in range(LEAST_TRIES - 1):
        assert await host.run() == [1]
        time_passes(16 * HOUR)
    await enqueue([work(3)])
    time_passes(timedelta(days=1))
    assert await host.run() == [1]
    assert (await Job.get(dead_at__isnull=True)).payload == {"n": 3}

    time_passes(timedelta(days=1))
    host.answer = Done()
    assert await host.run() == [3]


async def test_a_peer_that_comes_back_gets_even_old_jobs(database: str, host: Host, time_passes: Pass) -> None:
    await enqueue([work(1), work(2)])
    time_passes(timedelta(days=8))
    assert await host.run() == [1, 2]
    assert await Job.all().count() == 0


# Errors of handlers


async def raising(error: BaseException) -> Outcome:
    raise error


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (errors.PeerUnavailable("no answer"), timedelta(seconds=30)),
        (errors.Busy("full", retry_after=3600), HOUR),
        (errors.TooMany(retry_after=60), MINUTE),
    ],
)
async def test_an_error_worth_retrying_lets_the_job_wait(
    database: str, error: errors.FedirecError, wait: timedelta
) -> None:
    await enqueue([work(1)])
    await runner(lambda _: raising(error)).run_until_idle()
    job = await Job.get()
    assert (job.attempts, job.crashes, job.dead_at, job.error) == (1, 0, None, error.detail)
    assert 0.74 * wait <= job.due_at - now() <= 1.25 * wait
    assert (await Lane.get()).failures == 0


async def test_an_error_not_worth_retrying_is_the_death_of_the_job(database: str) -> None:
    await enqueue([work(1)])
    await runner(lambda _: raising(errors.Gone("the record was deleted"))).run_until_idle()
    job = await Job.get()
    assert (job.dead_at is None, job.error) == (False, "the record was deleted")


async def test_a_handler_that_breaks_is_logged_and_tried_five_times(
    database: str, time_passes: Pass, caplog: pytest.LogCaptureFixture
) -> None:
    await enqueue([work(1), work(2)])

    async def breaks(job: Job) -> Outcome:
        if job.payload["n"] == 2:
            return Done()
        raise KeyError("missing\x00\udc80")

    tries = 0
    while await Job.filter(dead_at__isnull=True).exists():
        tries += 1
        await runner(breaks).run_until_idle()
        time_passes(HOUR)
    job = await Job.get()
    assert (tries, job.crashes) == (5, 5)
    assert str(job.error).startswith("KeyError")
    assert sum(record.exc_info is not None for record in caplog.records) == 5


async def test_a_handler_that_never_ends_is_cancelled(database: str) -> None:
    await enqueue([work(1)])

    async def hangs(_: Job) -> Outcome:
        await asyncio.sleep(3600)
        return Done()

    await runner(hangs, time_limit=timedelta(milliseconds=50)).run_until_idle()
    assert (await Job.get()).crashes == 1


# Lanes and leases


async def test_jobs_of_a_lane_run_one_after_the_other_and_lanes_side_by_side(database: str) -> None:
    running: list[str] = []
    most = 0

    async def look(job: Job) -> Outcome:
        nonlocal most
        assert job.lane not in running
        running.append(job.lane)
        most = max(most, len(running))
        await asyncio.sleep(0.01)
        running.remove(job.lane)
        return Done()

    await enqueue([work(number, lane=f"lane{number % 6}") for number in range(24)])
    assert await runner(look, concurrency=4, batch=2).run_until_idle() == 24
    assert most == 4


async def test_jobs_that_are_handled_together_end_each_in_its_own_way(
    database: str, host: Host, time_passes: Pass
) -> None:
    calls: list[list[int]] = []

    async def together(jobs: Sequence[Job]) -> list[Outcome]:
        calls.append([int(str(job.payload["n"])) for job in jobs])
        return [await host(job) for job in jobs]

    host.answers = {2: Later("not now", blame="job"), 3: Dead("never")}
    await enqueue([work(number) for number in range(1, 6)])

    await runner(host, together=together, at_once=3).run_until_idle()

    assert calls == [[1, 2, 3], [4, 5]]
    left = await Job.all().order_by("id")
    assert [(job.payload["n"], job.attempts, job.dead_at is None) for job in left] == [(2, 1, True), (3, 1, False)]

    host.answers = {}
    time_passes(HOUR)
    await runner(host, together=together, at_once=3).run_until_idle()
    assert host.seen[-1] == 2


async def test_a_crash_of_many_is_a_crash_of_each(database: str, host: Host) -> None:
    async def together(jobs: Sequence[Job]) -> list[Outcome]:
        raise ZeroDivisionError

    await enqueue([work(number) for number in range(1, 4)])

    await runner(host, together=together).run_until_idle()

    assert [job.crashes for job in await Job.all()] == [1, 1, 1]


async def test_a_long_lane_does_not_keep_others_waiting(database: str, host: Host) -> None:
    await enqueue([work(number, lane="long") for number in range(10)])
    await enqueue([work(100, lane="short")])
    await runner(host, concurrency=1, batch=3).run_until_idle()
    assert host.seen == [0, 1, 2, 100, 3, 4, 5, 6, 7, 8, 9]


async def test_a_flood_of_one_kind_does_not_keep_another_kind_waiting(database: str, host: Host) -> None:
    seen_by_mail: list[int] = []

    async def mail(job: Job) -> Outcome:
        seen_by_mail.append(len(host.seen))
        return Done()

    await enqueue([work(number, lane=f"lane{number}") for number in range(50)])
    await enqueue([Work(kind="mail", lane="mail", payload={})])
    kinds = {"k": Kind(handler=host, concurrency=2), "mail": Kind(handler=mail, concurrency=1)}
    assert await Runner(kinds, name="test").run_until_idle() == 51
    assert seen_by_mail[0] < 10


async def test_a_runner_leaves_alone_what_it_has_no_handler_for(database: str, host: Host) -> None:
    await enqueue([Work(kind="other", lane="other", payload={})])
    assert await host.run() == []
    assert await Job.all().count() == 1


async def test_a_leased_lane_is_left_alone_until_the_lease_runs_out(
    database: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1)])
    await Lane.filter(key="a").update(leased_by="somebody", leased_until=now() + MINUTE)
    assert await host.run() == []
    time_passes(MINUTE)
    assert await host.run() == [1]


async def test_a_lease_is_renewed_while_a_job_runs(database: str) -> None:
    others: list[int] = []

    async def slow(job: Job) -> Outcome:
        for _ in range(8):
            await asyncio.sleep(0.2)
            others.append(await runner(slow).run_until_idle())
        return Done()

    await enqueue([work(1)])
    assert await runner(slow, lease=timedelta(seconds=0.9)).run_until_idle() == 1
    assert others == [0] * 8


async def test_a_lost_lease_stops_writing(database: str, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []

    async def rob(job: Job) -> Outcome:
        seen.append(int(str(job.payload["n"])))
        await Lane.filter(key=job.lane).update(leased_by="thief", leased_until=now() + MINUTE)
        return Done()

    await enqueue([work(1), work(2)])
    with caplog.at_level(logging.WARNING):
        await runner(rob).run_until_idle()
    assert seen == [1]
    assert await Job.all().count() == 2
    assert (await Lane.get()).leased_by == "thief"
    assert "lost its lease on a" in caplog.text


async def _running(handler: Callable[[Job], Awaitable[Outcome]], stop: asyncio.Event) -> asyncio.Task[None]:
    return asyncio.create_task(runner(handler, grace=timedelta(seconds=0.3)).run(stop))


async def test_a_runner_that_stops_lets_its_job_end_and_gives_the_lane_back(database: str) -> None:
    begun, stop, seen = asyncio.Event(), asyncio.Event(), []

    async def slow(job: Job) -> Outcome:
        begun.set()
        await asyncio.sleep(0.1)
        seen.append(job.payload["n"])
        return Done()

    await enqueue([work(1), work(2)])
    running = await _running(slow, stop)
    await begun.wait()
    stop.set()
    await running
    lane = await Lane.get()
    assert (seen, lane.leased_by) == ([1], None)
    assert lane.next_at is not None
    assert (await Job.get()).payload == {"n": 2}


async def test_a_runner_that_stops_does_not_wait_for_ever(database: str, host: Host) -> None:
    begun, stop = asyncio.Event(), asyncio.Event()

    async def hangs(_: Job) -> Outcome:
        begun.set()
        await asyncio.sleep(3600)
        return Done()

    await enqueue([work(1)])
    running = await _running(hangs, stop)
    await begun.wait()
    stop.set()
    async with asyncio.timeout(60):
        await running
    assert (await Lane.get()).leased_by is None
    assert await host.run() == [1]


async def test_a_runner_that_is_cancelled_gives_its_lanes_back(database: str, host: Host) -> None:
    begun = asyncio.Event()

    async def hangs(_: Job) -> Outcome:
        begun.set()
        await asyncio.sleep(3600)
        return Done()

    await enqueue([work(1)])
    running = await _running(hangs, asyncio.Event())
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await host.run() == [1]


async def test_on_sqlite_a_new_process_takes_over_at_once(
    database: str, database_kind: str, host: Host, time_passes: Pass
) -> None:
    await enqueue([work(1)])
    await Lane.filter(key="a").update(leased_by="killed", leased_until=now() + MINUTE)
    stop = asyncio.Event()
    running = await _running(host, stop)
    await asyncio.sleep(0.3)
    assert host.seen == ([1] if database_kind == "sqlite" else [])
    time_passes(2 * MINUTE)
    await eventually(host.was_asked)
    stop.set()
    await running


async def test_work_that_makes_work_for_ever_ends_after_the_rounds(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def again(job: Job) -> Outcome:
        await enqueue([work(1)])
        return Done()

    await enqueue([work(1)])
    with caplog.at_level(logging.WARNING):
        assert await runner(again).run_until_idle(rounds=7) == 7
    assert "there may be more to do" in caplog.text


async def test_an_idle_lane_has_nothing_next(database: str, host: Host) -> None:
    await enqueue([work(1)])
    await host.run()
    lane = await Lane.get()
    assert (lane.next_at, lane.leased_by, lane.leased_until) == (None, None, None)


async def test_two_runners_share_lanes_but_never_one_lane_at_once(database: str) -> None:
    running: set[str] = set()
    seen: list[tuple[str, int]] = []
    by: dict[str, int] = {"one": 0, "two": 0}

    def handler_of(name: str) -> Handler:
        async def look(job: Job) -> Outcome:
            assert job.lane not in running
            running.add(job.lane)
            await asyncio.sleep(0.002)
            running.remove(job.lane)
            seen.append((job.lane, job.id))
            by[name] += 1
            return Done()

        return look

    await enqueue([work(number, lane=f"lane{number % 20}") for number in range(400)])
    await asyncio.gather(*(runner(handler_of(name), concurrency=5, batch=4).run_until_idle() for name in by))
    assert len(seen) == len(set(seen)) == 400
    assert min(by.values()) > 0
    for key in {lane for lane, _ in seen}:
        ids = [number for lane, number in seen if lane == key]
        assert ids == sorted(ids)


async def test_those_who_queue_and_those_who_work_never_block_each_other(database: str) -> None:
    """Writers lock many lanes at once, in an order of their own, while two runners lease and leave the same lanes."""
    seen: set[int] = set()
    stop = asyncio.Event()

    async def look(job: Job) -> Outcome:
        assert job.id not in seen
        seen.add(job.id)
        return Done()

    async def write(seed: int) -> None:
        for number in range(25):
            keys = [(seed * 7 + number * step) % 15 for step in (1, 4, 11)]
            await enqueue([work(0, lane=f"lane{key}") for key in keys])

    runners = [asyncio.create_task(runner(look, concurrency=8).run(stop)) for _ in range(2)]
    await asyncio.gather(*(write(seed) for seed in range(4)))
    await eventually(nothing_waits)
    stop.set()
    await asyncio.gather(*runners)
    assert len(seen) == 300


async def test_a_runner_survives_the_loss_of_its_connections(database: str, database_kind: str, host: Host) -> None:
    if database_kind == "sqlite":
        return  # it has no connection that could be lost
    stop = asyncio.Event()
    running = await _running(host, stop)
    await asyncio.sleep(0.2)
    await fetch_rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await enqueue([work(1)])
    await eventually(host.was_asked)
    stop.set()
    await running


async def test_due_times_in_whole_seconds_compare_well(database: str, host: Host) -> None:
    """SQLite keeps times as text, and leaves a zero fraction out."""
    await enqueue([work(1)])
    whole: datetime = now().replace(microsecond=0)
    await execute("UPDATE job SET due_at = ?", whole)
    await execute("UPDATE lane SET next_at = ?", whole)
    assert await host.run() == [1]
