"""A worker is killed without warning, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from fedirec.lanes import Job, Work, enqueue
from tests.lanes.patience import eventually

LANES = 20
EACH = 30


async def test_a_worker_killed_midway_loses_nothing_and_repeats_only_what_it_had_begun(
    database: str, tmp_path: Path
) -> None:
    for number in range(EACH):
        await enqueue([Work(kind="k", lane=f"lane{lane}", payload={"n": number}) for lane in range(LANES)])
    file = tmp_path / "delivered"

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "tests.lanes.working", database, str(file)])

    async def a_third_is_delivered() -> bool:
        return file.exists() and len(file.read_text().splitlines()) >= LANES * EACH // 3

    first = start()
    await eventually(a_third_is_delivered)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    before = len(file.read_text().splitlines())
    assert before < LANES * EACH

    second = start()
    assert await asyncio.to_thread(second.wait, 60) == 0

    lines = file.read_text().splitlines()
    times = Counter(lines)
    assert set(times) == {f"lane{lane} {number}" for lane in range(LANES) for number in range(EACH)}
    assert await Job.all().count() == 0

    numbers: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        key, _, text = line.partition(" ")
        numbers[key].append(int(text))
    for of_lane in numbers.values():
        assert all(later in (earlier, earlier + 1) for earlier, later in pairwise(of_lane))
        assert len(of_lane) <= EACH + 1
