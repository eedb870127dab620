"""What must not grow with the instance, as ratios: machines differ, and are busy.

It is measured in this process and with room for what runs beside it: what grows too fast is ten times too slow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import median

from fedirec.db import migrate, open_database
from fedirec.ledger.verifying import verify
from fedirec.remix.models import Record
from fedirec.remix.queries.trails import trail_of
from tests.bench import graphs, ledger, proposals
from tests.bench.deliveries import deliver_post, give_followers, sender
from tests.bench.feed import fill
from tests.bench.world import Stopwatch, browser_of_olga, open_world
from tests.databases import Databases

TIMES = 2.5
"""As much longer as something may take with ten times as much around it."""
HOSTS = 30


async def cpu_of(work: Callable[[], Awaitable[object]], *, rounds: int = 9) -> float:
    """The seconds of processor time that `work` usually takes, after it was done once."""
    await work()
    spent = []
    for _ in range(rounds):
        with Stopwatch() as took:
            await work()
        spent.append(took.cpu)
    return median(spent)


async def trail_in(folder: Path, families: int) -> float:
    async with open_world(folder):
        first = await graphs.add_graph(families, authors=await graphs.add_authors())
        record = await Record.get(id=first)
        return await cpu_of(lambda: trail_of(record.uri))


async def feed_of(folder: Path, records: int) -> float:
    async with open_world(folder) as state:
        await fill(records, followed=20)
        async with browser_of_olga(state) as client:
            return await cpu_of(lambda: client.get("/"))


async def test_a_trail_takes_as_long_in_a_graph_ten_times_as_large(tmp_path: Path) -> None:
    small, large = await trail_in(tmp_path / "small", 4), await trail_in(tmp_path / "large", 40)

    assert large < small * TIMES


async def test_a_feed_takes_as_long_with_ten_times_as_many_records(tmp_path: Path) -> None:
    small, large = await feed_of(tmp_path / "small", 2_000), await feed_of(tmp_path / "large", 20_000)

    assert large < small * TIMES


async def test_books_are_verified_page_by_page_and_posted_to_as_quickly_when_they_are_large(tmp_path: Path) -> None:
    database = f"sqlite://{tmp_path}/books.sqlite3"
    await migrate(database)
    verified, posted, names = [], [], count()
    async with open_database(database):
        for size in (4_000, 36_000):  # ten times as much with those of before
            await ledger.fill(size)
            verified.append(await cpu_of(verify, rounds=2))
            posted.append(await cpu_of(lambda: ledger.post_some(20, str(next(names))), rounds=5))

    assert verified[1] < verified[0] * 10 * TIMES
    assert posted[1] < posted[0] * TIMES


async def test_a_line_of_a_proposal_costs_no_more_to_decide_and_lock_among_a_thousand(
    tmp_path: Path, databases: Databases, database_kind: str
) -> None:
    few, many = [
        await proposals.measure(lines, tmp_path / str(lines), databases.new(database_kind)) for lines in (100, 1_000)
    ]

    assert (few["owed"], many["owed"]) == (100, 1_000)
    spent = "deciding_and_locking_cpu_s"
    assert float(str(many[spent])) < 10 * TIMES * float(str(few[spent])), (few, many)


async def test_a_host_that_hangs_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async with sender(tmp_path) as (state, sink):
        await give_followers(HOSTS, sink)
        await deliver_post(state, sink, HOSTS)
        await sink.tell(slow="h0003", patience=6)
        arrived = await deliver_post(state, sink, HOSTS)

    assert arrived["deliveries"] == HOSTS
    assert arrived["took_s"] > 5
    assert arrived["last_s"] < arrived["took_s"] / 2
