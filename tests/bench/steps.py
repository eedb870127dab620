"""What an activity that comes in costs, step by step: parse, verify, store, handle.

    .venv/bin/python -m tests.bench.steps [--short] [--activities 4000] [--hosts 16]

In this process, without sockets, with the posts of `tests.bench.inbox`: what the whole server needs more than the sum
of the steps is HTTP, routing, and going back and forth between what is read and what is handled.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from time import process_time

import uvloop

from fedirec.activitypub.inbox import Delivery, Inbox
from fedirec.activitypub.journal import Arrival
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Received
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.senders import Sender
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.activitypub.signatures import sign_request
from fedirec.activitypub.vocab import Doc
from fedirec.app import State
from fedirec.cli.collector import calm_collector
from fedirec.clock import now
from tests.bench.figures import tell
from tests.bench.hosts import Hosts, listening
from tests.bench.inbox import follow, post
from tests.bench.servers import fresh_instance, new_settings

ROUND = 160
"""Activities that come one after the other before they are handled."""
AT_ONCE = 16
"""Requests that are stored together, as those of so many connections are."""


class Steps:
    """Seconds of processor time, of all threads, by step."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        began = process_time()
        yield
        self.seconds[name] += process_time() - began


async def measure(*, activities: int, hosts: int, folder: Path) -> dict[str, object]:
    """Processor milliseconds of each step for one activity, over `activities` of them from so many hosts."""
    async with listening(hosts) as remote, fresh_instance(new_settings(folder)) as (state, ana):
        for host in remote.hosts:
            await follow(ana, remote, host)
        calm_collector()
        await _one_round(state, _deliveries(remote, ana.uri, count=ROUND, series="w"), Steps())
        found = Steps()
        for number in range(0, activities, ROUND):
            deliveries = _deliveries(remote, ana.uri, count=ROUND, series=f"a{number}")
            await _one_round(state, deliveries, found)
        assert not await Received.exclude(state="handled").exists()
    rounds = len(range(0, activities, ROUND))
    return {f"{name}_ms": seconds / (rounds * ROUND) * 1000 for name, seconds in found.seconds.items()}


async def _one_round(state: State, deliveries: Sequence[tuple[Delivery, bytes]], steps: Steps) -> None:
    inbox: Inbox = state["inbox"]
    proved: list[Arrival] = []
    for delivery, body in deliveries:
        with steps.step("parse"):
            claim = parse_signature(delivery.headers)
            statement = claim.check(
                method=delivery.method, url=delivery.url, headers=delivery.headers, body=body, now=now()
            )
            doc = Doc(parse(body))
        with steps.step("verify"):
            sender = await inbox.senders.find(doc, statement, body=body, visitor="")
        proved.append(_arrival(delivery, body, doc, sender))
    for first in range(0, len(proved), AT_ONCE):
        with steps.step("store"):
            await asyncio.gather(*(inbox.journal.write(arrival) for arrival in proved[first : first + AT_ONCE]))
    with steps.step("handle"):
        handled = await state["runner"].run_until_idle()
    assert handled == len(deliveries), handled


def _arrival(delivery: Delivery, body: bytes, doc: Doc, sender: Sender) -> Arrival:
    return Arrival(
        activity_uri=sender.activity_uri,
        type="Create",
        sender_id=sender.actor.id,
        body=body,
        signed_headers=[list(header) for header in delivery.headers],
        target=f"{delivery.method} {delivery.url}",
        key_id=sender.key_id,
        fingerprint=sender.fingerprint,
        is_vouched=sender.is_vouched,
        document=doc.data,
    )


def _deliveries(hosts: Hosts, ana: str, *, count: int, series: str) -> list[tuple[Delivery, bytes]]:
    url = f"{ana.partition('/users/')[0]}/inbox"
    return [
        _signed(url, post(hosts, host, number, ana=ana, series=series), key_id=hosts.key_id(host), key=hosts.key)
        for number, host in zip(range(count), cycle(hosts.hosts), strict=False)
    ]


def _signed(url: str, body: bytes, *, key_id: str, key: PrivateKey) -> tuple[Delivery, bytes]:
    headers = sign_request(method="POST", url=url, body=body, key_id=key_id, private_key=key, now=now())
    return Delivery(method="POST", url=url, headers=tuple(headers.items()), body=_pieces(body)), body


async def _pieces(body: bytes) -> AsyncGenerator[bytes]:
    yield body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--activities", type=int, default=4_000)
    parser.add_argument("--hosts", type=int, default=16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
        activities = asked.activities // 10 if asked.short else asked.activities
        tell("steps", uvloop.run(measure(activities=activities, hosts=asked.hosts, folder=Path(folder))))


if __name__ == "__main__":
    main()
