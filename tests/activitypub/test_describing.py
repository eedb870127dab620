"""What a peer says of itself: which software it is, and what that understands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.activitypub import crowd
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Peer as KnownPeer
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.1"
RFC9421 = {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


def _describes(peer: Peer, *, href: str = "", software: Any = None, rel: str = NODEINFO) -> None:
    address = href or f"{peer.origin}/nodeinfo/2.1"
    links = {"links": [{"rel": rel, "href": address}]}
    peer.serve(f"{peer.origin}/.well-known/nodeinfo", links, content_type="application/json")
    said = {"version": "2.1", "software": software or {"name": "mastodon", "version": "4.5.1"}}
    peer.serve(address, said, content_type="application/json")


async def _heard(here: Instance, peer: Peer, name: str = "mia") -> KnownPeer:
    """What is known of the peer once it was heard."""
    mia = peer.actor(name)
    assert (await peer.post(here, peer.activity("Like", mia, "https://here.test/records/0"))).status_code == 202
    await here.work()
    return await here.run(lambda: KnownPeer.get(origin=peer.origin))


def _asked(network: Network) -> int:
    return len([request for request in network.requests if "nodeinfo" in request.url.path])


async def test_a_peer_is_asked_what_it_is_and_again_after_a_week(
    here: Instance, peer: Peer, network: Network, time_passes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "NEWS_SECONDS", 0.0)
    _describes(peer)
    known = await _heard(here, peer)
    assert (known.software, known.software_version, known.described_at is not None) == ("mastodon", "4.5.1", True)

    time_passes(timedelta(days=6))
    await _heard(here, peer, "mia")
    assert _asked(network) == 2
    _describes(peer, software={"name": "mastodon", "version": "4.6.0"})
    time_passes(timedelta(days=2))
    assert (await _heard(here, peer)).software_version == "4.6.0"
    assert _asked(network) == 4


NONSENSE: dict[str, dict[str, Any]] = {
    "an address elsewhere": {"href": "https://victim.test/nodeinfo/2.1"},
    "an address within": {"href": "http://127.0.0.1/nodeinfo"},
    "data": {"href": 'data:application/json,{"software":{"name":"x","version":"1"}}'},
    "a file": {"href": "file:///etc/passwd"},
    "another port": {"href": "https://peer.test:8443/nodeinfo/2.1"},
    "another schema": {"rel": "http://nodeinfo.diaspora.software/ns/schema/9"},
    "no name": {"software": {"name": 7, "version": []}},
    "software that is text": {"software": "mastodon"},
}


@pytest.mark.parametrize("how", NONSENSE.values(), ids=NONSENSE)
async def test_what_makes_no_sense_is_not_asked_for_twice_and_nobody_is_sent_elsewhere(
    here: Instance, peer: Peer, network: Network, how: dict[str, Any]
) -> None:
    _describes(peer, **how)

    known = await _heard(here, peer)

    assert (known.software, known.software_version, known.described_at is not None) == (None, None, True)
    assert {request.url.netloc.decode() for request in network.requests} <= {"peer.test", "here.test"}


async def test_a_peer_that_sends_us_round_or_says_too_much_stays_unknown(
    here: Instance, peer: Peer, network: Network
) -> None:
    _describes(peer, software={"name": "x" * 100_000, "version": "1"})
    assert (await _heard(here, peer)).software is None

    other = Peer(network, "other.test")
    moved = httpx.Response(302, headers={"location": f"{peer.origin}/.well-known/nodeinfo"})
    network.answers[f"{other.origin}/.well-known/nodeinfo"] = moved
    assert (await _heard(here, other)).software is None


async def test_instances_know_each_other_and_how_to_speak(here: Instance, there: Instance, network: Network) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert RFC9421 in document["generator"]["implements"]
    assert RFC9421 in (await here.get("/actor", accept="application/activity+json")).json()["implements"]

    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)

    posted = [request for request in network.requests if request.method == "POST"]
    assert posted
    assert all("signature-input" in request.headers for request in posted)
    for instance, other in ((here, there), (there, here)):
        known = await _known(instance, other.origin)
        assert known.software == "fedirec"


async def _known(instance: Instance, origin: str) -> KnownPeer:
    return await instance.run(lambda: KnownPeer.get(origin=origin))


@pytest.mark.parametrize("where", ["generator", "itself", "nowhere", "nonsense"])
async def test_who_advertises_rfc_9421_is_spoken_to_that_way(
    here: Instance, peer: Peer, network: Network, where: str
) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "generator": {"generator": {"type": "Application", "implements": [RFC9421]}},
        "itself": {"type": "Application", "implements": [RFC9421]},
        "nowhere": {"implements": [RFC9421]},
        "nonsense": {"generator": {"type": "Application", "implements": [7, None, {"href": ["x"]}, "x" * 5000]}},
    }
    mia = peer.actor("mia", **shapes[where])
    peer.serve(f"{mia}/inbox", {}, status=202)

    await here.run(follow, await here.join("ana"), await here.meet(mia))
    await here.work()

    posted = [request for request in network.requests if request.method == "POST"]
    assert ["signature-input" in request.headers for request in posted] == [where in ("generator", "itself")]
