"""Short forms of the benchmarks. Machines differ and are shared, so only ratios of processor time are judged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench import flooding, following, inbox, reading

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processor time is read from /proc")

ACTIVITIES, ROUNDS = 100, 5


@pytest.mark.timeout(300)
async def test_handling_costs_the_same_with_ten_times_as_many_posts(tmp_path: Path) -> None:
    few, many = [
        await inbox.measure(
            posts=posts, activities=ACTIVITIES, hosts=4, connections=16, folder=tmp_path / str(posts), rounds=ROUNDS
        )
        for posts in (500, 5_000)
    ]

    assert _number(many, "cpu_ms_per_activity") < 1.6 * _number(few, "cpu_ms_per_activity"), (few, many)


@pytest.mark.timeout(300)
async def test_a_document_from_memory_costs_a_quarter_of_one_that_is_made(tmp_path: Path) -> None:
    found = await reading.measure(requests=3_000, connections=8, folder=tmp_path)

    for name in ("actor", "record"):
        ready, made = found[f"signed {name}"], found[f"cold signed {name}"]
        assert 4 * _number(ready, "cpu_ms_per_request") < _number(made, "cpu_ms_per_request"), (ready, made)


@pytest.mark.timeout(300)
async def test_many_new_hosts_at_once_cost_no_more_each_than_a_few(tmp_path: Path) -> None:
    few, many = [
        await following.measure(hosts=hosts, at_once=at_once, folder=tmp_path / str(hosts))
        for hosts, at_once in ((30, 2), (90, 16))
    ]

    assert _number(many, "cpu_ms_per_follow") < 1.5 * _number(few, "cpu_ms_per_follow"), (few, many)


@pytest.mark.timeout(300)
async def test_what_one_host_says_does_not_wait_behind_the_flood_of_another(tmp_path: Path) -> None:
    found = await flooding.measure(flood=1_000, folder=tmp_path)

    calm, flooded, flood = (_number(found, f"{name}_p50_ms") for name in ("calm", "flooded", "of_the_flood"))
    assert _number(found, "said_during_the_flood") >= 5, found
    assert flooded < max(flood / 3, 20 * calm), found


def _number(figures: dict[str, object], name: str) -> float:
    value = figures[name]
    assert isinstance(value, float | int)
    return value
