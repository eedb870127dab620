"""The first page says what somebody could do right now with what they can do, wherever it is looked for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.tags import follow_tag
from fedirec.remix.models import Need
from fedirec.remix.queries.matching import fitting, skill_for
from tests.admin.test_instance_actor import announce, follows, open_one
from tests.network import Instance, settle


async def what_fits(instance: Instance, viewer: Actor, *skills: str) -> list[str]:
    found = await instance.run(fitting, viewer, list(skills))
    asks = [fit.need or fit.challenge for fit in found]
    return [ask.words if isinstance(ask, Need) else ask.title for ask in asks if ask is not None]


async def test_what_fits_is_found_across_instances_with_the_reason_in_words(here: Instance, there: Instance) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    rain = await open_one(there, ana, "rain", kinds=["text"])
    await there.run(name_need, ana, rain.actor, "anm", "Twelve drawings.")
    await open_one(there, ana, "snow", kinds=["video"], deadline_at=now() + timedelta(days=3))
    await open_one(there, ana, "song", kinds=["audio"])
    await announce(there)
    await follows(here, there)
    await settle(here, there)
    assert await what_fits(here, bo, "anm") == ["Twelve drawings.", "Snow"]
    assert await what_fits(here, bo, "sng") == ["Song"]
    assert await what_fits(here, bo) == []
    async with here.sign_in("bo") as browser:
        asked = await browser.get("/")
        assert "What do you like to do?" in asked.text
        answer = await browser.post("/settings/skills", data={"from": "home", "skills": ["anm"]})
        assert answer.headers["location"] == "/"
        page = (await browser.get("/")).text
        for tab in ("/", "/?tab=skills"):
            page = (await browser.get(tab)).text
            assert "Animator wanted" in page
            assert "Twelve drawings." in page
            assert "It asks for" in page
            assert page.index("Animator wanted") < page.index("Snow")
        (url,) = set(re.findall(r'href="(/needs/\d+)"', page))
        assert (await browser.get(url)).status_code == 200


async def test_nothing_of_ones_own_or_of_whom_one_keeps_away_from(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana, "rain")
    await here.run(name_need, ana, rain.actor, "anm", "Drops.")
    assert await what_fits(here, ana, "anm") == []
    assert await what_fits(here, bo, "anm") == ["Drops."]
    await here.run(lambda: Actor.filter(id=rain.actor_id).update(is_quiet=True))
    assert await what_fits(here, bo, "anm") == []


@pytest.mark.one_database
async def test_what_closes_first_comes_first_and_what_is_over_not_at_all(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    for slug, days in (("late", 20), ("soon", 1), ("next", 5)):
        await open_one(here, ana, slug, deadline_at=now() + timedelta(days=days))
    assert await what_fits(here, bo, "sng") == ["Soon", "Next", "Late"]
    async with here.sign_in("bo") as browser:
        page = (await browser.get("/")).text
        assert "What do you like to do?" in page


@pytest.mark.parametrize(
    ("kinds", "skills", "fits"),
    [
        ([], ["anm"], "anm"),
        (["video"], ["sng", "anm"], "anm"),
        (["audio"], ["anm"], None),
        ([], [], None),
        (["sculpture"], ["anm"], None),
    ],
)
def test_a_challenge_fits_by_what_a_skill_makes(kinds: list[str], skills: list[str], fits: str | None) -> None:
    assert skill_for(kinds, skills) == fits


async def test_following_a_tag_shows_challenges_that_carry_it_from_anywhere(here: Instance, there: Instance) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    await open_one(there, ana, "rain", tags=["Winter"])
    await open_one(there, ana, "song")
    for slug in ("rain", "song"):
        await here.find_challenge(f"{there.origin}/c/{slug}")
    await here.run(follow_tag, bo, "#winter")
    async with here.sign_in("bo") as browser:
        page = (await browser.get("/?tab=interests")).text.partition('class="feed"')[2].partition("<aside")[0]
    assert "Rain" in page
    assert "Song" not in page
