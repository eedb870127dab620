"""Whoever does not want to be searched is not found by their words (FEP-5feb), here or elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, Peer

ACTIVITY = "application/activity+json"


async def _finds(instance: Instance, words: str) -> bool:
    answer = await instance.get(f"/explore?q={words}")
    assert answer.status_code == 200
    return "/records/" in answer.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("said", "is_found"),
    [({}, False), ({"indexable": False}, False), ({"indexable": "yes"}, False), ({"indexable": True}, True)],
)
async def test_posts_from_elsewhere_are_found_only_where_their_author_says_so(
    here: Instance, network: Network, said: dict[str, Any], is_found: bool
) -> None:
    peer = Peer(network)
    mia = peer.actor("mia", **said)
    note = peer.note(mia, content="<p>thunderstorm</p>", tag=[{"type": "Hashtag", "name": "#weather"}])
    peer.serve(note["id"], {"@context": CONTEXT, **note})
    await here.find_record(note["id"])

    assert await _finds(here, "thunderstorm") is is_found
    assert "thunderstorm" in (await here.get("/tags/weather")).text


async def test_a_member_can_keep_out_of_search_here_and_elsewhere(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    draft = RecordDraft(title="Thunderstorm", text="Rumble", licence="CC0-1.0")
    await here.run(publish_record, ana, draft)
    await settle(here, there)
    assert [await _finds(each, "thunderstorm") for each in (here, there)] == [True, True]

    async with here.sign_in("ana") as browser:
        form = {"name": "Ana", "about": "", "unlisted": "on"}
        assert (await browser.post("/settings", data=form)).status_code == 303
        assert "checked" in (await browser.get("/settings")).text
        assert "/records/" in (await browser.get("/explore?q=thunderstorm")).text, "she finds it herself"
    await settle(here, there)

    assert (await here.get("/u/ana", accept=ACTIVITY)).json()["indexable"] is False
    assert (await there.run(lambda: Actor.get(uri=ana.uri))).is_indexable is False
    assert [await _finds(each, "thunderstorm") for each in (here, there)] == [False, False]

    async with here.sign_in("ana") as browser:
        assert (await browser.post("/settings", data={"name": "Ana", "about": ""})).status_code == 303
    await settle(here, there)
    assert [await _finds(each, "thunderstorm") for each in (here, there)] == [True, True]
