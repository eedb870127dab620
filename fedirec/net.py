"""The only door out: every request to another machine leaves through `Net`.

The one rule to know: an address is judged when the socket to it is made, whether it came from a name or was written
out. What was looked up is what is connected to, so a name that changes its answer gains nothing.
The lists are those of https://www.iana.org/assignments/iana-ipv4-special-registry and the IPv6 one beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import re
import socket
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream, map_aiohttp_exceptions
from yarl import URL

from fedirec.errors import Forbidden, Invalid, PeerUnavailable, TooLarge
from fedirec.uris import origin_of

Sign = Callable[[str, str], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""Given the method and the address as they go out, the headers that sign them."""
Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host name. Raises OSError if there are none."""

_CONNECT_SECONDS: Final = 5.0
"""For the lookup of a name, and again for connecting with TLS."""
_STALL_SECONDS: Final = 30.0
_EXCERPT_SECONDS: Final = 2.0
_EXCERPT_BYTES: Final = 16 * 1024
_MAX_REDIRECTS: Final = 3
_MAX_ADDRESSES: Final = 2
"""Of each family, of one name. More would let a name make us knock at many doors."""
_MAX_HEADERS: Final = 64
_MAX_HEADER_BYTES: Final = 8 * 1024
_PIECE: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last label of a host that some parsers take for an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
_FAILURES: Final = (OSError, httpx.HTTPError, aiohttp.ClientError, zlib.error)

_V4_REFUSED: Final = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_V6_GLOBAL: Final = IPv6Network("2000::/3")
_V6_REFUSED: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
_NEARBY: Final = (
    tuple(map(IPv4Network, ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))),
    tuple(map(IPv6Network, ("::1/128", "fc00::/7"))),
)


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


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether `address` belongs to a machine on the open internet. A mapped IPv4 address is judged as what it is."""
    address = _unmapped(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _V4_REFUSED)
    return address in _V6_GLOBAL and not any(address in network for network in _V6_REFUSED)


