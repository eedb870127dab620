"""Inboxes of other servers that write down what they are sent, and answer as they are told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from tests.network import Instance, Network

Answer = tuple[int, dict[str, str]]


@dataclass
class Sink:
    """A server at https://`host`: 202 to everything, or first what waits in `answers`; None is no answer at all."""

    host: str
    answers: deque[Answer | None] = field(default_factory=deque)
    requests: list[httpx.Request] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]

    @property
    def types(self) -> list[str]:
        return [json.loads(request.content)["type"] for request in self.requests]

    @property
    def activities(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


class Sinks(Network):
    """The make-believe internet with sinks in it; `slowness` is how long, in seconds, each takes to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.sinks: dict[str, Sink] = {}
        self.slowness = 0.0
        self.under_way = 0
        self.most_under_way = 0

    def sink(self, host: str) -> Sink:
        return self.sinks.setdefault(host, Sink(host))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sink = self.sinks.get(request.url.host)
        if sink is None or request.method != "POST":
            return await super().handle_async_request(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.slowness)
            sink.requests.append(request)
            answer = sink.answers.popleft() if sink.answers else (202, {})
        finally:
            self.under_way -= 1
        if answer is None:
            raise httpx.ConnectError("nobody answers", request=request)
        return httpx.Response(answer[0], headers=answer[1])


async def followed_by(instance: Instance, target: Actor, *followers: str, shared: bool = True) -> list[Actor]:
    """Actors called like `mia@peer.test` follow `target`, and have been accepted."""
    rows = []
    for follower in followers:
        name, _, host = follower.partition("@")
        uri = f"https://{host}/users/{name}"
        rows.append(
            Actor(
                uri=uri,
                type="Person",
                handle=name,
                host=host,
                inbox=f"{uri}/inbox",
                shared_inbox=f"https://{host}/inbox" if shared else None,
            )
        )

    async def save() -> list[Actor]:
        await Actor.bulk_create(rows)
        known = await Actor.filter(uri__in=[row.uri for row in rows])
        await Follow.bulk_create(
            [Follow(uri=f"{row.uri}/follow", follower=row, target=target, accepted_at=now()) for row in known]
        )
        return known

    return await instance.run(save)
