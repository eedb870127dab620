"""Many names below one domain do not keep the others waiting."""

from __future__ import annotations

import asyncio

import pytest

from fedirec.lanes import Done, Job, Kind, Outcome, Runner, Work, enqueue
from fedirec.lanes.domains import domain_at_end_of, most_of_one
from tests.lanes.patience import eventually
from tests.lanes.test_runner import nothing_waits


@pytest.mark.parametrize(
    ("lane", "domain"),
    [
        ("deliver:https://a.b.example", "b.example"),
        ("deliver:https://b.example", "b.example"),
        ("deliver:http://b.example:8080", "b.example"),
        ("deliver:http://localhost:8080", "localhost"),
        ("deliver:http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("deliver:https://[2001:db8::1]", "[2001:db8::1]"),
        ("archive:12", None),
    ],
)
def test_a_lane_ends_at_a_domain(lane: str, domain: str | None) -> None:
    assert domain_at_end_of(lane) == domain


@pytest.mark.parametrize(("all_", "most"), [(1, 1), (2, 1), (4, 3), (8, 6), (64, 48)])
def test_one_domain_never_has_every_place_where_there_are_two(all_: int, most: int) -> None:
    assert most_of_one(all_) == most


async def test_a_thousand_names_of_one_domain_do_not_keep_others_waiting(database: str) -> None:
    answered, asked, stop = asyncio.Event(), list[str](), asyncio.Event()

    async def ask(job: Job) -> Outcome:
        asked.append(job.lane)
        if "evil" in job.lane:
            await answered.wait()
        return Done()

    def work(host: str) -> Work:
        return Work(kind="k", lane=f"k:https://{host}", payload={})

    await enqueue([work(f"a{number}.evil.test") for number in range(40)])
    await enqueue([work("good.test"), work("other.test")])
    running = asyncio.create_task(Runner({"k": Kind(handler=ask, concurrency=4)}, name="test").run(stop))

    async def others_were_asked() -> bool:
        return {"k:https://good.test", "k:https://other.test"} <= set(asked)

    await eventually(others_were_asked)
    assert len([lane for lane in asked if "evil" in lane]) == 3
    answered.set()
    await eventually(nothing_waits)
    assert len(asked) == 42
    stop.set()
    await running