def is_nearby(address: IPv4Address | IPv6Address) -> bool:
    """Whether `address` is this machine or its private network: what instances in development may also reach."""
    address = _unmapped(address)
    v4, v6 = _NEARBY
    if isinstance(address, IPv4Address):
        return any(address in network for network in v4)
    return any(address in network for network in v6)


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

        `transport` takes the place of sockets: hosts, ports and schemes are still judged, names are not looked up.
        """
        self._development = development
        self._client = httpx.AsyncClient(
            transport=transport
            or _Sockets(development=development, lookup=lookup, connections=connections, per_host=connections_per_host),
            headers={"user-agent": user_agent},
            cookies=_NoCookies(),
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Every connection is closed, and the transport that was handed in."""
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        max_bytes: int = 1024 * 1024,
        timeout: float = 10.0,
    ) -> Response:
        """What `url` answers within `timeout` seconds, after at most three redirects, each judged and signed anew.

        `headers` reach the origin of `url` only. `max_bytes` counts on the wire and unpacked.
        """
        asked = {"accept": accept, "accept-encoding": "gzip"}
        async with _within(timeout, url), self._follow(url, asked, headers or {}, timeout, sign) as answer:
            if not answer.is_success:
                return _response(answer, await _excerpt(answer, max_bytes=_EXCERPT_BYTES))
            body = bytearray()
            async for piece in _unpacked(answer, max_bytes=max_bytes):
                body += piece
            return _response(answer, bytes(body))

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        max_bytes: int = _EXCERPT_BYTES,
        timeout: float = 10.0,
    ) -> Response:
        """What `url` answers to `body` within `timeout` seconds. A redirect is an answer, never followed.

        The answer's body is cut at `max_bytes`, and where it stalls: the status already says what happened.
        """
        asked = {"accept-encoding": "gzip", **(headers or {})}
        async with (
            _within(timeout, url),
            self._answer("POST", self._judged(url), asked, timeout, sign, body) as answer,
        ):
            return _response(answer, await _excerpt(answer, max_bytes=max_bytes))

    async def download(
        self,
        url: str,
        *,
        to: Sink,
        max_bytes: int,
        timeout: float,
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        sign: Sign | None = None,
    ) -> Download:
        """What `url` answers, its body written to `to` as it arrives. Redirects and limits as for `get`.

        When this raises, `to` holds part of a body: the caller throws it away.
        """
        asked = {"accept": accept, "accept-encoding": "identity"}
        async with _within(timeout, url), self._follow(url, asked, headers or {}, timeout, sign) as answer:
            digest, size, refusal = hashlib.sha256(), 0, b""
            if answer.is_success:
                async for piece in _unpacked(answer, max_bytes=max_bytes):
                    digest.update(piece)
                    size += len(piece)
                    await to.write(piece)
            else:
                refusal = await _excerpt(answer, max_bytes=_EXCERPT_BYTES)
            return Download(
                url=str(answer.url),
                status=answer.status_code,
                headers=dict(answer.headers),
                body=refusal,
                size=size,
                sha256=digest.digest(),
            )

    def _judged(self, url: str) -> httpx.URL:
        """`url` in the one spelling that is signed and sent, if it may be asked for at all."""
        origin = origin_of(url)
        try:
            wire = httpx.URL(url).copy_with(fragment=None)
            if not wire.query:
                wire = wire.copy_with(query=None)
            host = urlsplit(origin).hostname or ""
            literal = _literal(host)
        except (httpx.InvalidURL, ValueError) as error:
            raise Invalid("that is not an address") from error
        if origin_of(str(wire)) != origin:
            raise Invalid("that host is not written plainly")
        if literal is not None:
            _refuse_address(literal, development=self._development)
        if not self._development and (wire.scheme != "https" or wire.port is not None):
            raise Forbidden("only https addresses on the usual port are reachable from here")
        if not self._development and literal is None and ("." not in host or host.endswith(".localhost")):
            raise Forbidden("that address is not reachable from here")
        return wire

    @asynccontextmanager
    async def _follow(
        self, url: str, asked: Mapping[str, str], headers: Mapping[str, str], timeout: float, sign: Sign | None
    ) -> AsyncGenerator[httpx.Response]:
        """The first answer to a GET of `url` that is no redirect."""
        wire, seen = self._judged(url), set[str]()
        for _ in range(1 + _MAX_REDIRECTS):
            seen.add(str(wire))
            own = headers if origin_of(str(wire)) == origin_of(url) else {}
            async with self._answer("GET", wire, {**asked, **own}, timeout, sign) as answer:
                location = answer.headers.get("location")
                if answer.status_code not in _REDIRECTS or location is None:
                    yield answer
                    return
            target = self._judged(urljoin(str(wire), location))
            if wire.scheme == "https" and target.scheme != "https":
                raise Forbidden("that address leads to one that is not encrypted")
            if str(target) in seen:
                raise PeerUnavailable(f"{wire.host} sends us in a circle")
            wire = target
        raise PeerUnavailable(f"{wire.host} redirects too often")

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
        request = self._client.build_request(
            method,
            wire,
            headers={**headers, **signed},
            content=body,
            timeout=httpx.Timeout(connect=_CONNECT_SECONDS, read=min(timeout, _STALL_SECONDS), write=None, pool=None),
        )
        with _told_apart(wire.host):
            answer = await self._client.send(request, stream=True)
        try:
            yield answer
        finally:
            with suppress(*_FAILURES):
                await answer.aclose()


class _Sockets(AiohttpTransport):
    """Real connections. The request target goes out as httpx spells it: aiohttp alone would turn `%40` into `@`."""

    def __init__(self, *, development: bool, lookup: Lookup | None, connections: int, per_host: int) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context, trust_env=False, client=self._open)
        self._development = development
        self._resolver = _Resolver(lookup=lookup, development=development)
        self._connections = connections
        self._per_host = per_host

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self.ssl_context,
            resolver=self._resolver,
            socket_factory=self._make_socket,
            limit=self._connections,
            limit_per_host=self._per_host,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            max_headers=_MAX_HEADERS,
        )

    def _make_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        _refuse_address(ip_address(address[0]), development=self._development)
        return socket.socket(family, kind, protocol)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        timeout = request.extensions["timeout"]
        with map_aiohttp_exceptions():
            answer = await self.client.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers,
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=timeout["connect"], sock_read=timeout["read"]),
            )
        return httpx.Response(
            answer.status, headers=answer.raw_headers, stream=AiohttpResponseStream(answer), request=request
        )

    async def aclose(self) -> None:
        await super().aclose()
        await self._resolver.close()


