"""What is queued runs if its transaction commits, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fedirec.clock import now
from fedirec.db import open_database, transaction
from fedirec.lanes import Done, Job, Kind, Lane, Outcome, Runner, Work, enqueue, gathering, retry_dead
from fedirec.lanes.outcomes import Dead
from tests.conftest import Pass
from tests.lanes.patience import eventually

LONG = timedelta(hours=1)


class Diary:
    """A handler that only remembers what it was given."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def __call__(self, job: Job) -> Outcome:
        self.lines.append(str(job.payload["line"]))
        return Done()

    def has(self, count: int) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return len(self.lines) >= count

        return check


@pytest.fixture
def diary() -> Diary:
    return Diary()


def runner_of(diary: Diary, *, poll: timedelta = timedelta(seconds=1)) -> Runner:
    return Runner({"note": Kind(handler=diary, concurrency=5)}, name="test", poll=poll, lease=3 * LONG)


def note(
    line: str, *, lane: str = "note:a", dedupe_key: str | None = None, order_key: str = "", due: timedelta | None = None
) -> Work:
    due_at = now() + due if due else None
    return Work(
        kind="note", lane=lane, payload={"line": line}, dedupe_key=dedupe_key, order_key=order_key, due_at=due_at
    )


async def test_work_runs_once_in_the_order_in_which_it_was_queued(database: str, diary: Diary) -> None:
    await enqueue([note("one"), note("two")])
    await enqueue([note("three")])

    assert await runner_of(diary).run_until_idle() == 3
    assert await runner_of(diary).run_until_idle() == 0
    assert diary.lines == ["one", "two", "three"]
    assert await Job.all().count() == 0


async def test_the_payload_arrives_as_it_was(database: str) -> None:
    payload = {"text": "é ' \" \\ ?", "number": 2**53, "none": None, "list": [{"deep": True}]}
    seen = []

    async def look(job: Job) -> Outcome:
        seen.append((job.payload, job.order_key, job.attempts))
        return Done()

    await enqueue([Work(kind="note", lane="a", payload=payload, order_key="o?")])
    await Runner({"note": Kind(handler=look, concurrency=1)}, name="test").run_until_idle()
    assert seen == [(payload, "o?", 0)]


