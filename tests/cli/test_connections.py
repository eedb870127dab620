"""Whoever connects and says nothing, or never comes to the end, does not keep a place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from fedirec.cli import connections
from fedirec.cli.connections import MAX_HEAD, Connection

SOON = 2.0


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)


@asynccontextmanager
async def connected() -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(hello, http=Connection, ws="none", lifespan="off", log_config=None)
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()
        await server.wait_closed()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """What comes until the other side closes, which it has to do SOON."""
    came = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(SOON):
            while piece := await reader.read(1024):
                came += piece
    return came


async def test_who_says_nothing_is_let_go() -> None:
    async with connected() as (reader, _):
        assert (await rest(reader)).startswith(b"HTTP/1.1 408")


async def test_who_says_one_letter_now_and_then_is_let_go() -> None:
    async with connected() as (reader, writer):
        answer = asyncio.create_task(rest(reader))
        for letter in b"GET / HTTP/1.1\r\nHost: x\r\n":
            if answer.done():
                break
            writer.write(bytes([letter]))
            await asyncio.sleep(0.05)
        said = await answer
        # A letter that is on its way when the other side closes resets the connection, and what was said may be lost.
        assert said == b"" or said.startswith(b"HTTP/1.1 408")


async def test_who_has_header_lines_without_end_is_let_go() -> None:
    async with connected() as (reader, writer):
        answer = asyncio.create_task(rest(reader))
        writer.write(b"GET / HTTP/1.1\r\n" + b"x-more: 1234567890\r\n" * (MAX_HEAD // 20 + 1))
        assert (await answer).startswith(b"HTTP/1.1 400")


async def test_who_takes_their_time_between_requests_and_over_a_body_is_served() -> None:
    async with connected() as (reader, writer):
        for _ in range(2):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
            await asyncio.sleep(0.4)
            writer.write(b"2")
            assert (await reader.readuntil(b"\r\n\r\nhi")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.4)
