"""The only door out: every request to another machine leaves through `Net`.

The one rule to know: an address is judged when the socket to it is made. What was looked up is what is connected to,
so a name that changes its answer gains nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urljoin, urlsplit

import httpx

from fedirec.errors import Forbidden, Invalid, PeerUnavailable
from fedirec.net.addresses import find_literal, refuse_address
from fedirec.net.bodies import EXCERPT_BYTES, FAILURES, pieces_of, read_body, read_excerpt, told_as_unavailable
from fedirec.net.sockets import Lookup, Sockets
from fedirec.uris import origin_of

Sign = Callable[[str, str], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""Given the method and the address as they go out, makes the headers that sign them."""

MAX_BYTES: Final = 1024 * 1024
MAX_REDIRECTS: Final = 3
_CONNECT_SECONDS: Final = 5.0
_STALL_SECONDS: Final = 30.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a peer answered."""

    url: str
    """Where the answer came from, after redirects, as it was asked for: without a fragment."""
    status: int
    headers: Mapping[str, str]
    """By lower-case name; repeated ones joined with a comma."""
    body: bytes
    """Unpacked. Of an answer that is no success only the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download(Response):
    """What a peer answered when its body went into a sink. `body` holds the beginning of a refusal, else nothing."""

    size: int
    """Bytes written to the sink: none unless `status` is a success."""
    sha256: bytes


class Sink(Protocol):
    """Where a download goes, piece by piece."""

    async def write(self, data: bytes, /) -> object: ...


