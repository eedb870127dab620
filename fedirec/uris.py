"""Every URI that we mint, every URI that we recognise as ours, and when two of them share an origin.

An origin is scheme, host and port (FEP-fe34); what one origin says of another is never believed.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from fedirec.clock import now
from fedirec.errors import Invalid

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PORTS: Final = {"https": 443, "http": 80}
MAX_URI: Final = 2048
"""Bytes. Longer addresses are refused everywhere."""
_MAX_LABELS: Final = 12
"""Parts of a host of which the domains above it are made, counted from the end."""
_OWN_LABELS: Final = 2
"""Parts of a host that make up a domain of somebody's own; there is no list here of those under which more do."""
MAX_HOST: Final = 253
"""Characters; the internet has no longer names."""
_HOST: Final = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?::\d{1,5})?|\[.*\].*"
)


def new_key() -> str:
    """A fresh opaque name for an object: 26 characters that sort by time of making (the ULID layout)."""
    number = (int(now().timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def origin_of(uri: str) -> str:
    """Scheme, host and port of `uri`, in the one spelling in which origins are compared.

    Raises Invalid for anything but a plain http(s) address: user information, a trailing dot, control characters,
    what turns the direction of text, backslashes and hosts that are no ASCII (punycode is) are refused, because
    parsers and readers differ on them.
    """
    if not isinstance(uri, str) or not 0 < len(uri) <= MAX_URI:
        raise Invalid("that is not an address")
    return _origin_of(uri)


@lru_cache(maxsize=8192)
def _origin_of(uri: str) -> str:
    if len(uri.encode(errors="replace")) > MAX_URI:
        raise Invalid("that is not an address")
    if not uri.isprintable() or " " in uri or "\\" in uri:
        raise Invalid("that address has characters that no address may have")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise Invalid("that is not an address") from error
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host:
        raise Invalid("an address starts with https:// and a host")
    if "@" in parts.netloc or host.endswith(".") or not host.isascii() or "%" in host or len(host) > MAX_HOST:
        raise Invalid("that host is not written plainly")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def host_of(uri: str) -> str:
    """The host of `uri`, with its port when that is not the usual one: what stands behind the @ of a handle."""
    return origin_of(uri).partition("://")[2]


def same_origin(one: str, other: str) -> bool:
    """Whether both are usable addresses of one origin. Never raises."""
    try:
        return origin_of(one) == origin_of(other)
    except Invalid:
        return False


def is_host(text: str) -> bool:
    """Whether `text`, in small letters, is spelled as a host is, with or without a port."""
    return _HOST.fullmatch(text) is not None


def origins_above(origin: str) -> list[str]:
    """`origin` itself, and those that go with the domains which its host is part of, the nearest first.

    Whoever has a domain can make as many hosts below it as they like.
    """
    scheme, _, host = origin.partition("://")
    names = [host, *_domains_of(host.partition(":")[0])] if not host.startswith("[") else [host]
    return [f"{scheme}://{name}" for name in dict.fromkeys(names)]


def domain_of(origin: str) -> str:
    """What somebody has who can make as many hosts as they like: the last two parts of the host of `origin`.

    A bare address is one by itself, with its port.
    """
    host = origin.partition("://")[2]
    labels = host.partition(":")[0].split(".")
    return host if host.startswith("[") or labels[-1].isdecimal() else ".".join(labels[-_OWN_LABELS:])


def _domains_of(host: str) -> list[str]:
    labels = host.split(".")[-_MAX_LABELS:]
    return [".".join(labels[start:]) for start in range(len(labels))]


@dataclass(frozen=True, slots=True)
class Uris:
    """The addresses of the instance at `origin`."""

    origin: str

    @property
    def host(self) -> str:
        return host_of(self.origin)

    def is_ours(self, uri: str) -> bool:
        return same_origin(uri, self.origin)

    @property
    def instance_actor(self) -> str:
        return f"{self.origin}/actor"

    @property
    def shared_inbox(self) -> str:
        return f"{self.origin}/inbox"

    def person(self, name: str) -> str:
        return f"{self.origin}/u/{name}"

    def challenge(self, slug: str) -> str:
        return f"{self.origin}/c/{slug}"

    def project(self, slug: str) -> str:
        return f"{self.origin}/p/{slug}"

    def record(self, key: str | None = None) -> str:
        return f"{self.origin}/records/{key or new_key()}"

    def remote_record(self, row: int) -> str:
        """Where a record of another instance is seen here."""
        return f"{self.origin}/records/remote/{row}"

    def comment(self, key: str | None = None) -> str:
        return f"{self.origin}/comments/{key or new_key()}"

    def stamp(self, key: str) -> str:
        return f"{self.origin}/stamps/{key}"

    def activity(self, key: str | None = None) -> str:
        return f"{self.origin}/activities/{key or new_key()}"

    def tag(self, name: str) -> str:
        return f"{self.origin}/tags/{quote(name, safe='')}"

    def media(self, path: str) -> str:
        return f"{self.origin}/media/{path}"
