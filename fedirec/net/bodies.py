"""What peers send, unpacked under a limit."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Final

import aiohttp
import httpx

from fedirec.errors import PeerUnavailable, TooLarge

FAILURES: Final = (OSError, httpx.HTTPError, aiohttp.ClientError, zlib.error)
"""What the layers below raise when a peer cannot be reached or talks nonsense."""
EXCERPT_BYTES: Final = 16 * 1024
_EXCERPT_SECONDS: Final = 2.0
_PIECE: Final = 64 * 1024


@contextmanager
def told_as_unavailable(host: str) -> Iterator[None]:
    """Whatever fails between us and `host` is raised as PeerUnavailable."""
    try:
        yield
    except FAILURES as error:
        if _is_unreachable(error):
            raise PeerUnavailable("“%(host)s” could not be reached", blanks={"host": host}) from error
        raise PeerUnavailable("%(host)s did not answer properly", blanks={"host": host}) from error


def _is_unreachable(error: Exception) -> bool:
    """Whether nobody took the connection; what goes wrong with its encryption is an answer, too."""
    cause = error.__cause__ if isinstance(error, httpx.HTTPError) else error
    refused = isinstance(cause, aiohttp.ClientConnectorError) and not isinstance(cause, aiohttp.ClientSSLError)
    return refused or (isinstance(error, httpx.ConnectError) and cause is None)


async def pieces_of(answer: httpx.Response, *, max_bytes: int, cut: bool = False) -> AsyncGenerator[bytes]:
    """The body of `answer`, unpacked, piece by piece.

    Raises TooLarge as soon as it is longer than `max_bytes`, on the wire or unpacked; with `cut` it ends there.
    """
    host = answer.url.host
    announced = answer.headers.get("content-length", "")
    if not cut and announced.isdecimal() and int(announced[:20]) > max_bytes:
        raise TooLarge("what %(host)s sent is larger than this instance accepts", blanks={"host": host})
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise PeerUnavailable("%(host)s answered in an encoding that was not asked for", blanks={"host": host})
    packed = None if coding == "identity" else _Packed()
    sent = given = 0
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    with told_as_unavailable(host):
        async for chunk in answer.stream:
            sent += len(chunk)
            for piece in packed.unpack(chunk) if packed else (chunk,):
                room = max_bytes - given
                if len(piece) > room or sent > max_bytes:
                    if not cut:
                        raise TooLarge("what %(host)s sent is larger than this instance accepts", blanks={"host": host})
                    yield piece[:room]
                    return
                given += len(piece)
                yield piece
        if packed and sent:
            packed.finish()


async def read_body(answer: httpx.Response, *, max_bytes: int) -> bytes:
    """The whole body of `answer`. Raises TooLarge if it is longer than `max_bytes`."""
    return b"".join([piece async for piece in pieces_of(answer, max_bytes=max_bytes)])


async def read_excerpt(answer: httpx.Response, *, max_bytes: int = EXCERPT_BYTES) -> bytes:
    """The beginning of a body that matters less than its status: cut where it grows too long, stalls or breaks."""
    body = bytearray()
    if answer.headers.get("content-length") == "0":
        return b""
    with suppress(TimeoutError, PeerUnavailable):
        async with (
            asyncio.timeout(_EXCERPT_SECONDS),
            aclosing(pieces_of(answer, max_bytes=max_bytes, cut=True)) as pieces,
        ):
            async for piece in pieces:
                body += piece
    return bytes(body)


class _Packed:
    """A gzip or zlib stream, unpacked in small pieces however much it stands for."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)

    def unpack(self, data: bytes) -> Iterator[bytes]:
        while True:
            piece = self._stream.decompress(data, _PIECE)
            if self._stream.unused_data:
                raise zlib.error("something stands behind the end of the stream")
            yield piece
            data = self._stream.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    def finish(self) -> None:
        if not self._stream.eof:
            raise zlib.error("the stream has no end")
