"""How much memory an instance needs at most when the world is large, dead or endless.

    .venv/bin/python -m tests.bench.memory [--short] [--hosts 10000]

A post goes to followers on as many hosts as asked for, none of which answers; then as many others ask to follow, each
host for the first time; then somebody answers a record with a thread without end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import httpx
from starlette.applications import Starlette
from tortoise.expressions import Q

from fedirec.activitypub.keys import generate_rsa
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.signatures import sign_request
from fedirec.app import State, create_app
from fedirec.clock import now
from fedirec.lanes import Job, Lane
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.bench.figures import tell
from tests.bench.world import ORIGIN, folder_for, open_world

DEAD: Final = "dead.test"
AT_ONCE: Final = 16
PAGE: Final = 1000
PAUSE: Final = 0.2
KEY: Final = generate_rsa()
PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT: Final = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]


def actor(host: str) -> str:
    return f"https://{host}/users/kim"


class Elsewhere(httpx.AsyncBaseTransport):
    """Hosts below dead.test do not answer; all others have an actor called Kim, whose collections have no end."""

    def __init__(self) -> None:
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        host, path = request.url.host, request.url.path
        if host.endswith(DEAD):
            raise httpx.ConnectError("nobody is there", request=request)
        if request.method == "POST":
            return httpx.Response(202)
        document = self._person(host) if path == "/users/kim" else self._endless(str(request.url))
        headers = {"content-type": "application/activity+json"}
        return httpx.Response(200, headers=headers, content=json.dumps({"@context": CONTEXT, **document}))

    def _person(self, host: str) -> dict[str, Any]:
        uri = actor(host)
        key = {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": KEY.public.pem}
        return {
            "id": uri,
            "type": "Person",
            "preferredUsername": "kim",
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "publicKey": key,
        }

    def _endless(self, url: str) -> dict[str, Any]:
        base, _, page = url.partition("?page=")
        host = httpx.URL(url).host
        number = int(page or 0)
        if "/notes/" in url:
            return note(host, url, replies=f"https://{host}/replies")
        items = [f"https://{host}/notes/{number}-{item}" for item in range(200)]
        kind = "OrderedCollectionPage" if page else "OrderedCollection"
        more = {"next": f"{base}?page={number + 1}", "orderedItems": items} if page else {"first": f"{base}?page=1"}
        return {"id": url, "type": kind, "totalItems": 10**12, **more}


def note(host: str, uri: str, **more: Any) -> dict[str, Any]:
    return {
        "id": uri,
        "type": "Note",
        "attributedTo": actor(host),
        "published": "2026-11-20T10:00:00Z",
        "to": [PUBLIC],
        "content": "<p>Words</p>" * 50,
        **more,
    }


async def add_followers(target: Actor, count: int) -> None:
    """As many people, each on a host of their own that does not answer, follow `target`."""
    for start in range(0, count, PAGE):
        hosts = [f"h{number}.{DEAD}" for number in range(start, min(start + PAGE, count))]
        await Actor.bulk_create(
            Actor(
                uri=actor(host),
                type="Person",
                handle="kim",
                host=host,
                inbox=f"{actor(host)}/inbox",
                shared_inbox=f"https://{host}/inbox",
            )
            for host in hosts
        )
        rows = await Actor.filter(uri__in=[actor(host) for host in hosts])
        await Follow.bulk_create(
            Follow(uri=f"{row.uri}/follow", follower=row, target=target, accepted_at=now()) for row in rows
        )


async def send(client: httpx.AsyncClient, host: str, activity: dict[str, Any]) -> int:
    body = json.dumps({"@context": CONTEXT, "actor": actor(host), **activity}).encode()
    url = f"{ORIGIN}/inbox"
    headers = sign_request(
        method="POST", url=url, body=body, key_id=f"{actor(host)}#main-key", private_key=KEY, now=now()
    )
    return (await client.post(url, content=body, headers=headers)).status_code


def visitor(app: Starlette, number: int) -> httpx.AsyncClient:
    """A client with an address of its own: what one address can make us ask is limited."""
    address = f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)))


async def follow_from(app: Starlette, count: int, target: str) -> int:
    """How many of so many hosts, which were never met, were let in when they asked to follow."""
    gate, answers = asyncio.Semaphore(AT_ONCE), list[int]()

    async def one(number: int) -> None:
        host = f"new{number}.test"
        async with gate, visitor(app, number) as client:
            follow = {"id": f"https://{host}/follow", "type": "Follow", "object": target}
            answers.append(await send(client, host, follow))

    await asyncio.gather(*(one(number) for number in range(count)))
    return sum(answer == 202 for answer in answers)


def peak_mb() -> float:
    """The most memory that this process had since this was asked last, in megabytes."""
    status = Path("/proc/self/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
    return peak


async def measure(hosts: int, folder: Path) -> dict[str, object]:
    elsewhere = Elsewhere()
    began = perf_counter()
    async with open_world(folder, transport=elsewhere) as state:
        olga = await Actor.get(local_handle="olga")
        peak_mb()
        figures: dict[str, object] = {"hosts": hosts, "begun_mb": peak_mb()}
        await add_followers(olga, hosts)
        record = await publish_record(olga, RecordDraft(title="To all", text="la", licence="CC-BY-4.0"))
        await work(state, until=everything_was_tried)
        figures["dead_inboxes_mb"] = peak_mb()
        assert await Job.filter(kind="deliver").count() == hosts
        app = create_app(state["settings"], state=state)
        figures |= {"let_in": await follow_from(app, hosts, olga.uri), "new_hosts_mb": peak_mb()}
        async with visitor(app, hosts) as client:
            thread = note("end.test", "https://end.test/notes/1", inReplyTo=record.uri, cc=[olga.uri])
            thread |= {"replies": "https://end.test/replies", "context": "https://end.test/context"}
            create = {"id": "https://end.test/create", "type": "Create", "object": thread, "to": [PUBLIC]}
            assert await send(client, "end.test", create) == 202
            await work(state, until=everything_was_tried)
        figures |= {"endless_mb": peak_mb(), "asked": elsewhere.asked, "seconds": perf_counter() - began}
    return figures


async def everything_was_tried() -> bool:
    """Whether every lane is empty, or waits because its other side did not answer; some of them are tried again."""
    return not await Lane.filter(Q(next_at__lte=now()) | Q(leased_by__isnull=False), failures=0).exists()


async def work(state: State, *, until: Callable[[], Awaitable[bool]]) -> None:
    """The worker works as ever, `until` that is so: on a slow machine it would try the dead again and again."""
    stop = asyncio.Event()
    working = asyncio.create_task(state["runner"].run(stop))
    while not await until():
        await asyncio.sleep(PAUSE)
        assert not working.done(), working
    stop.set()
    await working


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--hosts", type=int, default=10_000)
    asked = parser.parse_args()
    with folder_for("memory") as folder:
        tell("memory", asyncio.run(measure(1_000 if asked.short else asked.hosts, folder / "data")))
