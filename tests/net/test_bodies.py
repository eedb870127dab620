"""No body is larger, slower or stranger than we can bear."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.clock import monotonic
from fedirec.errors import PeerUnavailable, TooLarge
from fedirec.net import MAX_BYTES, Response
from tests.net.peers import JSON, Asked, Scripted, always, open_net, open_peer, page


async def test_a_body_of_the_allowed_size_arrives_whole() -> None:
    async with open_peer(always(page(b"x" * MAX_BYTES))) as peer, open_net() as net:
        assert (await net.get(f"{peer.origin}/", accept=JSON)).body == b"x" * MAX_BYTES


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate"])
async def test_a_packed_body_is_unpacked(coding: str) -> None:
    text = b'{"content": "' + b"rain on tin " * 20_000 + b'"}'
    packed = zlib.compress(text) if coding == "deflate" else gzip.compress(text, mtime=0)
    async with open_peer(always(page(packed, headers={"content-encoding": coding}))) as peer, open_net() as net:
        assert (await net.get(f"{peer.origin}/", accept=JSON)).body == text


@given(st.binary(max_size=300_000), st.integers(0, 9))
def test_unpacking_gives_back_what_was_packed(data: bytes, level: int) -> None:
    async def fetch() -> Response:
        packed = httpx.Response(
            200,
            headers={"content-encoding": "gzip"},
            stream=httpx.ByteStream(gzip.compress(data, compresslevel=level, mtime=0)),
        )
        async with open_net(development=False, transport=Scripted({"https://a.example/": packed})) as net:
            return await net.get("https://a.example/", accept=JSON)

    assert asyncio.run(fetch()).body == data


@pytest.mark.parametrize("announced", [True, False])
async def test_one_byte_too_many_is_too_large(announced: bool) -> None:
    body = b"x" * (MAX_BYTES + 1)
    answer = page(body) if announced else b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body
    async with open_peer(always(answer)) as peer, open_net() as net:
        with pytest.raises(TooLarge):
            await net.get(f"{peer.origin}/", accept=JSON)


async def test_a_bomb_is_let_go_before_it_grows() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([packer.compress(bytes(1024 * 1024)) for _ in range(64)]) + packer.flush()
    async with open_peer(always(page(bomb, headers={"content-encoding": "gzip"}))) as peer, open_net() as net:
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                await net.get(f"{peer.origin}/", accept=JSON)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(bomb) < 100_000
    assert peak < 4 * MAX_BYTES


@pytest.mark.parametrize(
    ("start", "chunk", "headers"),
    [
        (b"", b"x" * 4096, ""),
        (gzip.compress(b"", mtime=0)[:10], b"\x00\x00\x00\xff\xff" * 800, "content-encoding: gzip\r\n"),
    ],
    ids=["plain", "packed, and nothing in it"],
)
async def test_an_endless_body_is_left(start: bytes, chunk: bytes, headers: str) -> None:
    async def pour(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}transfer-encoding: chunked\r\n\r\n".encode())
        piece = start + chunk
        while True:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
            piece = chunk

    async with open_peer(pour) as peer, open_net() as net:
        with pytest.raises(TooLarge):
            await net.get(f"{peer.origin}/", accept=JSON)
        await asyncio.wait_for(peer.hung_up.wait(), 5)


@pytest.mark.parametrize(
    "answer",
    [
        page(gzip.compress(b"{}" * 1000, mtime=0)[:-9], headers={"content-encoding": "gzip"}),
        page(gzip.compress(b"{}", mtime=0) + b"more", headers={"content-encoding": "gzip"}),
        page(gzip.compress(b"{}", mtime=0) * 2, headers={"content-encoding": "gzip"}),
        page(b"not packed", headers={"content-encoding": "gzip"}),
        page(gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), headers={"content-encoding": "gzip, gzip"}),
        page(b"{}", headers={"content-encoding": "br"}),
        page(b"{}", headers={"content-length": "100"}) + b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 20_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"many: x\r\n" * 101 + b"\r\n{}",
        b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n\r\n{}",
        b"220 mail.example ESMTP\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"",
    ],
)
async def test_nonsense_is_a_peer_that_does_not_answer(answer: bytes) -> None:
    async def say(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.write_eof()

    async with open_peer(say) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable):
            await net.get(f"{peer.origin}/", accept=JSON, timeout=3)


async def test_a_long_refusal_is_cut_and_keeps_its_status() -> None:
    async with open_peer(always(page(b"x" * 2 * MAX_BYTES, status=404))) as peer, open_net() as net:
        answer = await net.get(f"{peer.origin}/", accept=JSON)
    assert (answer.status, answer.body) == (404, b"x" * 16 * 1024)


async def test_a_long_answer_to_a_post_is_cut() -> None:
    async with open_peer(always(page(b"x" * MAX_BYTES, status=202))) as peer, open_net() as net:
        assert (await net.post(f"{peer.origin}/", body=b"{}")).body == b"x" * 16 * 1024
        assert (await net.post(f"{peer.origin}/", body=b"{}", max_bytes=5)).body == b"xxxxx"


async def test_an_accepted_post_stays_accepted_when_the_rest_of_the_answer_never_comes() -> None:
    half = page(b"half", status=202, headers={"content-length": "9"})
    async with open_peer(always(half)) as peer, open_net() as net:
        answer = await net.post(f"{peer.origin}/inbox", body=b"{}")
    assert (answer.status, answer.body) == (202, b"half")


async def test_a_peer_may_refuse_a_body_before_it_has_read_it() -> None:
    refusal = always(page(b"no", status=413))
    async with open_peer(refusal, reads=False) as peer, open_net() as net:
        answer = await net.post(f"{peer.origin}/", body=bytes(MAX_BYTES), timeout=60)
    assert (answer.status, answer.body) == (413, b"no")


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
async def test_a_peer_that_trickles_is_left_at_the_deadline(start: bytes) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for byte in start + b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 10_000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    began = monotonic()
    async with open_peer(trickle) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable, match="too long"):
            await net.get(f"{peer.origin}/", accept=JSON, timeout=0.5)
        assert monotonic() - began < 30
        await asyncio.wait_for(peer.hung_up.wait(), 5)


async def test_a_peer_that_never_answers_is_left_at_the_deadline() -> None:
    async def wait(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    began = monotonic()
    async with open_peer(wait, reads=False) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable, match="too long"):
            await net.post(f"{peer.origin}/", body=bytes(MAX_BYTES), timeout=0.3)
        assert monotonic() - began < 30


async def test_a_closed_port_is_a_peer_that_does_not_answer() -> None:
    async with open_peer(always(page())) as peer:
        origin = peer.origin
    async with open_net() as net:
        with pytest.raises(PeerUnavailable, match=f"“{origin.removeprefix('http://')}” could not be reached"):
            await net.get(f"{origin}/", accept=JSON)
