"""Connections whose address is judged when the socket is made, whether it came from a name or was written out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream, map_aiohttp_exceptions
from yarl import URL

from fedirec.errors import PeerUnavailable
from fedirec.net.addresses import refuse_address

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Finds the addresses of a host name. Raises OSError if there are none."""

LOOKUP_SECONDS: Final = 5.0
MAX_ADDRESSES: Final = 2
"""Of each family, for one name. More would let a name make us knock at many doors."""
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 8 * 1024


class Sockets(AiohttpTransport):
    """Real connections. The request target goes out as httpx spells it: aiohttp alone would turn `%40` into `@`."""

    def __init__(self, *, development: bool, lookup: Lookup | None, connections: int, per_host: int) -> None:
        super().__init__(verify=httpx.create_ssl_context(), trust_env=False, client=self._open)
        self._development = development
        self._resolver = _Resolver(lookup=lookup, development=development)
        self._connections = connections
        self._per_host = per_host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.client = session = self.get_client()
        timeout = request.extensions["timeout"]
        with map_aiohttp_exceptions():
            answer = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers,
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=timeout["connect"], sock_read=timeout["read"]),
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=AiohttpResponseStream(answer))

    async def aclose(self) -> None:
        await super().aclose()
        await self._resolver.close()

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
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )

    def _make_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        _refuse(address[0], self._development)
        return socket.socket(family, kind, protocol)


@lru_cache(maxsize=4096)
def _refuse(written: str, development: bool) -> None:
    """Raises Forbidden, each time, for an address that may not be reached; that one may be is remembered."""
    refuse_address(ip_address(written), development=development)


class _Resolver(AbstractResolver):
    """Looks names up in threads of its own, so that slow name servers hold nothing else up, and judges the answers.

    One refused address among the answers refuses the name.
    """

    def __init__(self, *, lookup: Lookup | None, development: bool) -> None:
        self._lookup = lookup or self._ask_system
        self._development = development
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = [ip_address(text) for text in await self._lookup(host)]
        except (OSError, UnicodeError) as error:
            raise PeerUnavailable("“%(host)s” could not be found", blanks={"host": host}) from error
        for address in found:
            _refuse(str(address), self._development)
        of_each = [[address for address in found if address.version == version] for version in (6, 4)]
        chosen = [address for addresses in of_each for address in addresses[:MAX_ADDRESSES]]
        if not chosen:
            raise PeerUnavailable("“%(host)s” could not be found", blanks={"host": host})
        return [
            ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=0)
            for address in chosen
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_system(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        )
        return [str(address[0]) for *_, address in found]
