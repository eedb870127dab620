"""Open steps of projects are found by who can do what they ask for."""

from __future__ import annotations

import httpx
import pytest

from fedirec.activitypub.models import Actor
from fedirec.projects.actions.announcing import introductions_of_adoptable
from fedirec.projects.actions.meeting import REST
from fedirec.projects.actions.projects import set_stage
from fedirec.projects.actions.steps import attach_challenge
from fedirec.projects.models import Project
from fedirec.projects.queries.fitting import steps_that_fit
from fedirec.projects.stages import Stage
from fedirec.remix.actions.instance_announcements import bring_news_up_to_date
from fedirec.remix.actions.needs import name_need
from tests.admin.test_instance_actor import announce, follows
from tests.api.programs import token_for
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.projects.stage import challenge_at, launch, step_at
from tests.remix.test_sharing import ATOM, entries


async def test_an_open_step_is_found_by_who_makes_what_its_challenge_asks_for(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    step = await step_at(here, project, "Script")
    rain = await challenge_at(here, ana, kinds=["video"])
    await here.run(attach_challenge, ana, step, rain)

    async def found(viewer: object, *skills: str) -> list[tuple[str, str]]:
        rows = await here.run(lambda: steps_that_fit(viewer, list(skills), limit=4))  # type: ignore[arg-type]
        return [(step.title, skill) for step, _, skill in rows]

    assert await found(bo, "sng", "anm") == [("Script", "anm")]
    assert await found(bo, "sng") == []
    assert await found(bo) == []
    assert await found(ana, "anm") == []


@pytest.mark.one_database
async def test_it_stands_on_the_first_page(here: Instance) -> None:
    ana, _ = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    await here.run(attach_challenge, ana, await step_at(here, project, "Script"), await challenge_at(here, ana))
    async with here.sign_in("bo") as browser:
        assert "Steps that need your skill" not in (await browser.get("/")).text
        await browser.post("/settings/skills", data={"from": "home", "skills": ["anm"]})
        assert "Steps that need your skill" in (await browser.get("/")).text


async def test_what_projects_elsewhere_look_for_is_found_on_the_first_evening(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, _ = await there.join("ana"), await here.join("bo")
    project = await launch(there, ana)
    rain = await challenge_at(there, ana, kinds=["video"])
    await there.run(attach_challenge, ana, await step_at(there, project, "Script"), rain)
    await there.run(name_need, ana, project.actor, "anm", "Twelve drawings.")
    kite = await launch(there, ana, title="Tin kite", slug="kite")
    stood = Stage(kite.stage)
    await there.run(lambda: set_stage(ana, kite, Stage.ADOPTABLE, reason="I have no time."))
    hidden = await launch(there, await there.join("cy"), title="Shy kite", slug="shy")
    await there.run(lambda: Project.filter(id=hidden.id).update(stage="adoptable"))
    await there.run(lambda: Actor.filter(handle="cy").update(is_indexable=False))
    await announce(there)

    async def tell() -> None:
        await there.run(bring_news_up_to_date, introductions_of_adoptable)
        await settle(here, there)

    await follows(here, there)
    await tell()
    program = await token_for(here, "bo")
    async with here.sign_in("bo") as browser, here.client() as client:
        client.headers = httpx.Headers({"accept": "application/json", "authorization": f"Bearer {program}"})
        await browser.post("/settings/skills", data={"from": "home", "skills": ["anm"]})
        first = (await browser.get("/")).text
        assert ("Twelve drawings." in first, "Steps that need your skill" in first) == (True, True)
        assert "Twelve drawings." in (await browser.get("/?tab=skills")).text
        needs = (await client.get("/api/needs")).json()["items"]
        assert [need["words"] for need in needs] == ["Twelve drawings."]
        assert "Moon film" in (await browser.get("/projects?skill=anm")).text

        async def adoptable() -> list[set[str]]:
            pages = [(await browser.get(path)).text for path in ("/?tab=adoptable", "/slate?stage=adoptable")]
            listed = (await client.get("/api/projects?stage=adoptable")).json()["items"]
            shown = [
                {title for title in ("Tin kite", "Shy kite", "Moon film") if f">{title}<" in page} for page in pages
            ]
            return [*shown, {each["title"] for each in listed}]

        assert await adoptable() == [{"Tin kite"}] * 3
        feed = await here.get("/tags/moon/feed")
        assert {"Moon film", "Tin kite"} <= {entry.findtext(f"{ATOM}title") for entry in entries(feed)}
        await there.run(lambda: set_stage(ana, kite, stood, reason="I have time again."))
        time_passes(2 * REST)
        await tell()
        assert await adoptable() == [set()] * 3
