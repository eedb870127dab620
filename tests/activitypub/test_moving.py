"""Moving to another server and coming from one: both addresses have to say so, and nobody is sent round in circles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.moving import come_back, move_away, set_aliases
from fedirec.clock import now
from fedirec.errors import Conflict, Invalid
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


@pytest.fixture
def other(network: Network) -> Peer:
    return Peer(network, "other.test")


async def _follow(here: Instance, name: str, uri: str) -> tuple[Actor, Actor]:
    """Somebody of ours, and whom they follow."""
    ana, mia = await here.join(name), await here.meet(uri)
    await here.run(follow, ana, mia)
    await here.run(lambda: Follow.filter(target_id=mia.id).update(accepted_at=now()))
    return ana, mia


async def _move(here: Instance, peer: Peer, old: str, target: str, **more: Any) -> None:
    await peer.post(here, peer.activity("Move", old, more.pop("object", old), target=target, **more))
    await here.work()


async def _follows_of(follower: Actor) -> list[Follow]:
    return await Follow.filter(follower_id=follower.id).select_related("target")


async def _followed(here: Instance) -> set[str]:
    return {row.target.uri for row in await here.run(lambda: Follow.all().select_related("target"))}


async def test_who_follows_somebody_that_moves_follows_them_there(
    here: Instance, peer: Peer, other: Peer, network: Network
) -> None:
    old = peer.actor("mia")
    new = other.actor("mia", key=OTHER_RSA, alsoKnownAs=[old])
    peer.serve(f"{old}/inbox", {}, status=202)
    other.serve(f"{new}/inbox", {}, status=202)
    await _follow(here, "ana", old)
    await _follow(here, "bo", old)

    await _move(here, peer, old, new)

    assert await _followed(here) == {new}
    assert await here.run(lambda: Follow.all().count()) == 2
    assert (await here.run(lambda: Actor.get(uri=old))).moved_to == new
    posted = [str(request.url) for request in network.requests if request.method == "POST"]
    assert posted.count(f"{new}/inbox") == 2, "a Follow of each"
    assert posted.count(f"{old}/inbox") >= 2, "an Undo of each"


async def test_nobody_is_moved_where_nobody_knows_of_it(here: Instance, peer: Peer, other: Peer) -> None:
    old, bob = peer.actor("mia"), peer.actor("bob", key=OTHER_RSA)
    stranger = other.actor("mia", key=OTHER_RSA)
    gone = other.actor("gone", key=OTHER_RSA, alsoKnownAs=[old], movedTo=old)
    await _follow(here, "ana", old)

    await _move(here, peer, old, stranger)
    await _move(here, peer, old, old)
    await _move(here, peer, old, f"{other.origin}/users/nobody")
    other.actor("mia", key=OTHER_RSA, alsoKnownAs=[old])
    await _move(here, peer, bob, stranger, object=old)
    assert (await _followed(here), (await here.run(lambda: Actor.get(uri=old))).moved_to) == ({old}, None)

    await here.run(lambda: Actor.filter(uri=gone).update(moved_to=old))
    await here.meet(gone)
    await here.run(lambda: Actor.filter(uri=gone).update(moved_to=old))
    await _move(here, peer, old, gone)
    assert await _followed(here) == {old}


async def test_between_two_moves_there_are_seven_days(
    here: Instance, peer: Peer, other: Peer, time_passes: Pass
) -> None:
    old = peer.actor("mia")
    first = other.actor("first", key=OTHER_RSA, alsoKnownAs=[old])
    second = other.actor("second", key=OTHER_RSA, alsoKnownAs=[old])
    for uri in (old, first, second):
        other.serve(f"{uri}/inbox", {}, status=202)
    await _follow(here, "ana", old)

    await _move(here, peer, old, first)
    await _move(here, peer, old, second)
    assert (await here.run(lambda: Actor.get(uri=old))).moved_to == first

    time_passes(timedelta(days=7, hours=1))
    await _move(here, peer, old, second)
    assert (await here.run(lambda: Actor.get(uri=old))).moved_to == second
    assert await _followed(here) == {first}, "who followed them then has moved on"


async def test_only_so_many_moves_make_us_look(here: Instance, peer: Peer, other: Peer, network: Network) -> None:
    old = peer.actor("mia")
    new = other.actor("mia", key=OTHER_RSA)
    await here.meet(old)

    for _ in range(12):
        await _move(here, peer, old, new)

    assert len([request for request in network.requests if str(request.url) == new]) <= 6


async def test_a_member_moves_away_and_their_followers_go_along(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    dan = await here.join("dan")
    new = await there.join("ana")
    await here.run(follow, dan, ana)
    for instance, follower in ((there, bo), (elsewhere, cy)):
        await instance.run(follow, follower, await instance.meet(ana))
    await settle(here, there, elsewhere)

    with pytest.raises(Conflict):
        await here.run(move_away, here.state["remote"], ana, new.uri)
    await there.run(set_aliases, new, [ana.uri])
    await here.run(move_away, here.state["remote"], ana, new.uri)
    await settle(here, there, elsewhere)

    assert (await here.get("/u/ana", accept="application/activity+json")).json()["movedTo"] == new.uri
    assert (await there.get("/u/ana", accept="application/activity+json")).json()["alsoKnownAs"] == [ana.uri]
    for instance, follower in ((here, dan), (there, bo), (elsewhere, cy)):
        followed = await instance.run(_follows_of, follower)
        assert [(row.target.uri, row.accepted_at is not None) for row in followed] == [(new.uri, True)]
    assert (await elsewhere.meet(ana)).moved_to == new.uri
    assert await here.run(lambda: Follow.filter(target_id=ana.id).count()) == 0

    with pytest.raises(Conflict):
        await here.run(move_away, here.state["remote"], ana, new.uri)
    await here.run(come_back, ana)
    await settle(here, there, elsewhere)
    assert "movedTo" not in (await here.get("/u/ana", accept="application/activity+json")).json()


async def test_other_names_are_addresses_of_somebody_else_and_ten_at_most(here: Instance) -> None:
    ana = await here.join("ana")

    for aliases in (["ana"], [ana.uri], ["javascript:alert(1)"], [f"https://other.test/u/{n}" for n in range(11)]):
        with pytest.raises(Invalid):
            await here.run(set_aliases, ana, aliases)
    await here.run(set_aliases, ana, ["https://other.test/u/ana ", "https://other.test/u/ana"])

    assert (await here.run(lambda: Actor.get(id=ana.id))).also_known_as == ["https://other.test/u/ana"]
