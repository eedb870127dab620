"""A pay proposal with a thousand lines: writing it, publishing it, showing it, deciding and locking it.

    .venv/bin/python -m tests.bench.proposals [--lines 1000] [--database postgres://…]

A hundred people live elsewhere, a third of all have no account, and the others live here.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop

from fedirec.accounts.models import Identity, Person
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.deciding import close_windows, decide_proposal
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.models import LockedShare, PayProposal
from fedirec.db import migrate
from tests.bench.figures import tell
from tests.bench.world import Stopwatch, folder_for
from tests.credits.proposing import Earning, earning
from tests.network import Network, open_instance


async def people(film: Earning, count: int) -> list[Actor]:
    """So many people, a hundred of them elsewhere."""

    async def make() -> list[Actor]:
        rows = [
            Actor(
                uri=f"https://{host}/u/p{number}",
                handle=f"p{number}",
                local_handle=f"p{number}" if host == film.at.host else None,
                host=host,
                is_local=host == film.at.host,
                type="Person",
                name=f"Person {number}",
                inbox=f"https://{host}/u/p{number}/inbox",
                shared_inbox=f"https://{host}/inbox",
                state="active",
            )
            for number in range(count)
            for host in [film.at.host if number >= 100 else "far.example"]
        ]
        await Actor.bulk_create(rows)
        made = await Actor.filter(handle__startswith="p", name__startswith="Person ").order_by("id")
        await Person.bulk_create([Person(name=actor.name) for actor in made])
        persons = await Person.filter(name__startswith="Person ").order_by("id")
        await Identity.bulk_create(
            [Identity(person=person, actor=actor) for person, actor in zip(persons, made, strict=True)]
        )
        return list(made)

    return await film.at.run(make)


async def measure(lines: int, folder: Path, database: str) -> dict[str, object]:
    """How long each step takes; all but the first two are for one transaction or one page."""
    await migrate(database)
    async with open_instance(Network(), "bench.example", database=database, folder=folder) as here:
        film = await earning(here)
        actors = await people(film, lines * 2 // 3)
        proposal = await film.propose()
        new = [
            LineDraft(
                person=actors[number] if number < len(actors) else None,
                name=f"Somebody {number}",
                label="Drums",
                weight=1 + number,
                reason="They are heard.",
            )
            for number in range(lines - 2)
        ]
        with Stopwatch() as writing:
            await here.run(lambda: save_lines(film.ana, proposal, proposal.version, new))
        with Stopwatch() as publishing:
            revision = await film.publish(proposal)
        with Stopwatch() as showing:
            await film.page(proposal)
        await here.run(lambda: PayProposal.filter(id=proposal.id).update(closes_at=now() - timedelta(minutes=1)))
        said: dict[str, Any] = {"digest": revision.digest, "accepts": True, "reason": "It is fair."}
        with Stopwatch() as deciding:
            await here.run(close_windows)
            await here.run(lambda: decide_proposal(film.tom, proposal, **said))
        with Stopwatch() as locking:
            await here.run(lambda: lock_proposal(film.tom, proposal, digest=revision.digest))
        owed = await here.run(lambda: LockedShare.filter(proposal_id=proposal.id).count())
    return {
        "lines": lines,
        "owed": owed,
        "writing_s": writing.wall,
        "publishing_s": publishing.wall,
        "page_s": showing.wall,
        "deciding_s": deciding.wall,
        "locking_s": locking.wall,
        "deciding_and_locking_s": deciding.wall + locking.wall,
        "deciding_and_locking_cpu_s": deciding.cpu + locking.cpu,
    }


async def main(lines: int, database: str) -> None:
    with folder_for("proposals") as folder:
        tell("a proposal", await measure(lines, folder, database or f"sqlite://{folder}/proposals.sqlite3"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--database", default="", help="the address of an empty PostgreSQL database")
    asked = parser.parse_args()
    uvloop.run(main(asked.lines, asked.database))
