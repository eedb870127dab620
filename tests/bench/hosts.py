"""The remote side: many hosts on addresses of the loopback network, with actors, keys and inboxes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from fedirec.activitypub.keys import PrivateKey, generate_rsa
from tests.ports import free_port

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HOST = re.compile(rb"\r\nhost: *([^\r:]+)", re.IGNORECASE)


def addresses(count: int, *, first: int = 1) -> list[str]:
    """So many loopback addresses, each of which plays a host."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(first - 1, first - 1 + count)]


class Hosts:
    """Servers of another make: each has an actor at /users/kim, and all share one key."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self.hosts = list(hosts)
        self.port = 0
        self.key: PrivateKey = generate_rsa()
        self.got = 0
        """Activities that were posted to any of the inboxes."""
        self.asked = 0
        """Documents that were asked for."""
        self.latency = 0.0
        """Seconds before an inbox answers."""
        self._pem = self.key.public.pem
        self._changed = asyncio.Event()

    def actor(self, host: str) -> str:
        return f"http://{host}:{self.port}/users/kim"

    def key_id(self, host: str) -> str:
        return f"{self.actor(host)}#main-key"

    def document(self, host: str) -> dict[str, Any]:
        uri = self.actor(host)
        return {
            "@context": CONTEXT,
            "id": uri,
            "type": "Person",
            "preferredUsername": "kim",
            "name": f"Kim of {host}",
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "endpoints": {"sharedInbox": f"http://{host}:{self.port}/inbox"},
            "publicKey": {"id": self.key_id(host), "owner": uri, "publicKeyPem": self._pem},
        }

    def count(self) -> None:
        self.got += 1
        self._changed.set()

    async def has_got(self, count: int, *, seconds: float) -> None:
        """Return when so many activities have arrived. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.got < count:
                self._changed.clear()
                await self._changed.wait()


class _Served(asyncio.Protocol):
    """One connection to one of the hosts."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[: end + 2]
            length = _LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(self._buffer) < end + 4 + size:
                return
            self._buffer = self._buffer[end + 4 + size :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"POST"):
            if self._hosts.latency:
                asyncio.get_running_loop().call_later(self._hosts.latency, self._take)
            else:
                self._take()
            return
        self._hosts.asked += 1
        found = _HOST.search(head)
        body = json.dumps(self._hosts.document(found[1].decode() if found else "")).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )

    def _take(self) -> None:
        self._hosts.count()
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")


@asynccontextmanager
async def listening(count: int) -> AsyncGenerator[Hosts]:
    """Within it so many hosts answer."""
    hosts = Hosts(addresses(count))
    loop = asyncio.get_running_loop()
    serve: Callable[[], _Served] = lambda: _Served(hosts)  # noqa: E731
    first = await loop.create_server(serve, hosts.hosts[0], free_port())
    hosts.port = first.sockets[0].getsockname()[1]
    servers = [first]
    try:
        if hosts.hosts[1:]:
            servers.append(await loop.create_server(serve, hosts.hosts[1:], hosts.port, backlog=1000))
        yield hosts
    finally:
        for server in servers:
            server.close()
