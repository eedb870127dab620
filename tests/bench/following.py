"""Somebody on a host that nobody here has heard of follows, and is answered: whole round trips.

    .venv/bin/python -m tests.bench.following [--short] [--hosts 400] [--at-once 16]

For each host: its Follow arrives over a new connection from its own address, the server fetches its actor with a signed
request, checks the signature, keeps and handles the Follow, and delivers a signed Accept to its inbox. Counts from the
first Follow that is sent until the last Accept has arrived.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from time import perf_counter

import uvloop

from tests.bench.figures import tell
from tests.bench.hosts import CONTEXT, Hosts, listening
from tests.bench.servers import Server, allow_many_files, fresh_instance, new_settings, serving
from tests.bench.wire import send_from, signed_post

WARM = 8
SECONDS = 120.0


def follow_of(server: Server, hosts: Hosts, host: str, ana: str) -> bytes:
    kim = hosts.actor(host)
    body = {"@context": CONTEXT, "id": f"{kim}#follows/1", "type": "Follow", "actor": kim, "object": ana, "to": [ana]}
    url = f"{server.origin}/inbox"
    return signed_post(url, json.dumps(body).encode(), key_id=hosts.key_id(host), key=hosts.key)


async def measure(*, hosts: int, at_once: int, folder: Path) -> dict[str, object]:
    settings = new_settings(folder)
    allow_many_files()
    async with listening(hosts + WARM) as remote:
        async with fresh_instance(settings) as (_, ana):
            pass
        with serving(settings) as server:
            requests = {host: follow_of(server, remote, host, ana.uri) for host in remote.hosts}
            warm = dict(list(requests.items())[:WARM])
            await send_from(warm, port=settings.port, at_once=WARM)
            await remote.has_got(WARM, seconds=SECONDS)
            rest = {host: request for host, request in requests.items() if host not in warm}
            before, began = server.usage(), perf_counter()
            answers = await send_from(rest, port=settings.port, at_once=at_once)
            assert answers.statuses == {202: hosts}, answers.statuses
            await remote.has_got(WARM + hosts, seconds=SECONDS)
            seconds, after = perf_counter() - began, server.usage()
    return {
        "hosts": hosts,
        "answered_per_second": hosts / seconds,
        "cpu_ms_per_follow": (after.cpu - before.cpu) / hosts * 1000,
        "answered_per_cpu_second": hosts / (after.cpu - before.cpu),
        "accepted_p50_ms": answers.latency(0.5),
        "accepted_p99_ms": answers.latency(0.99),
        "peak_rss_mb": after.peak_rss,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--hosts", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
        hosts = asked.hosts // 10 if asked.short else asked.hosts
        tell("following", uvloop.run(measure(hosts=hosts, at_once=asked.at_once, folder=Path(folder))))


if __name__ == "__main__":
    main()
