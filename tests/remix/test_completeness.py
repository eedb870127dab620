"""How complete a trail is stands on its page and in its JSON, and members can have others asked once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.clock import now
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.completeness import completeness_of
from fedirec.remix.queries.trails import trail_of
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.spreading import publish, serve_pages, serve_source

LATER = timedelta(hours=1)


async def later(instance: Instance) -> None:
    """An hour has gone by since anybody was asked."""

    async def passing() -> None:
        await Record.filter(remixes_asked_at__not_isnull=True).update(remixes_asked_at=now() - LATER)
        await Source.filter(asked_at__not_isnull=True).update(asked_at=now() - LATER)

    await instance.run(passing)


async def test_a_trail_of_our_own_people_says_nothing_about_it(here: Instance) -> None:
    ana = await here.join("ana")
    rain = await publish(here, ana, "Rain")
    await publish(here, ana, "Slow rain", rain)
    page = await here.get(f"{rain.removeprefix(here.origin)}/lineage")
    assert "How complete" not in page.text
    document = (await here.get(f"{rain.removeprefix(here.origin)}/lineage.json")).json()
    assert document["completeness"]["isWhole"] is True


async def test_what_could_not_be_reached_is_named_and_asked_for_again_when_a_member_wants_it(
    here: Instance, there: Instance, network: Network
) -> None:
    await here.join("ana")
    rain = await publish(there, await there.join("bo"), "Rain")
    peer = Peer(network)
    mia = peer.actor("mia")
    note = peer.note(mia, "film", kind="record", isBasedOn=[rain]) | {"name": "Film"}
    peer.serve(note["id"], {"@context": CONTEXT, **note})
    network.down.add(there.host)

    film = note["id"]
    record = await here.find_record(film)
    await here.work()

    found = await here.run(_completeness, film)
    assert [each.uri for each in found.missing] == [rain]
    assert found.missing[0].problem
    path = f"/records/remote/{record.id}/lineage"
    async with here.sign_in("ana") as browser:
        page = await browser.get(path)
        assert "1 work could not be reached." in page.text
        assert rain in page.text
        assert "Ask again" in page.text
        document = (await here.get(f"{path}.json")).json()["completeness"]
        assert document["isWhole"] is False
        assert document["missing"][0]["source"] == rain
        assert document["missing"][0]["askedAt"]

        await here.work()
        network.down.clear()
        told = await browser.post(f"{path}/ask", data={"do": "ask"}, follow_redirects=True)
        assert "Everybody was asked just now." in told.text
        await later(here)
        told = await browser.post(f"{path}/ask", data={"do": "ask"}, follow_redirects=True)
        assert "They are being asked." in told.text
        await settle(here, there)
        page = await browser.get(path)
    assert "could not be reached" not in page.text
    assert (await here.run(_completeness, film)).is_whole
    assert rain in (await here.run(trail_of, film)).up


@pytest.mark.parametrize("who", ["a stranger", "a guest"])
async def test_only_members_can_have_others_asked(here: Instance, network: Network, who: str) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    record = await here.find_record(rain)
    page = await here.get(f"/records/remote/{record.id}/lineage")
    assert "Not everybody was asked yet" in page.text
    assert "Ask again" not in page.text
    if who == "a stranger":
        async with here.client() as client:
            answer = await client.post(f"/records/remote/{record.id}/lineage/ask", data={"do": "ask"})
            assert answer.status_code in (303, 401)
        assert await here.work() == 0


async def _completeness(uri: str) -> Any:
    return await completeness_of(await trail_of(uri))


CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "fr": "https://w3id.org/fedirec/ns#",
        "kind": "fr:kind",
        "schema": "http://schema.org/",
        "isBasedOn": {"@id": "schema:isBasedOn", "@type": "@id"},
    },
]
