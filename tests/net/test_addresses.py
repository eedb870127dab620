"""Which addresses are on the open internet, by the lists and for any address at all."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.net.addresses import Address, find_literal, is_public
from tests.net.attacks import PUBLIC, REFUSED_IPV4, REFUSED_IPV6


@pytest.mark.parametrize("text", [*REFUSED_IPV4, *REFUSED_IPV6])
def test_an_address_that_is_not_on_the_open_internet_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_on_the_open_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses())
def test_no_address_is_public_that_python_calls_reserved(address: Address) -> None:
    judged: Address = address
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        judged = address.ipv4_mapped
    if is_public(address):
        assert judged.is_global
        assert not judged.is_multicast
        assert not judged.is_reserved


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_is(address: IPv4Address) -> None:
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)


@given(st.ip_addresses(v=4), st.sampled_from(["::{}", "64:ff9b::{}", "64:ff9b:1::{}", "::ffff:0:{}", "2001::{}"]))
def test_no_address_with_an_ipv4_address_inside_is_public(address: IPv4Address, form: str) -> None:
    number = int(address)
    assert not is_public(IPv6Address(form.format(address)))
    assert not is_public(IPv6Address(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"))


@given(st.ip_addresses(v=4))
def test_an_address_written_as_one_number_is_no_host(address: IPv4Address) -> None:
    for host in (str(int(address)), hex(int(address)), "0" + oct(int(address))[2:]):
        with pytest.raises(ValueError, match="Expected 4 octets"):
            find_literal(host)
