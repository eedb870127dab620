"""Requests as bytes, made and signed beforehand, and connections that send them and count the answers.

Whatever is measured shares two cores with whoever measures: so the client does as little as it can.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.signatures import sign_request
from fedirec.clock import now

SECONDS = 60.0
"""That one answer may take."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back."""

    seconds: float
    statuses: Counter[int]
    latencies: list[float] = field(repr=False)
    """Seconds, of each request, sorted."""

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def latency(self, share: float) -> float:
        """The milliseconds in which this share of the requests was answered."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000


def request_of(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The request as it stands on the wire."""
    parts = urlsplit(url)
    lines = {"host": parts.netloc, "user-agent": "bench", **headers}
    if body:
        lines["content-length"] = str(len(body))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def signed_get(url: str, *, key_id: str, key: PrivateKey, accept: str = "application/activity+json") -> bytes:
    headers = sign_request(method="GET", url=url, key_id=key_id, private_key=key, now=now())
    return request_of("GET", url, headers={**headers, "accept": accept})


def signed_post(url: str, body: bytes, *, key_id: str, key: PrivateKey) -> bytes:
    headers = sign_request(method="POST", url=url, body=body, key_id=key_id, private_key=key, now=now())
    return request_of("POST", url, headers=headers, body=body)


class _Connection(asyncio.Protocol):
    """One connection that is kept alive; sends a request when the answer to the one before is there, whole."""

    def __init__(self, requests: Iterator[bytes], answers: list[float], statuses: Counter[int]) -> None:
        self._requests = requests
        self._answers = answers
        self._statuses = statuses
        self._began = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return
        start = data.find(b"content-length: ", 0, end)
        length = int(data[start + 16 : data.find(b"\r", start, end + 1)]) if start > 0 else 0
        if len(data) < end + 4 + length:
            return
        self._buffer = b""
        self._answers.append(perf_counter() - self._began)
        self._statuses[int(data[9:12])] += 1
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._began = perf_counter()
        self._transport.write(request)


async def send_all(requests: Iterable[bytes], *, port: int, connections: int) -> Answers:
    """All of `requests` are answered, over so many connections that are kept open."""
    queue = iter(requests)
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    began = perf_counter()
    opened = [
        (await loop.create_connection(lambda: _Connection(queue, latencies, statuses), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    seconds = perf_counter() - began
    latencies.sort()
    return Answers(seconds, statuses, latencies)


async def send_from(requests: Mapping[str, bytes], *, port: int, at_once: int) -> Answers:
    """Each of `requests` is answered over a connection of its own, from the address that is its key."""
    queue = iter(requests.items())
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    began = perf_counter()

    async def send() -> None:
        for host, request in queue:
            alone = iter((request,))
            _, connection = await loop.create_connection(
                lambda alone=alone: _Connection(alone, latencies, statuses),  # type: ignore[misc]
                "127.0.0.1",
                port,
                local_addr=(host, 0),
            )
            await connection.done

    await asyncio.gather(*(send() for _ in range(at_once)))
    seconds = perf_counter() - began
    latencies.sort()
    return Answers(seconds, statuses, latencies)
