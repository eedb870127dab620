"""Whatever arrives at the inbox is handled as a whole, or not at all, and never breaks anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activitypub.sinks import Sinks
from tests.fuzz.budget import tries
from tests.fuzz.mutations import HOST, TYPES, Change, anything, changed, changes, documents
from tests.fuzz.neighbours import (
    MAKES,
    Neighbour,
    be_followed,
    comes_to_rest,
    give_our_record_its_address,
    nothing_broke,
    rows_of,
)
from tests.network import Instance
from tests.remix.test_comments import publish

Step = tuple[int, list[Change]]
steps = st.lists(st.tuples(st.integers(0, 99), changes), min_size=1, max_size=4)
activities = st.fixed_dictionaries(
    {"id": st.sampled_from([f"https://{HOST}/a/{number}" for number in range(3)]), "type": st.sampled_from(TYPES)},
    optional={"object": documents | anything, "to": anything, "cc": anything, "target": anything, "proof": documents},
)


@pytest.fixture
def network() -> Sinks:
    return Sinks()


@pytest.fixture
async def home(here: Instance) -> Instance:
    """An instance where ana has published something, which others speak of."""
    ana = await here.join("ana")
    await give_our_record_its_address(here, await publish(here, ana))
    return here


@tries(30)
@given(make=st.sampled_from(sorted(MAKES)), said=steps)
async def test_what_a_server_says_wrongly_breaks_nothing(
    home: Instance, network: Sinks, caplog: pytest.LogCaptureFixture, make: str, said: list[Step]
) -> None:
    neighbour = Neighbour(network, make)
    await be_followed(home, neighbour)
    for number, by in said:
        activity = changed(neighbour.documents[number % len(neighbour.documents)], by)
        before = await rows_of(home)
        await comes_to_rest(home, await neighbour.post(home, activity), before)
        nothing_broke(caplog)


@tries(30)
@given(said=st.lists(activities, min_size=1, max_size=3), also=documents)
async def test_what_only_looks_like_an_activity_breaks_nothing(
    home: Instance,
    network: Sinks,
    caplog: pytest.LogCaptureFixture,
    said: list[dict[str, Any]],
    also: dict[str, Any],
) -> None:
    neighbour = Neighbour(network, "mastodon")
    await be_followed(home, neighbour)
    for activity in said:
        before = await rows_of(home)
        answer = await neighbour.post(
            home, also | {"@context": neighbour.actor["@context"]} | activity | {"actor": neighbour.author}
        )
        await comes_to_rest(home, answer, before)
        nothing_broke(caplog)


@tries(20)
@given(make=st.sampled_from(sorted(MAKES)), by=changes, about=st.integers(0, 99))
async def test_whatever_a_server_serves_when_it_is_asked_breaks_nothing(
    home: Instance, network: Sinks, caplog: pytest.LogCaptureFixture, make: str, by: list[Change], about: int
) -> None:
    """Its documents are good when they are sent, and bad when they are asked for."""
    neighbour = Neighbour(network, make)
    await be_followed(home, neighbour)
    document = neighbour.documents[about % len(neighbour.documents)]
    told = document.get("object", document)
    if isinstance(told, dict) and isinstance(told.get("id"), str):
        neighbour.peer.serve(told["id"], changed({"@context": document["@context"], **told}, by))
    uri = told["id"] if isinstance(told, dict) and "id" in told else told
    announce = {"@context": neighbour.actor["@context"], "id": f"https://{HOST}/announce", "type": "Announce"}
    announce |= {"actor": neighbour.author, "object": uri, "to": [f"{neighbour.author}/followers", "as:Public"]}
    before = await rows_of(home)
    await comes_to_rest(home, await neighbour.post(home, announce), before)
    nothing_broke(caplog)
