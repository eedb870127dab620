"""How long what one host says takes to have its effect, while another host sends as fast as it is let.

    .venv/bin/python -m tests.bench.flooding [--short] [--flood 2000]

A real server; the flood comes over many connections, and what it brings waits to be handled. Meanwhile somebody on
another host sends one activity at a time over a connection of their own, and waits until it has its effect. That is
compared with the same before the flood, and with what the flood itself has to wait.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import uvloop

from tests.bench.figures import tell
from tests.bench.hosts import Hosts, listening
from tests.bench.inbox import all_handled, post, prepare
from tests.bench.rows import database_file
from tests.bench.servers import Server, new_settings, serving
from tests.bench.wire import send_all, signed_post

CONNECTIONS = 16
SINGLE = 15
"""Activities of the other host, in each half."""
BEGUN = 0.1
"""Share of the flood that waits before the other host says anything."""
SECONDS = 60.0


def requests_of(remote: Hosts, server: Server, host: str, ana: str, *, count: int, series: str) -> list[bytes]:
    """So many signed requests of one host."""
    return [
        signed_post(
            f"{server.origin}/inbox",
            post(remote, host, number, ana=ana, series=series),
            key_id=remote.key_id(host),
            key=remote.key,
        )
        for number in range(count)
    ]


async def each_alone(requests: Sequence[bytes], rows: sqlite3.Connection, port: int) -> list[float]:
    """The seconds of each request, sent when the one before has had its effect, until it has its own."""
    took = []
    for request in requests:
        last = _newest(rows)
        began = perf_counter()
        answers = await send_all([request], port=port, connections=1)
        assert answers.statuses == {202: 1}, answers.statuses
        async with asyncio.timeout(SECONDS):
            while not _is_handled(rows, request, after=last):  # noqa: ASYNC110  (the server is another process)
                await asyncio.sleep(0.002)
        took.append(perf_counter() - began)
    return took


def _still_waits(rows: sqlite3.Connection) -> bool:
    return rows.execute("SELECT 1 FROM received WHERE state = 'waiting' LIMIT 1").fetchone() is not None


def _newest(rows: sqlite3.Connection) -> int:
    return int(rows.execute("SELECT coalesce(max(id), 0) FROM received").fetchone()[0])


def _is_handled(rows: sqlite3.Connection, request: bytes, *, after: int) -> bool:
    body = request.partition(b"\r\n\r\n")[2]
    found = rows.execute("SELECT state FROM received WHERE id > ? AND body = ?", (after, body)).fetchone()
    return found is not None and found[0] == "handled"


async def measure(*, flood: int, folder: Path) -> dict[str, object]:
    settings = new_settings(folder)
    async with listening(2) as remote:
        ana = await prepare(settings, remote)
        loud, quiet = remote.hosts
        with serving(settings) as server:
            rows = sqlite3.connect(f"file:{database_file(settings)}?mode=ro", uri=True, isolation_level=None)
            port = settings.port
            many = requests_of(remote, server, loud, ana, count=flood, series="f")
            first = requests_of(remote, server, quiet, ana, count=SINGLE + 3, series="c")
            second = requests_of(remote, server, quiet, ana, count=SINGLE, series="q")
            calm = (await each_alone(first, rows, port))[3:]
            before = _newest(rows)
            flooding = asyncio.create_task(send_all(many, port=port, connections=CONNECTIONS))
            async with asyncio.timeout(SECONDS):
                while _newest(rows) < before + flood * BEGUN:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            flooded = []
            for request in second:
                flooded += await each_alone([request], rows, port)
                if flooding.done() and not _still_waits(rows):
                    break
            answers = await flooding
            await all_handled(rows)
            waits = _waits(rows, before, remote.actor(loud))
            rows.close()
    assert answers.statuses == {202: flood}, answers.statuses
    return {
        "flood": flood,
        "calm_p50_ms": median(calm) * 1000,
        "flooded_p50_ms": median(flooded) * 1000,
        "flooded_worst_ms": max(flooded) * 1000,
        "of_the_flood_p50_ms": median(waits) * 1000,
        "of_the_flood_worst_ms": max(waits) * 1000,
        "said_during_the_flood": len(flooded),
    }


def _waits(rows: sqlite3.Connection, after: int, actor: str) -> list[float]:
    """The seconds that each activity of `actor` waited between its arrival and its effect."""
    found = rows.execute(
        """
        SELECT received_at, handled_at FROM received JOIN actor ON actor.id = sender_id
         WHERE received.id > ? AND actor.uri = ?
        """,
        (after, actor),
    )
    return [(datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() for begin, end in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--flood", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
        flood = asked.flood // 2 if asked.short else asked.flood
        tell("flooding", uvloop.run(measure(flood=flood, folder=Path(folder))))


if __name__ == "__main__":
    main()