class _Resolver(AbstractResolver):
    """Looks names up in threads of its own, so that slow name servers hold nothing else up, and judges the answers."""

    def __init__(self, *, lookup: Lookup | None, development: bool) -> None:
        self._lookup = lookup or self._ask_system
        self._development = development
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="lookup")

    async def _ask_system(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        )
        return [str(address[0]) for *_, address in found]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                found = [ip_address(text) for text in await self._lookup(host)]
        except (OSError, UnicodeError) as error:
            raise PeerUnavailable(f"{host} could not be found") from error
        for address in found:
            _refuse_address(address, development=self._development)
        chosen = [address for v in (6, 4) for address in [a for a in found if a.version == v][:_MAX_ADDRESSES]]
        if not chosen:
            raise PeerUnavailable(f"{host} could not be found")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in chosen
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _NoCookies(CookieJar):
    """Stays empty: what a peer wants remembered is not even read."""

    def extract_cookies(self, response: object, request: object) -> None:
        return None


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _refuse_address(address: IPv4Address | IPv6Address, *, development: bool) -> None:
    if not is_public(address) and not (development and is_nearby(address)):
        raise Forbidden("that address is not reachable from here")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is, None for a name. Raises ValueError for spellings that parsers read differently."""
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if _NUMERIC.fullmatch(host.rpartition(".")[2]) else None


@contextmanager
def _told_apart(host: str) -> Iterator[None]:
    """What fails between us and `host` is raised as PeerUnavailable."""
    try:
        yield
    except _FAILURES as error:
        raise PeerUnavailable(f"{host} did not answer properly") from error


@asynccontextmanager
async def _within(seconds: float, url: str) -> AsyncGenerator[None]:
    """Everything inside is over after `seconds`. Raises PeerUnavailable if it had to be stopped."""
    try:
        async with asyncio.timeout(seconds) as deadline:
            yield
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise PeerUnavailable(f"{urlsplit(url).hostname} took too long to answer") from error


async def _unpacked(answer: httpx.Response, *, max_bytes: int) -> AsyncGenerator[bytes]:
    """The body, piece by piece. Raises TooLarge as soon as it is longer than `max_bytes`, on the wire or unpacked."""
    too_large = TooLarge(f"what {answer.url.host} sent is larger than this instance accepts")
    announced = answer.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > max_bytes:
        raise too_large
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise PeerUnavailable(f"{answer.url.host} answered in an encoding that was not asked for")
    packed = None if coding in ("identity", "") else _Packed()
    sent = unpacked = 0
    with _told_apart(answer.url.host):
        async for chunk in answer.aiter_raw():
            sent += len(chunk)
            if sent > max_bytes:
                raise too_large
            for piece in packed.unpack(chunk) if packed else (chunk,):
                unpacked += len(piece)
                if unpacked > max_bytes:
                    raise too_large
                yield piece
        if packed and sent:
            packed.finish()


class _Packed:
    """A gzip or zlib stream, unpacked in small pieces however much it stands for."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)

    def unpack(self, data: bytes) -> Iterator[bytes]:
        while True:
            piece = self._stream.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._stream.unconsumed_tail
            if self._stream.unused_data:
                raise zlib.error("there is something behind the end of the stream")
            if not data and len(piece) < _PIECE:
                return

    def finish(self) -> None:
        if not self._stream.eof:
            raise zlib.error("the stream has no end")


async def _excerpt(answer: httpx.Response, *, max_bytes: int) -> bytes:
    """The beginning of a body that matters less than its status. Never raises for what the peer does."""
    body = bytearray()
    with suppress(TimeoutError, PeerUnavailable, TooLarge):
        async with asyncio.timeout(_EXCERPT_SECONDS):
            async for piece in _unpacked(answer, max_bytes=max_bytes):
                body += piece
    return bytes(body)


def _response(answer: httpx.Response, body: bytes) -> Response:
    return Response(url=str(answer.url), status=answer.status_code, headers=dict(answer.headers), body=body)
