"""Pages, from the request to the bytes, without a socket in between."""

from __future__ import annotations

from statistics import median

import httpx

from tests.bench.world import Stopwatch

ROUNDS = 15


async def time_page(client: httpx.AsyncClient, path: str, *, rounds: int = ROUNDS) -> dict[str, object]:
    """The middle one of several tries, after the first, in milliseconds."""
    walls, cpus, size = [], [], 0
    for _ in range(rounds):
        with Stopwatch() as took:
            answer = await client.get(path)
        assert answer.status_code == 200, answer.text[:500]
        size = len(answer.content)
        walls.append(took.wall * 1000)
        cpus.append(took.cpu * 1000)
    return {"bytes": size, "ms": median(walls[1:]), "cpu_ms": median(cpus[1:]), "first_ms": walls[0]}
