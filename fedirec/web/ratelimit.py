"""How often somebody may do something, remembered in this process.

A bucket holds tokens and fills again at a steady rate; each try takes one. Behind several processes each counts for
itself, which is enough to stop guessing and flooding.
"""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from starlette.requests import HTTPConnection

from fedirec.clock import monotonic
from fedirec.errors import TooMany


class RateLimit:
    """At most `burst` tries at once, and `per_minute` in the long run, for each key."""

    def __init__(self, *, per_minute: float, burst: int, max_keys: int = 10_000) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str, *, cost: float = 1.0) -> None:
        """One try more is counted for `key`. Raises TooMany, with the seconds to wait, when the bucket is empty."""
        moment = monotonic()
        tokens, since = self._buckets.pop(key, (self._burst, moment))
        tokens = min(self._burst, tokens + (moment - since) * self._rate)
        allowed = tokens >= cost
        self._buckets[key] = (tokens - cost if allowed else tokens, moment)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany(retry_after=max(1, ceil((cost - tokens) / self._rate)))

    def left(self, key: str) -> tuple[int, int]:
        """How many tries `key` has at once just now, and the seconds until its bucket is full."""
        tokens, since = self._buckets.get(key, (self._burst, monotonic()))
        tokens = min(self._burst, tokens + (monotonic() - since) * self._rate)
        return int(tokens), ceil((self._burst - tokens) / self._rate)

    def forget(self, key: str) -> None:
        """`key` starts with a full bucket again, as after a sign-in that went well."""
        self._buckets.pop(key, None)


def visitor_of(connection: HTTPConnection) -> str:
    """Whom to count: the visitor's address, or for IPv6 the network that one household usually has (/64)."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)
