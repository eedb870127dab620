"""Which addresses a request may go to.

The lists are those of https://www.iana.org/assignments/iana-ipv4-special-registry and the IPv6 one beside it.
`ipaddress.is_global` is not used: it calls tunnels to loopback (NAT64, 6to4) and multicast global.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Final

from fedirec.errors import Forbidden

Address = IPv4Address | IPv6Address

_IPV6_PUBLIC: Final = IPv6Network("2000::/3")
_REFUSED: Final = [
    *map(ip_network, ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")),
    *map(ip_network, ("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24")),
    *map(ip_network, ("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24")),
    *map(ip_network, ("224.0.0.0/4", "240.0.0.0/4")),
    *map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")),
]
_NEARBY: Final = [
    *map(ip_network, ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *map(ip_network, ("::1/128", "fc00::/7")),
]
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


def is_public(address: Address) -> bool:
    """Whether `address` belongs to a machine on the open internet. A mapped IPv4 address is judged as what it is."""
    address = _unmapped(address)
    if isinstance(address, IPv6Address) and address not in _IPV6_PUBLIC:
        return False
    return not any(address in network for network in _REFUSED)


def refuse_address(address: Address, *, development: bool) -> None:
    """Raises Forbidden unless `address` is public or, in development, this machine or its private network."""
    if is_public(address):
        return
    if not development or not any(_unmapped(address) in network for network in _NEARBY):
        raise Forbidden("that address is not reachable from here")


def find_literal(host: str) -> Address | None:
    """The address that `host` spells out, None for a name.

    Raises ValueError for numbers that are no plain address: some parsers would make one of them
    (https://url.spec.whatwg.org/#ends-in-a-number-checker).
    """
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if _NUMBER.fullmatch(host.rpartition(".")[2]) else None


def _unmapped(address: Address) -> Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
