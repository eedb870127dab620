"""What must not grow with the instance, as ratios: machines differ, and are busy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
    verified, posted = [], []
    async with open_database(database):
        for size in (4_000, 36_000):  # ten times as much with those of before
            await ledger.fill(size)
            verified.append(await cpu_of(verify, rounds=2))
            with Stopwatch() as posting:
                await ledger.post_some(20, str(size))
            posted.append(posting.cpu)

    assert verified[1] < verified[0] * 10 * 1.6
    assert posted[1] < posted[0] * TIMES


async def test_a_proposal_with_a_thousand_lines_is_decided_and_locked_within_a_second(
    tmp_path: Path, database_url: str
) -> None:
    found = await proposals.measure(1_000, tmp_path, database_url)

    assert found["owed"] == 1_000
    assert float(str(found["deciding_and_locking_cpu_s"])) < 1, found


async def test_a_host_that_hangs_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async with sender(tmp_path) as (state, sink):
        await give_followers(HOSTS, sink)
        await deliver_post(state, sink, HOSTS)
        await sink.tell(slow="h0003", patience=6)
        arrived = await deliver_post(state, sink, HOSTS)

    assert arrived["deliveries"] == HOSTS
    assert arrived["took_s"] > 5
    assert arrived["last_s"] < arrived["took_s"] / 2
