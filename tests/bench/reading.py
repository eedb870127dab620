"""Documents that other servers ask for: signed GETs of an actor and of a record, and the same by plain requests.

    .venv/bin/python -m tests.bench.reading [--short] [--requests 40000] [--connections 16]

One connection sends its next request when it has the whole answer. The same signature is sent again and again, as it
may be for an hour. `cold` are requests with a query behind the address, which the server answers from its database.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import repeat
from pathlib import Path

import uvloop

from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.bench.figures import tell
from tests.bench.hosts import Hosts, listening
from tests.bench.inbox import follow
from tests.bench.servers import Server, fresh_instance, new_settings, serving
from tests.bench.wire import request_of, send_all, signed_get

WARM = 200
TEXT = "A record with a text of a few lines, as people write it. " * 8


async def read(server: Server, request: bytes, *, requests: int, connections: int) -> dict[str, object]:
    """What one sort of request costs."""
    port = server.settings.port
    await send_all(repeat(request, WARM), port=port, connections=connections)
    before = server.usage()
    answers = await send_all(repeat(request, requests), port=port, connections=connections)
    cpu = server.usage().cpu - before.cpu
    assert answers.statuses == {200: requests}, answers.statuses
    return {
        "per_second": answers.per_second,
        "cpu_ms_per_request": cpu / requests * 1000,
        "per_cpu_second": requests / cpu if cpu else float(requests),
        "p50_ms": answers.latency(0.5),
        "p99_ms": answers.latency(0.99),
    }


async def measure(*, requests: int, connections: int, folder: Path) -> dict[str, dict[str, object]]:
    settings = new_settings(folder)
    async with listening(1) as remote:
        async with fresh_instance(settings) as (_, ana):
            await follow(ana, remote, remote.hosts[0])
            record = await publish_record(ana, RecordDraft(title="Song", text=TEXT, licence="CC-BY-4.0"))
            addresses = {"actor": ana.uri, "record": record.uri}
        found = {}
        with serving(settings) as server:
            for name, url in addresses.items():
                found[f"signed {name}"] = await read(
                    server, _signed(remote, url), requests=requests, connections=connections
                )
                plain = request_of("GET", url, headers={"accept": "application/activity+json"})
                found[f"plain {name}"] = await read(server, plain, requests=requests, connections=connections)
                found[f"cold signed {name}"] = await read(
                    server, _signed(remote, f"{url}?cold"), requests=max(requests // 20, 1), connections=connections
                )
    return found


def _signed(remote: Hosts, url: str) -> bytes:
    return signed_get(url, key_id=remote.key_id(remote.hosts[0]), key=remote.key)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--requests", type=int, default=40_000)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
        found = uvloop.run(
            measure(
                requests=asked.requests // 10 if asked.short else asked.requests,
                connections=asked.connections,
                folder=Path(folder),
            )
        )
    for name, figures in found.items():
        tell(f"reading, {name}", figures)


if __name__ == "__main__":
    main()
