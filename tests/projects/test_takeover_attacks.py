"""What is tried to take a project from leaders who are at work in it, or who trusted the wrong person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict, Forbidden
from fedirec.projects.actions import steps
from fedirec.projects.actions.leading import add_leader
from fedirec.projects.actions.projects import set_stage
from fedirec.projects.actions.takeovers import decide_takeovers, offer_to_lead, watch_leaders
from fedirec.projects.models import Project, Takeover
from fedirec.projects.stages import Stage
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.news import post_news
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Challenge, Submission
from tests.conftest import Pass
from tests.network import Instance
from tests.projects.stage import challenge_at, launch, let_in, project_at, step_at

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]
DAY = timedelta(days=1)


async def with_challenge(here: Instance, leader: Actor) -> tuple[Project, Challenge]:
    project = await launch(here, leader)
    rain = await challenge_at(here, leader)
    await here.run(steps.attach_challenge, leader, await step_at(here, project, "Script"), rain)
    return await project_at(here), await here.run(lambda: Challenge.get(id=rain.id).select_related("actor"))


async def test_whoever_works_in_the_challenges_the_needs_or_the_news_of_a_project_is_not_silent(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project, rain = await with_challenge(here, ana)
    draft = RecordDraft(title="Drops", text="Plip.", licence="CC0-1.0", challenge=rain)
    record = await here.run(publish_record, bo, draft)
    offered = await here.run(lambda: Submission.get(record_id=record.id))
    time_passes(40 * DAY)
    await here.run(accept_submission, ana, offered, "It rains.")
    time_passes(40 * DAY)
    assert await here.run(watch_leaders) == 0
    await here.run(lambda: name_need(ana, project.actor, "sng", "A voice"))
    time_passes(40 * DAY)
    assert await here.run(watch_leaders) == 0
    await here.run(lambda: post_news(ana, rain.actor, title="", text="Still raining."))
    time_passes(40 * DAY)
    assert await here.run(watch_leaders) == 0
    time_passes(10 * DAY)
    assert await here.run(watch_leaders) == 1  # now she is told


async def test_a_leader_who_chooses_among_what_was_offered_is_back(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project, rain = await with_challenge(here, ana)
    await let_in(here, ana, project, bo)
    for quarter in (45 * DAY, 15 * DAY):
        time_passes(quarter)
        assert await here.run(watch_leaders) == 1
    draft = RecordDraft(title="Drops", text="Plip.", licence="CC0-1.0", challenge=rain)
    record = await here.run(publish_record, cy, draft)
    offered = await here.run(lambda: Submission.get(record_id=record.id))
    await here.run(lambda: offer_to_lead(bo, project, words="I could."))
    time_passes(6 * DAY)
    await here.run(accept_submission, ana, offered, "It rains.")
    time_passes(2 * DAY)
    assert await here.run(decide_takeovers) == 0
    assert (await project_at(here)).stage == "early"
    assert [row.state for row in await here.run(lambda: Takeover.all())] == ["ended"]
    with pytest.raises(Conflict):
        await here.run(lambda: offer_to_lead(bo, project, words="While she works."))


async def test_a_leader_does_not_put_up_the_project_of_another_for_a_friend(here: Instance, time_passes: Pass) -> None:
    ana, mal = await here.join("ana"), await here.join("mal")
    project = await launch(here, ana)
    await let_in(here, ana, project, mal)
    await here.run(add_leader, ana, project, mal)
    with pytest.raises(Forbidden):
        await here.run(lambda: set_stage(mal, project, Stage.ADOPTABLE, reason="Who wants it?"))
    assert (await project_at(here)).stage == "early"
    for name, is_offered in (("mal", False), ("ana", True)):
        async with here.sign_in(name) as browser:
            assert ('value="adoptable"' in (await browser.get("/p/moonfilm/lead")).text) is is_offered
    await here.run(lambda: Actor.filter(id=ana.id).update(state="suspended"))
    project = await project_at(here)
    await here.run(lambda: set_stage(mal, project, Stage.ADOPTABLE, reason="She is gone, and I am too few."))
    assert (await project_at(here)).stage == "adoptable"
