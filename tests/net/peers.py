"""Peers on loopback that answer as they are told, and the client that asks them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import httpx

from fedirec.net import Net
from fedirec.net.sockets import Lookup

JSON = "application/activity+json"
Answer = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


class Asked:
    """One request as it came over the wire."""

    def __init__(self, head: bytes) -> None:
        line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        self.line = line
        self.method, self.target, _ = line.split(" ")
        self.headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        self.body = b""


class Peer:
    """A server on loopback that answers as it is told and remembers what reached it."""

    def __init__(self, answer: Answer, *, reads: bool) -> None:
        self._answer = answer
        self._reads = reads
        self._tasks: set[asyncio.Task[None]] = set()
        self.origin = ""
        self.port = 0
        self.asked: list[Asked] = []
        self.connections = 0
        self.hung_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = Asked(head)
                if self._reads:
                    asked.body = await reader.readexactly(int(asked.headers.get("content-length", "0")))
                self.asked.append(asked)
                await self._answer(asked, writer)
                await writer.drain()
                if not self._reads:
                    await asyncio.Event().wait()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.hung_up.set()
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def open_peer(
    answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", reads: bool = True
) -> AsyncGenerator[Peer]:
    """With `reads` off it takes the head of a request, answers, and leaves the rest on the wire."""
    peer = Peer(answer, reads=reads)
    server = await asyncio.start_server(peer.serve, host, 0, ssl=tls, backlog=512, limit=8 * 1024)
    peer.port = server.sockets[0].getsockname()[1]
    peer.origin = f"{'https' if tls else 'http'}://{host}:{peer.port}"
    try:
        yield peer
    finally:
        server.close()
        await peer.close()
        await server.wait_closed()


def page(body: bytes = b"{}", *, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    fields = {"content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def always(answer: bytes) -> Answer:
    async def write(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


def by_path(answers: Mapping[str, bytes]) -> Answer:
    async def write(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[asked.target])

    return write


def redirect(location: str, *, status: int = 302) -> bytes:
    return page(b"", status=status, headers={"location": location})


def answers_of(*found: Sequence[str]) -> Lookup:
    """A name service that answers something else each time, and has nothing after that."""
    left = list(found)

    async def lookup(host: str) -> Sequence[str]:
        if not left:
            raise OSError("no such name")
        return left.pop(0)

    return lookup


def open_net(
    *,
    development: bool = True,
    transport: httpx.AsyncBaseTransport | None = None,
    lookup: Lookup | None = None,
    connections_per_host: int = 16,
) -> Net:
    return Net(
        development=development,
        user_agent="fedirec (test)",
        transport=transport,
        lookup=lookup,
        connections_per_host=connections_per_host,
    )


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes, /) -> None:
        self.data += data


class Scripted(httpx.AsyncBaseTransport):
    """The seam of the pretend network: answers by address, and notes what got this far."""

    def __init__(self, answers: Mapping[str, httpx.Response] | None = None) -> None:
        self.answers = answers or {}
        self.reached: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.reached.append(str(request.url))
        return self.answers[str(request.url)]
