"""What people say of what they can do: to nobody, or to everybody, here and on other instances."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.activitypub.models import Actor
from fedirec.remix.actions.profiles import MAX_WORDS, read_profile
from fedirec.remix.actions.tags import follow_tag
from fedirec.remix.models import Ability, Profile
from fedirec.remix.queries.profiles import people_who_can, said_by
from fedirec.remix.roles import RELATORS
from fedirec.remix.skills import MAX_SKILLS
from tests.network import Instance, Network, settle
from tests.peer import Peer

SKILLS = "/settings/skills"


async def say(instance: Instance, name: str, **fields: Any) -> Any:
    async with instance.sign_in(name) as browser:
        return await browser.post(SKILLS, data=fields)


async def test_what_one_can_do_is_seen_by_others_only_if_one_wants_it(here: Instance) -> None:
    ana = await here.join("ana")
    await say(here, "ana", skills=["sng", "anm"])
    page = await here.get("/u/ana")
    assert "Singer" not in page.text
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert "skills" not in document
    await say(here, "ana", skills=["sng", "anm"], shows_skills="on", available_for="Voices for <b>short</b> films")
    page = await here.get("/u/ana")
    assert "Singer, Animator" in page.text
    assert "Voices for &lt;b&gt;short&lt;/b&gt; films" in page.text
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert document["skills"] == [f"{RELATORS}sng", f"{RELATORS}anm"]
    assert document["availableFor"] == "Voices for <b>short</b> films"
    await say(here, "ana", skills=["sng"])
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert not {"skills", "availableFor"} & document.keys()
    assert not await here.run(lambda: Ability.filter(actor_id=ana.id).exists())


async def test_it_travels_and_changes_on_other_instances(here: Instance, there: Instance) -> None:
    ana = await there.join("ana")
    await there.run(follow_tag, ana, "#Winter")
    await say(there, "ana", skills=["anm"], shows_skills="on", available_for="Drawings", interests=["winter"])
    known = await here.meet(ana)
    await settle(here, there)
    known = await here.run(lambda: Actor.get(id=known.id))
    said = await here.run(said_by, known)
    assert (list(said.skills), said.available_for, list(said.interests)) == (["anm"], "Drawings", ["winter"])
    assert [person.uri for person in await here.run(lambda: people_who_can("anm", viewer=None, limit=5))] == [ana.uri]
    page = await here.get(f"/people/remote/{known.id}")
    assert "Animator" in page.text
    assert "Drawings" in page.text
    await say(there, "ana", skills=["anm"])
    await here.run(lambda: Actor.filter(id=known.id).update(fetched_at=None))
    await here.run(here.state["remote"].find_actor, ana.uri, fresh=True)
    await settle(here, there)
    said = await here.run(said_by, await here.run(lambda: Actor.get(id=known.id)))
    assert not said.skills
    assert not said.available_for


async def test_what_strangers_say_is_cut_to_size_and_of_skills_that_are_known(here: Instance, network: Network) -> None:
    peer = Peer(network, "loud.test")
    named = [RELATORS + code for code in ("anm", "anm", "king", "sng")]
    mia = peer.actor("mia", skills=[*named, {"id": 3}, 7, "x" * 5000], availableFor="much\n\tof it " * 200)
    known = await here.meet(mia)
    await here.work()
    profile = await here.run(lambda: Profile.get(actor_id=known.id))
    assert len(profile.available_for) <= MAX_WORDS
    assert "\n" not in profile.available_for
    rows = await here.run(lambda: Ability.filter(actor_id=known.id).order_by("id").values_list("skill", flat=True))
    assert sorted(map(str, rows)) == ["anm", "sng"]


@pytest.mark.parametrize(
    "document",
    [{}, {"skills": 3}, {"skills": {"id": None}}, {"skills": "anm", "availableFor": ["a"]}, {"skills": [[]]}],
)
def test_nonsense_says_nothing(document: dict[str, Any]) -> None:
    skills, words = read_profile(document)
    assert words == ""
    assert len(skills) <= MAX_SKILLS


@pytest.mark.one_database
async def test_bad_input_is_answered_beside_its_field_and_what_was_typed_stays(here: Instance) -> None:
    await here.join("ana")
    answer = await say(here, "ana", skills=["sng"], available_for="x" * (MAX_WORDS + 1))
    assert answer.status_code == 422
    assert "Please keep it under 300 characters." in answer.text
    assert "x" * (MAX_WORDS + 1) in answer.text
    answer = await say(here, "ana", skills=["king"])
    assert answer.status_code == 422


@pytest.mark.one_database
async def test_tags_that_are_not_followed_cannot_be_shown_and_go_with_the_follow(here: Instance) -> None:
    ana = await here.join("ana")
    await here.run(follow_tag, ana, "winter")
    await say(here, "ana", interests=["winter", "summer"])
    assert list((await here.run(said_by, ana)).interests) == ["winter"]
    assert "#winter" in (await here.get("/u/ana")).text
    async with here.sign_in("ana") as browser:
        await browser.post("/tags/winter", data={"do": "unfollow"})
    assert not (await here.run(said_by, ana)).interests
    document = (await here.get("/u/ana", accept="application/activity+json")).json()
    assert "interest" not in document


@pytest.mark.one_database
async def test_people_who_do_not_want_to_be_found_are_not_found_by_their_skills(here: Instance) -> None:
    ana = await here.join("ana")
    await say(here, "ana", skills=["anm"], shows_skills="on")
    before = {"is_indexable": True, "is_quiet": False, "state": "active", "without_name": False}

    async def found_with(**changes: Any) -> int:
        await here.run(lambda: Actor.filter(id=ana.id).update(**{**before, **changes}))
        return len(await here.run(lambda: people_who_can("anm", viewer=None, limit=5)))

    assert await found_with() == 1
    for changes in ({"is_indexable": False}, {"is_quiet": True}, {"state": "suspended"}, {"without_name": True}):
        assert await found_with(**changes) == 0
