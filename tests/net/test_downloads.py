"""Media go into a sink as they arrive."""

from __future__ import annotations

import hashlib

import pytest

from fedirec.errors import TooLarge
from tests.net.peers import Kept, always, by_path, open_net, open_peer, page, redirect


async def test_a_download_arrives_in_its_sink_with_its_digest() -> None:
    media = bytes(range(256)) * 10_000
    kept = Kept()
    answers = {"/a": redirect("/b"), "/b": page(media, headers={"content-type": "audio/mpeg"})}
    async with open_peer(by_path(answers)) as peer, open_net() as net:
        answer = await net.download(f"{peer.origin}/a", to=kept, max_bytes=len(media), timeout=60)
    assert kept.data == media
    assert (answer.url, answer.status, answer.body) == (f"{peer.origin}/b", 200, b"")
    assert (answer.size, answer.sha256) == (len(media), hashlib.sha256(media).digest())
    assert answer.headers["content-type"] == "audio/mpeg"
    assert peer.asked[1].headers["accept-encoding"] == "identity"


async def test_no_more_than_the_limit_is_ever_written() -> None:
    kept = Kept()
    body = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + bytes(300_000)
    async with open_peer(always(body)) as peer, open_net() as net:
        with pytest.raises(TooLarge):
            await net.download(f"{peer.origin}/", to=kept, max_bytes=200_000, timeout=10)
    assert len(kept.data) <= 200_000


async def test_a_refusal_is_not_written() -> None:
    kept = Kept()
    async with open_peer(always(page(b"gone", status=410))) as peer, open_net() as net:
        answer = await net.download(f"{peer.origin}/", to=kept, max_bytes=100, timeout=60)
    assert (answer.status, answer.body, answer.size, kept.data) == (410, b"gone", 0, b"")


@pytest.mark.parametrize("error", [OSError("disk full"), TimeoutError("slow disk")])
async def test_trouble_with_the_sink_is_not_blamed_on_the_peer(error: OSError) -> None:
    class Full:
        async def write(self, data: bytes, /) -> None:
            raise error

    async with open_peer(always(page(b"x" * 100))) as peer, open_net() as net:
        with pytest.raises(OSError, match=str(error)):
            await net.download(f"{peer.origin}/", to=Full(), max_bytes=100, timeout=10)
