"""What cannot be undone is not done by a clock that has just jumped."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from fedirec.admin.words import KINDS
from fedirec.clock import now
from fedirec.lanes import Job, Kind, Lane, Later, Runner, Work, bring_back, enqueue
from fedirec.worker.chores import Chore
from fedirec.worker.kinds import kinds_of_work
from fedirec.worker.running import CALM, Calm, again_and_again
from tests.conftest import Pass
from tests.network import Instance


async def rounds_of(chore: Chore, calm: Calm) -> None:
    """`chore` came round a few times."""
    stop = asyncio.Event()
    running = asyncio.create_task(again_and_again(chore, calm, stop))
    await asyncio.sleep(0.05)
    stop.set()
    await running


def chore(done: list[str], *, is_harmless: bool = False) -> Chore:
    async def do() -> None:
        done.append("done")

    return Chore("do it", timedelta(milliseconds=5), do, is_harmless=is_harmless)


async def test_nothing_is_thrown_away_for_an_hour_after_a_jump(
    time_passes: Pass, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calm, done = Calm(), list[str]()
    await rounds_of(chore(done), calm)
    assert done

    time_passes(timedelta(days=40))
    done.clear()
    with caplog.at_level(logging.ERROR):
        await rounds_of(chore(done), calm)
    assert (done, len(caplog.records)) == ([], 1)
    assert "40 days" in caplog.text
    await rounds_of(chore(done, is_harmless=True), calm)
    assert done

    done.clear()
    later = asyncio.get_running_loop().time() + CALM.total_seconds()
    monkeypatch.setattr("fedirec.worker.running.monotonic", lambda: later + 1)
    await rounds_of(chore(done), calm)
    assert done


async def test_what_failed_while_the_clock_was_ahead_does_not_wait_for_that_day(
    database: str, time_passes: Pass
) -> None:
    await enqueue([Work(kind="k", lane="lane", payload={})])
    time_passes(timedelta(days=300))
    await _failed()
    time_passes(timedelta(days=-300))

    assert not await _is_due()
    await bring_back()
    assert await _is_due()


async def _failed() -> None:
    async def fail(job: Job) -> Later:
        return Later(error="no", blame="lane")

    await Runner({"k": Kind(handler=fail, concurrency=1)}, name="test").run_until_idle()


async def _is_due() -> bool:
    return await Lane.filter(key="lane", next_at__lte=now()).exists()


async def test_each_kind_of_work_has_a_name_for_those_who_run_the_instance(here: Instance) -> None:
    parts = here.state
    kinds = kinds_of_work(
        inbox=parts["inbox"],
        courier=parts["courier"],
        remote=parts["remote"],
        workshop=parts["workshop"],
        store=parts["store"],
        cache=parts["media_cache"],
        settings=parts["settings"],
        post=parts["post"],
        cashier=parts["cashier"],
    )
    assert set(KINDS) == set(kinds)
