"""Deliveries of one post to many hosts, each under a name of its own, over real TLS on the loopback address.

    .venv/bin/python -m tests.bench.deliveries [--short] [--hosts 1000]

Rounds: over new connections, over open ones, and to hosts that take 100 ms to answer. CPU is that of the sender; the
sink runs in a process of its own and needs the other core.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from fedirec.activitypub.models import Actor, Follow
from fedirec.app import State
from fedirec.clock import monotonic, now
from fedirec.net.sockets import Sockets
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.bench.figures import tell
from tests.bench.sink import DOMAIN, Sink, running_sink
from tests.bench.world import Stopwatch, folder_for, olga, open_world

WORDS = "A post of the usual length, with a sentence or two about what was made, and from what, and why. " * 4


@asynccontextmanager
async def sender(folder: Path, *, database: str = "") -> AsyncGenerator[tuple[State, Sink]]:
    """An instance whose requests to any host reach the sink."""

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    async with running_sink(folder) as sink:
        os.environ["SSL_CERT_FILE"] = str(folder / "authority.pem")
        transport = Sockets(development=True, lookup=lookup, connections=512, per_host=16)
        async with open_world(folder / "data", database=database, transport=transport) as state:
            yield state, sink


async def give_followers(number: int, sink: Sink) -> None:
    """So many people, each on a host of their own behind the sink, follow olga."""
    hosts = [f"h{place:04}.{DOMAIN}:{sink.port}" for place in range(number)]
    await Actor.bulk_create(
        [
            Actor(
                uri=f"https://{host}/users/fan",
                type="Person",
                handle="fan",
                host=host,
                inbox=f"https://{host}/users/fan/inbox",
                shared_inbox=f"https://{host}/inbox",
                fetched_at=now(),
            )
            for host in hosts
        ]
    )
    target = await olga()
    fans = await Actor.filter(handle="fan")
    await Follow.bulk_create(
        [Follow(uri=f"{fan.uri}#follow", follower_id=fan.id, target_id=target.id, accepted_at=now()) for fan in fans]
    )


async def deliver_post(state: State, sink: Sink, number: int) -> dict[str, float]:
    """One post reaches all followers; how fast, and what it cost."""
    await sink.tell(count=True)
    begun = monotonic()
    with Stopwatch() as took:
        draft = RecordDraft(title=f"Post {begun}", text=WORDS, licence="CC-BY-4.0", language="en")
        await publish_record(await olga(), draft)
        await state["runner"].run_until_idle()
    arrived = await sink.tell(count=True)
    seconds = max(arrived["times"].values()) - begun
    return {
        "deliveries": len(arrived["times"]),
        "connections": arrived["connections"],
        "per_s": number / seconds,
        "cpu_ms_each": took.cpu / number * 1000,
        "last_s": seconds,
        "took_s": took.wall,
    }


async def main(number: int) -> None:
    with folder_for("deliveries") as folder:
        async with sender(folder) as (state, sink):
            await give_followers(number, sink)
            tell("deliveries over new connections", await deliver_post(state, sink, number))
            tell("deliveries over open connections", await deliver_post(state, sink, number))
            tell("deliveries over open connections", await deliver_post(state, sink, number))
            await sink.tell(latency=0.1)
            tell("deliveries to hosts that take 100 ms", await deliver_post(state, sink, number))
            await sink.tell(latency=0, close=True)
            await deliver_post(state, sink, number)
            tell("deliveries over new connections", await deliver_post(state, sink, number))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--hosts", type=int, default=1000)
    asked = parser.parse_args()
    uvloop.run(main(100 if asked.short else asked.hosts))
