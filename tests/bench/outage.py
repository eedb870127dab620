"""The database goes away for a minute under a server at work: what was answered meanwhile, and what was lost.

    .venv/bin/python -m tests.bench.outage [--short] [--seconds 60] [--hosts 20]

A PostgreSQL of its own takes no connections for that long and cuts those that were there, while people on other hosts
go on sending what they have to say and while something of ours is on its way to all of them. Whoever is answered 503
tries again every other second, as other servers do. At the end everything was said once, and everybody has heard ours.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

import asyncpg
import uvloop

from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.bench.figures import tell
from tests.bench.hosts import Hosts, listening
from tests.bench.inbox import follow, post
from tests.bench.servers import fresh_instance, new_settings, serving
from tests.bench.wire import send_all, signed_post
from tests.postgres import find_binaries, running_postgres

NAME = "fedirec_outage"
PAUSE = 2.0
"""Seconds after which somebody who was turned away tries again."""
POSTS = 40
SECONDS = 180.0
"""After the database is back, until nothing waits any more."""


async def keep_sending(request: bytes, port: int, statuses: Counter[int], *, until: float) -> None:
    """One activity is sent until it is taken."""
    while perf_counter() < until:
        answers = await send_all([request], port=port, connections=1)
        statuses.update(answers.statuses)
        if 202 in answers.statuses:
            return
        await asyncio.sleep(PAUSE)
    raise TimeoutError("an activity was never taken")


async def measure(*, seconds: float, hosts: int, server: str, folder: Path) -> dict[str, object]:
    operator = await asyncpg.connect(f"{server}postgres")
    await operator.execute(f"CREATE DATABASE {NAME}")
    settings = new_settings(folder, database=f"{server}{NAME}")
    statuses: Counter[int] = Counter()
    async with listening(hosts) as remote:
        remote.latency = 1.0
        async with fresh_instance(settings) as (_, ana):
            for host in remote.hosts:
                await follow(ana, remote, host)
            await _be_followed(ana, remote)
            await publish_record(ana, RecordDraft(title="To all", text="la", licence="CC-BY-4.0"))
        with serving(settings) as process:
            requests = [
                signed_post(
                    f"{process.origin}/inbox",
                    post(remote, host, number, ana=ana.uri, series="o"),
                    key_id=remote.key_id(host),
                    key=remote.key,
                )
                for number, host in enumerate(remote.hosts[place % hosts] for place in range(POSTS))
            ]
            await _set_allowed(operator, allowed=False)
            away = perf_counter()
            sending = asyncio.gather(
                *(
                    _after(place * seconds / POSTS, request, settings.port, statuses, away + seconds + SECONDS)
                    for place, request in enumerate(requests)
                )
            )
            await asyncio.sleep(seconds)
            assert process.process.poll() is None, "the server goes on"
            await _set_allowed(operator, allowed=True)
            back = perf_counter()
            await sending
            taken = perf_counter() - back
            await remote.has_got(hosts, seconds=SECONDS)
            rows = await asyncpg.connect(f"{server}{NAME}")
            handled = await _all_handled(rows, back)
            found = await _found(rows)
            await rows.close()
    await operator.close()
    assert found == {"received": POSTS, "records": POSTS, "twice": 0}, found
    return {
        "away_s": seconds,
        "said": POSTS,
        "taken": statuses[202],
        "turned_away": statuses[503],
        "other_answers": sum(statuses.values()) - statuses[202] - statuses[503],
        "last_taken_after_s": taken,
        "all_handled_after_s": handled,
        "heard_of_ours": remote.got,
        "hosts": hosts,
    }


async def _after(wait: float, request: bytes, port: int, statuses: Counter[int], until: float) -> None:
    await asyncio.sleep(wait)
    await keep_sending(request, port, statuses, until=until)


async def _be_followed(ana: Actor, remote: Hosts) -> None:
    people = await Actor.filter(uri__in=[remote.actor(host) for host in remote.hosts])
    await Follow.bulk_create(
        [Follow(uri=f"{kim.uri}#follow", follower=kim, target=ana, accepted_at=now()) for kim in people]
    )


async def _set_allowed(operator: asyncpg.Connection, *, allowed: bool) -> None:
    await operator.execute(f"ALTER DATABASE {NAME} WITH ALLOW_CONNECTIONS {str(allowed).lower()}")
    if not allowed:
        await operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", NAME)


async def _all_handled(rows: asyncpg.Connection, since: float) -> float:
    async with asyncio.timeout(SECONDS):
        while await rows.fetchval("SELECT count(*) FROM received WHERE state = 'waiting'"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the server is another process: no event tells
    return perf_counter() - since


async def _found(rows: asyncpg.Connection) -> dict[str, int]:
    """What is there of what others said, and how much of it twice."""
    handled = await rows.fetchval("SELECT count(*) FROM received WHERE state = 'handled'")
    records = await rows.fetchval("SELECT count(*) FROM record WHERE uri LIKE '%/statuses/o%'")
    twice = await rows.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM evidence GROUP BY activity_uri HAVING count(*) > 1) AS t"
    )
    return {"received": handled, "records": records, "twice": twice}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--hosts", type=int, default=20)
    asked = parser.parse_args()
    binaries = find_binaries()
    if binaries is None:
        parser.error("PostgreSQL is not installed here (Debian: apt install postgresql)")
    with running_postgres(binaries) as server, tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
        seconds = asked.seconds / 10 if asked.short else asked.seconds
        found = measure(seconds=seconds, hosts=asked.hosts, server=server, folder=Path(folder))
        tell("outage", uvloop.run(found))


if __name__ == "__main__":
    main()
