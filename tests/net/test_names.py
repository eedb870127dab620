"""A name is judged by what it stands for at the moment of connecting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fedirec.clock import monotonic
from fedirec.errors import Forbidden, PeerUnavailable
from tests.net.peers import JSON, always, answers_of, open_net, open_peer, page, redirect


async def test_a_name_is_looked_up_once_and_what_was_found_is_what_is_connected_to() -> None:
    async with open_peer(always(page())) as one, open_peer(always(page())) as other:
        async with open_net(lookup=answers_of(["127.0.0.1"], ["169.254.169.254"])) as net:
            answer = await net.get(f"http://peer.test:{one.port}/", accept=JSON)
            with pytest.raises(Forbidden):
                await net.get(f"http://peer.test:{other.port}/", accept=JSON)
        assert answer.status == 200
        assert one.asked[0].headers["host"] == f"peer.test:{one.port}"
        assert other.connections == 0


async def test_one_refused_address_among_the_answers_refuses_the_name() -> None:
    async with open_peer(always(page())) as peer:
        async with open_net(lookup=answers_of(["127.0.0.1", "169.254.169.254"])) as net:
            with pytest.raises(Forbidden):
                await net.get(f"http://peer.test:{peer.port}/", accept=JSON)
        assert peer.connections == 0


async def test_a_redirect_to_a_name_of_a_refused_address_is_refused() -> None:
    lookup = answers_of(["127.0.0.1"], ["169.254.169.254"])
    async with open_peer(always(redirect("http://inside.test/"))) as peer, open_net(lookup=lookup) as net:
        with pytest.raises(Forbidden):
            await net.get(f"http://peer.test:{peer.port}/", accept=JSON)


async def test_development_reaches_this_machine_by_name() -> None:
    async with open_peer(always(page())) as peer, open_net() as net:
        answer = await net.get(f"http://localhost:{peer.port}/", accept=JSON)
    assert answer.status == 200


async def test_only_a_few_addresses_of_a_name_are_tried() -> None:
    many = [f"127.0.0.{last}" for last in range(2, 10)]
    lookup = answers_of(many, ["127.0.0.2", "127.0.0.9"])
    async with open_peer(always(page()), host="127.0.0.9") as peer, open_net(lookup=lookup) as net:
        with pytest.raises(PeerUnavailable):
            await net.get(f"http://many.test:{peer.port}/", accept=JSON)
        answer = await net.get(f"http://two.test:{peer.port}/", accept=JSON)
    assert answer.status == 200


@pytest.mark.parametrize("host", ["nobody.test", "a" * 64 + ".test", "a..test"])
async def test_a_name_that_cannot_be_found_is_a_peer_that_does_not_answer(host: str) -> None:
    async def lookup(host: str) -> Sequence[str]:
        host.encode("idna")
        raise OSError("no such name")

    async with open_net(lookup=lookup) as net:
        with pytest.raises(PeerUnavailable, match="could not be found"):
            await net.get(f"http://{host}:9/", accept=JSON)


async def test_a_name_without_addresses_is_a_peer_that_does_not_answer() -> None:
    async with open_net(lookup=answers_of([])) as net:
        with pytest.raises(PeerUnavailable, match="could not be found"):
            await net.get("http://peer.test:9/", accept=JSON)


async def test_a_slow_name_service_ends_with_the_request() -> None:
    async def lookup(host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    began = monotonic()
    async with open_net(lookup=lookup) as net:
        with pytest.raises(PeerUnavailable):
            await net.get("http://peer.test:9/", accept=JSON, timeout=0.2)
    assert monotonic() - began < 30
