"""Who really asked, when a reverse proxy stands in front.

Only a proxy in `settings.trusted_proxies` is believed. The `X-Forwarded-…` headers are read first and the standard
`Forwarded` (RFC 7239) only where none of them came, because a proxy that writes one kind passes the other through as
the visitor sent it. A trusted proxy must overwrite or append to `X-Forwarded-For`, as nginx and Caddy do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?")
_HEADERS: Final = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded"})
_PAIR: Final = re.compile(r'\s*([A-Za-z]+)=("[^"]*"|[^;,"\s]*)\s*')

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class TrustedProxies:
    """ASGI middleware: client, scheme and host are the visitor's, as far as a trusted proxy says so.

    The headers themselves are gone afterwards, so that nothing further in can be misled by them.
    """

    def __init__(self, app: ASGIApp, networks: Sequence[Network] = ()) -> None:
        self.app = app
        self.networks = tuple(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = self._believed(scope)
        await self.app(scope, receive, send)

    def _believed(self, scope: Scope) -> Scope:
        client = scope.get("client")
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        told = [(name, value.decode("latin-1")) for name, value in headers if name in _HEADERS]
        if not told:
            return scope
        kept = [(name, value) for name, value in headers if name not in _HEADERS]
        peer = _address(client[0]) if client else None
        if peer is None or not self._trusts(peer):
            return {**scope, "headers": kept}
        chain, scheme, host = _forwarded(told)
        believed = {**scope, "headers": kept}
        visitor: Address | None = None
        for hop in reversed(chain):
            visitor = hop
            if hop is None or not self._trusts(hop):
                break
        if visitor is not None:
            believed["client"] = (str(visitor), 0)
        if scheme in ("http", "https"):
            secure = {"http": "ws", "https": "wss"} if scope["type"] == "websocket" else {}
            believed["scheme"] = secure.get(scheme, scheme)
        if host and _HOST.fullmatch(host):
            believed["headers"] = [
                *((name, value) for name, value in kept if name != b"host"),
                (b"host", host.encode("ascii")),
            ]
        return believed

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks if network.version == address.version)


def _forwarded(told: Sequence[tuple[bytes, str]]) -> tuple[list[Address | None], str, str]:
    """The chain of addresses from the visitor inwards, the scheme and the host that the nearest proxy saw."""
    lists = {name: ",".join(value for other, value in told if other == name) for name in _HEADERS}
    if any(lists[name] for name in _HEADERS if name.startswith(b"x-")):
        chain = [_address(part) for part in lists[b"x-forwarded-for"].split(",") if part.strip()]
        return chain, _last(lists[b"x-forwarded-proto"]).lower(), _last(lists[b"x-forwarded-host"])
    hops = [
        {key.lower(): value.strip('"') for key, value in _PAIR.findall(element)}
        for element in lists[b"forwarded"].split(",")
    ]
    chain = [_address(hop["for"]) for hop in hops if "for" in hop]
    return chain, hops[-1].get("proto", "").lower(), hops[-1].get("host", "")


def _last(values: str) -> str:
    return values.rpartition(",")[2].strip()


def _address(text: str) -> Address | None:
    """The address in any of the spellings that proxies use: with a port, in brackets, with a zone."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