class Net:
    """A client for peers that trusts neither their addresses nor the size, speed or form of what they send.

    Raises Invalid for an address that is written badly, Forbidden for one that may not be reached, PeerUnavailable
    when no usable answer came in time and TooLarge when it was larger than asked for. Any status is an answer.
    """

    def __init__(
        self,
        *,
        development: bool,
        user_agent: str,
        transport: httpx.AsyncBaseTransport | None = None,
        lookup: Lookup | None = None,
        connections: int = 512,
        connections_per_host: int = 16,
    ) -> None:
        """A client that reaches nearby machines, other ports and plain http only in `development`.

        `transport` takes the place of sockets: schemes, ports and written-out addresses are still judged, names are
        not looked up. `lookup` takes the place of the system's resolver.
        """
        self._development = development
        self._user_agent = user_agent
        # httpx's client is left out on purpose: it reads cookies and redirects even where it is told not to use them.
        self._transport = transport or Sockets(
            development=development, lookup=lookup, connections=connections, per_host=connections_per_host
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Every connection is closed, and so is a transport that was handed in."""
        await self._transport.aclose()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        max_bytes: int = MAX_BYTES,
        timeout: float = 10.0,
    ) -> Response:
        """What `url` answers within `timeout` seconds, after at most three redirects, each judged and signed anew.

        `headers` reach the origin of `url` only. `max_bytes` counts on the wire and unpacked.
        """
        asked = {"accept": accept, "accept-encoding": "gzip"}
        async with _within(timeout, url), self._follow(url, asked, headers or {}, timeout, sign) as answer:
            body = await (read_body(answer, max_bytes=max_bytes) if answer.is_success else read_excerpt(answer))
            return Response(url=str(answer.url), status=answer.status_code, headers=dict(answer.headers), body=body)

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        max_bytes: int = EXCERPT_BYTES,
        timeout: float = 10.0,
    ) -> Response:
        """What `url` answers to `body` within `timeout` seconds. A redirect is an answer and is not followed.

        The answer's body is cut at `max_bytes`, and where it stalls: the status already says what happened.
        """
        asked = {"accept-encoding": "gzip", **(headers or {})}
        async with (
            _within(timeout, url),
            self._answer("POST", _judged(url, self._development), asked, timeout, sign, body) as answer,
        ):
            excerpt = await read_excerpt(answer, max_bytes=max_bytes)
            return Response(url=str(answer.url), status=answer.status_code, headers=dict(answer.headers), body=excerpt)

    async def download(
        self,
        url: str,
        *,
        to: Sink,
        max_bytes: int,
        timeout: float,
        sign: Sign | None = None,
    ) -> Download:
        """What `url` answers, its body written to `to` as it arrives. Redirects and limits are those of `get`.

        When this raises, `to` may hold part of a body, which the caller throws away.
        """
        asked = {"accept": "*/*", "accept-encoding": "identity"}
        async with _within(timeout, url), self._follow(url, asked, {}, timeout, sign) as answer:
            digest, size, refusal = hashlib.sha256(), 0, b""
            if answer.is_success:
                async with aclosing(pieces_of(answer, max_bytes=max_bytes)) as pieces:
                    async for piece in pieces:
                        digest.update(piece)
                        size += len(piece)
                        await to.write(piece)
            else:
                refusal = await read_excerpt(answer)
            return Download(
                url=str(answer.url),
                status=answer.status_code,
                headers=dict(answer.headers),
                body=refusal,
                size=size,
                sha256=digest.digest(),
            )

    @asynccontextmanager
    async def _follow(
        self, url: str, asked: Mapping[str, str], headers: Mapping[str, str], timeout: float, sign: Sign | None
    ) -> AsyncGenerator[httpx.Response]:
        """The first answer to a GET of `url` that is no redirect."""
        wire = _judged(url, self._development)
        seen: set[str] = set()
        for _ in range(1 + MAX_REDIRECTS):
            seen.add(str(wire))
            own = headers if origin_of(str(wire)) == origin_of(url) else {}
            async with self._answer("GET", wire, {**asked, **own}, timeout, sign) as answer:
                location = answer.headers.get("location")
                if answer.status_code not in _REDIRECTS or location is None:
                    yield answer
                    return
            target = self._target_of(wire, location)
            if str(target) in seen:
                raise PeerUnavailable("%(host)s sends us in a circle", blanks={"host": wire.host})
            wire = target
        raise PeerUnavailable("%(host)s sends us on too often", blanks={"host": wire.host})

    def _target_of(self, wire: httpx.URL, location: str) -> httpx.URL:
        try:
            target = urljoin(str(wire), location)
        except ValueError as error:
            raise Invalid(
                "%(host)s sends us on to something that is not an address", blanks={"host": wire.host}
            ) from error
        if wire.scheme == "https" and urlsplit(target).scheme != "https":
            raise Forbidden("that address leads to one that is not encrypted")
        return _judged(target, self._development)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        wire: httpx.URL,
        headers: Mapping[str, str],
        timeout: float,
        sign: Sign | None,
        body: bytes | None = None,
    ) -> AsyncGenerator[httpx.Response]:
        """The head of what a peer answers; its body is still on the way."""
        signed = sign(method, str(wire)) if sign else {}
        if inspect.isawaitable(signed):
            signed = await signed
        said = {"user-agent": self._user_agent}
        for more in (headers, signed):
            said.update((name.lower(), value) for name, value in more.items())
        limits = {"connect": _CONNECT_SECONDS, "read": min(timeout, _STALL_SECONDS)}
        request = httpx.Request(method, wire, headers=said, content=body, extensions={"timeout": limits})
        with told_as_unavailable(wire.netloc.decode("ascii")):
            answer = await self._transport.handle_async_request(request)
        answer.request = request
        try:
            yield answer
        finally:
            with suppress(*FAILURES):
                await answer.aclose()


@asynccontextmanager
async def _within(seconds: float, url: str) -> AsyncGenerator[None]:
    """What happens inside is over after `seconds`. Raises PeerUnavailable if it had to be stopped."""
    try:
        async with asyncio.timeout(seconds) as deadline:
            yield
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise PeerUnavailable("%(host)s took too long to answer", blanks={"host": urlsplit(url).hostname}) from error


@lru_cache(maxsize=4096)
def _judged(url: str, development: bool) -> httpx.URL:
    """`url` in the one spelling that is signed and sent, if it may be asked for at all."""
    origin = origin_of(url)
    host = urlsplit(origin).hostname or ""
    try:
        wire = httpx.URL(url)
        if "#" in url:
            wire = wire.copy_with(fragment=None)
        literal = find_literal(host)
    except (httpx.InvalidURL, ValueError) as error:
        raise Invalid("that is not an address") from error
    if "?" in url and not wire.query:  # aiohttp leaves a bare question mark out
        wire = wire.copy_with(query=None)
    if origin_of(str(wire)) != origin:
        raise Invalid("that host is not written plainly")
    if literal is not None:
        refuse_address(literal, development=development)
    if not development:
        if wire.scheme != "https" or wire.port is not None:
            raise Forbidden("only https addresses on the usual port are reachable from here")
        if literal is None and ("." not in host or host.endswith(".localhost")):
            raise Forbidden("that address is not reachable from here")
    return wire
