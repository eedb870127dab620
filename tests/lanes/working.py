"""A process that works until nothing waits: `python -m tests.lanes.working <database> <file>`.

Its handler writes a line to the file for each job, takes a moment as a delivery does, and is then done.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta

from fedirec.db import open_database
from fedirec.lanes import Done, Job, Kind, Outcome, Runner


async def work(database: str, file: str) -> None:
    output = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def deliver(job: Job) -> Outcome:
        os.write(output, f"{job.lane} {job.payload['n']}\n".encode())
        await asyncio.sleep(0.01)
        return Done()

    async with open_database(database):
        stop = asyncio.Event()
        kinds = {"k": Kind(handler=deliver, concurrency=30)}
        running = asyncio.create_task(Runner(kinds, name="working", lease=timedelta(seconds=2)).run(stop))
        while await Job.all().exists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        stop.set()
        await running


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
