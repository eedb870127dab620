"""The trail of a record with 1,000 relatives in a large graph, of one with 10,000, and its page with 200 records.

    .venv/bin/python -m tests.bench.lineage [--short] [--edges 1000000] [--database postgres://…]

`relatives` is the walk and what is known of everybody in it; the page is asked for without a socket, all the way from
the request to the bytes. The first of several tries of each is cold; figures are the middle one of those after.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import perf_counter

import uvloop

from fedirec.remix.lineage import MAX_RECORDS
from fedirec.remix.models import Record
from fedirec.remix.queries.trails import MAX_SHOWN, trail_of
from tests.bench import graphs
from tests.bench.figures import tell
from tests.bench.pages import ROUNDS, time_page
from tests.bench.world import Stopwatch, browser, folder_for, open_world

MANY = 250
"""Records of one generation of a family that has 10,000 relatives."""


async def time_relatives(
    first: int, families: int, *, family: int = graphs.FAMILY, most: int = MAX_SHOWN
) -> dict[str, object]:
    """How long the trail takes, of another family each time. On a busy machine only the best of them says anything."""
    walls, cpus, found = [], [], 0
    for number in range(ROUNDS):
        record = await Record.get(id=first + (number * 7 % families) * family)
        with Stopwatch() as took:
            trail = await trail_of(record.uri, most=most)
        found = len(trail.up) + len(trail.down)
        walls.append(took.wall * 1000)
        cpus.append(took.cpu * 1000)
    return {
        "relatives": found,
        "ms": median(walls[1:]),
        "best_ms": min(walls[1:]),
        "cpu_ms": median(cpus[1:]),
        "best_cpu_ms": min(cpus[1:]),
        "first_ms": walls[0],
    }


async def main(edges: int, database: str) -> None:
    families = max(1, edges // len(graphs.steps()))
    with folder_for("lineage") as folder:
        async with open_world(folder / "data", database=database) as state:
            began = perf_counter()
            authors = await graphs.add_authors()
            first = await graphs.add_graph(families, authors=authors)
            small = await graphs.add_graph(1, authors=authors, generations=4)
            large = await graphs.add_graph(2, authors=authors, breadth=MANY)
            await graphs.analyze()
            made = {"edges": families * len(graphs.steps()), "filled_in_s": perf_counter() - began}
            tell("relatives of a record", {**made, **await time_relatives(first, families)})
            family = 2 * graphs.GENERATIONS * MANY + 1
            many = await time_relatives(large, 2, family=family, most=MAX_RECORDS)
            tell("relatives of a record with 10,000", {**made, **many})
            async with browser(state) as client:
                tell("lineage page of 200 records", await time_page(client, f"/records/remote/{small}/lineage"))
                tell("lineage page of 1,000 records", await time_page(client, f"/records/remote/{first}/lineage"))
                tell("lineage page of 10,000 records", await time_page(client, f"/records/remote/{large}/lineage"))
                tell("record page of 1,000 records", await time_page(client, f"/records/remote/{first}"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="the address of an empty PostgreSQL database")
    asked = parser.parse_args()
    uvloop.run(main(20_000 if asked.short else asked.edges, asked.database))