async def test_work_of_a_transaction_that_fails_never_runs(database: str, diary: Diary) -> None:
    async def fail() -> None:
        async with transaction():
            await enqueue([note("never")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await runner_of(diary).run_until_idle() == 0


async def test_work_runs_no_earlier_than_it_is_due(database: str, diary: Diary, time_passes: Pass) -> None:
    await enqueue([note("tomorrow", due=timedelta(days=1)), note("today")])
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["today"]

    time_passes(timedelta(hours=25))
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["today", "tomorrow"]


async def test_work_that_is_due_later_holds_back_what_follows_under_its_order_key(
    database: str, diary: Diary, time_passes: Pass
) -> None:
    await enqueue([note("create", order_key="x", due=timedelta(days=1)), note("update", order_key="x")])
    await enqueue([note("other", order_key="y")])
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["other"]

    time_passes(timedelta(hours=25))
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["other", "create", "update"]


async def test_the_same_work_is_not_queued_twice(database: str, diary: Diary) -> None:
    await enqueue([note("one", dedupe_key="k"), note("two", dedupe_key="k"), note("other", dedupe_key="l")])
    await enqueue([note("three", dedupe_key="k")])
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["one", "other"]

    await enqueue([note("four", dedupe_key="k")])
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["one", "other", "four"]


async def test_work_that_is_asked_for_while_it_runs_runs_once_more(database: str) -> None:
    runs = 0

    async def count(job: Job) -> Outcome:
        nonlocal runs
        runs += 1
        if runs == 1:
            await enqueue([note("again", dedupe_key="k"), note("again", dedupe_key="k")])
        return Done()

    await enqueue([note("first", dedupe_key="k")])
    await Runner({"note": Kind(handler=count, concurrency=1)}, name="test").run_until_idle()
    assert runs == 2
    assert await Job.all().count() == 0


async def test_work_that_is_asked_for_while_it_dies_runs_once_more(database: str) -> None:
    runs = 0

    async def die(job: Job) -> Outcome:
        nonlocal runs
        runs += 1
        if runs == 1:
            await enqueue([note("again", dedupe_key="k")])
        return Dead("no")

    await enqueue([note("first", dedupe_key="k")])
    await Runner({"note": Kind(handler=die, concurrency=1)}, name="test").run_until_idle()
    assert runs == 2
    assert await Job.filter(dead_at__isnull=False).count() == 1


async def test_dead_work_makes_room_for_the_same_work(database: str, diary: Diary) -> None:
    async def die(job: Job) -> Outcome:
        return Dead("no")

    await enqueue([note("first", dedupe_key="k")])
    await Runner({"note": Kind(handler=die, concurrency=1)}, name="test").run_until_idle()
    await enqueue([note("second", dedupe_key="k", lane="note:b")])

    await runner_of(diary).run_until_idle()
    assert diary.lines == ["second"]
    assert await retry_dead("note:a") == 0


async def test_very_long_keys_stay_apart(database: str, diary: Diary) -> None:
    long = "https://a.test/" + "x" * 3000
    await enqueue([note("one", dedupe_key=long + "1"), note("two", dedupe_key=long + "2", order_key=long)])
    await enqueue([note("one again", dedupe_key=long + "1")])
    await runner_of(diary).run_until_idle()
    assert diary.lines == ["one", "two"]


async def test_a_lane_holds_work_of_one_kind(database: str) -> None:
    await enqueue([note("one")])
    other = Work(kind="other", lane="note:a", payload={})
    with pytest.raises(ValueError, match="holds work of kind note"):
        await enqueue([other])
    with pytest.raises(ValueError, match="holds work of kind other"):
        await enqueue([other, note("two")])
    assert await Job.all().count() == 1


async def test_the_key_of_a_lane_has_an_end(database: str) -> None:
    with pytest.raises(ValueError, match="at most 300 characters"):
        await enqueue([note("one", lane="note:" + "a" * 300)])


async def test_nothing_to_queue_is_nothing(database: str) -> None:
    await enqueue([])
    assert await Lane.all().count() == 0


async def test_a_page_of_five_hundred_works_is_queued_at_once(database: str, diary: Diary) -> None:
    await enqueue([note(f"{number}", lane=f"note:{number % 50}") for number in range(500)])
    assert await runner_of(diary).run_until_idle() == 500
    assert sorted(diary.lines, key=int) == [str(number) for number in range(500)]


async def test_a_runner_wakes_for_what_a_slow_transaction_queued(database: str, diary: Diary) -> None:
    stop = asyncio.Event()
    runner = runner_of(diary, poll=LONG)
    running = asyncio.create_task(runner.run(stop))
    await asyncio.sleep(0.2)
    async with transaction():
        await enqueue([note("woken")])
        await asyncio.sleep(0.2)
    await eventually(diary.has(1))
    stop.set()
    await running
    assert diary.lines == ["woken"]


async def test_a_runner_hears_what_another_process_queues_on_postgres(
    database_url: str, database_kind: str, diary: Diary
) -> None:
    if database_kind == "sqlite":
        return  # there, one process works; what the command line queues waits for the next poll
    stop = asyncio.Event()

    async def work() -> None:
        async with open_database(database_url):
            await runner_of(diary, poll=LONG).run(stop)

    running = asyncio.create_task(work())
    async with open_database(database_url):
        for number in range(3):
            await enqueue([note(str(number))])
            await eventually(diary.has(number + 1))
        stop.set()
        await running
    assert diary.lines == ["0", "1", "2"]


async def test_what_is_gathered_is_queued_at_the_end_but_for_what_was_taken_back(database: str) -> None:
    async with transaction(), gathering() as gathered:
        await enqueue([Work(kind="k", lane="a", payload={"n": 1})])
        mark = gathered.mark()
        await enqueue([Work(kind="k", lane="b", payload={"n": 2})])
        gathered.forget_since(mark)
        await enqueue([Work(kind="k", lane="c", payload={"n": 3})])
        assert await Job.all().count() == 0

    assert [job.payload["n"] for job in await Job.all().order_by("id")] == [1, 3]


async def test_nothing_that_was_gathered_is_queued_after_an_error(database: str) -> None:
    async def fail() -> None:
        async with transaction(), gathering():
            await enqueue([Work(kind="k", lane="a", payload={"n": 1})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await Job.all().count() == 0
