"""A process that finishes what is begun: `python -m tests.projects.finishing <folder> <database> <port> <file>`.

It freezes and releases each production, and sends the digest of the week to all who want it by the mail server on that
port. The file gets a line for each deed in a project. It ends when nothing is left.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from fedirec.accounts.actions.letters import KEEPS
from fedirec.activitypub.models import Actor
from fedirec.app import State, running
from fedirec.lanes import Job, Kind, Runner
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production_row, released_in
from fedirec.remix.actions.digests import post_digests
from fedirec.settings import Settings


async def finish(file: Path) -> None:
    """Every production is released."""
    output = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    ada = await Actor.get(local_handle="ada")
    for row in await Production.exclude(state="released").order_by("id"):
        if row.state == "draft":
            await freeze_production(ada, await get_production_row(row.id))
            os.write(output, b"frozen\n")
        await release_production(ada, await get_production_row(row.id))
        os.write(output, b"released\n")


async def write_to_all(state: State) -> None:
    """Everybody who wants the digest has it."""
    stop = asyncio.Event()
    kinds = {"mail": Kind(handler=state["post"].send, concurrency=1, give_up_after=KEEPS)}
    sending = asyncio.create_task(Runner(kinds, name="finishing", lease=timedelta(seconds=2)).run(stop))
    await post_digests(state["post"], released_in)
    while await Job.filter(kind="mail").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    stop.set()
    await sending


async def main(folder: str, database: str, port: str, file: str) -> None:
    told = {"smtp_host": "127.0.0.1", "smtp_port": int(port), "smtp_tls": "none", "smtp_from": "place@here.test"}
    settings = Settings.load({"data_dir": folder, "database_url": database, **told})
    async with running(settings) as state:
        await asyncio.gather(finish(Path(file)), write_to_all(state))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
