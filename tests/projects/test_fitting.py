"""Open steps of projects are found by who can do what they ask for."""

from __future__ import annotations

import pytest

from fedirec.projects.actions.steps import attach_challenge
from fedirec.projects.queries.fitting import steps_that_fit
from tests.network import Instance
from tests.projects.stage import challenge_at, launch, step_at


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
