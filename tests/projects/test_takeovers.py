"""A leader is silent for too long, and a member takes the project over: who is told, and what is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound
from fedirec.projects.actions import steps
from fedirec.projects.actions.leaders_news import tell_followers
from fedirec.projects.actions.leading import add_leader, remove_leader, step_down
from fedirec.projects.actions.members import ask_to_join, leave_project, remove_member
from fedirec.projects.actions.projects import set_stage
from fedirec.projects.actions.takeovers import decide_takeovers, offer_to_lead, watch_leaders, withdraw_offer
from fedirec.projects.actions.tasks import TaskDraft, finish_task, make_task
from fedirec.projects.models import Project, ProjectMember, Takeover
from fedirec.projects.queries.projects import get_project_row
from fedirec.projects.stages import Stage
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import withdraw_submission
from fedirec.remix.models import Challenge, GroupLeader, LogEntry, News, Submission
from fedirec.remix.terms import Terms
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.projects.stage import step_at
from tests.projects.test_tasks import a_project, joins

DAY = timedelta(days=1)


async def fresh(instance: Instance, project: Project) -> Project:
    return await instance.run(lambda: Project.get(id=project.id).select_related("actor", "creator"))


async def leaders(instance: Instance, project: Project) -> list[str]:
    rows = await instance.run(lambda: GroupLeader.filter(group_id=project.actor_id).select_related("actor"))
    return [row.actor.handle for row in rows]


async def told(instance: Instance) -> list[tuple[str, str]]:
    kinds = ("leaders_quiet", "project_adoptable", "lead_offered", "leader_back", "taken_over", "leads_now")
    rows = await instance.run(
        lambda: Notification.filter(kind__in=kinds).order_by("id").select_related("account__actor")
    )
    return [(row.account.actor.handle, row.kind) for row in rows]


async def logged(instance: Instance, project: Project) -> list[str]:
    kinds = ("adoptable", "takeover_offered", "takeover_ended", "taken_over")
    return [
        row.kind
        for row in await instance.run(lambda: LogEntry.filter(group_id=project.actor_id, kind__in=kinds).order_by("id"))
    ]


async def states(instance: Instance) -> list[str]:
    return [row.state for row in await instance.run(lambda: Takeover.all().order_by("id"))]


async def falls_silent(instance: Instance, time_passes: Pass, days: int = 60) -> None:
    """The leaders do nothing for so long that they are told, and for so long after that that anybody may lead."""
    time_passes(days * DAY * 3 / 4)
    assert await instance.run(watch_leaders) == 1
    time_passes(days * DAY / 4)
    assert await instance.run(watch_leaders) == 1


async def test_a_leader_falls_silent_is_told_and_a_member_takes_over(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana)
    await joins(here, project, bo)
    await joins(here, project, cy, trusted_by=ana)
    time_passes(44 * DAY)
    assert await here.run(watch_leaders) == 0
    time_passes(DAY)
    assert await here.run(watch_leaders) == 1
    assert await here.run(watch_leaders) == 0
    assert await told(here) == [("ana", "leaders_quiet")]
    time_passes(15 * DAY)
    assert await here.run(watch_leaders) == 1
    stands = await fresh(here, project)
    assert (stands.stage, stands.stage_before) == ("adoptable", "early")
    assert await told(here) == [
        ("ana", "leaders_quiet"),
        *((name, "project_adoptable") for name in ("ana", "bo", "cy")),
    ]
    assert "Looking for somebody to lead it" in [row.title for row in await here.run(lambda: News.all())]

    async with here.sign_in("bo") as browser:
        for path in ("/?tab=adoptable", "/slate?stage=adoptable"):
            assert "The fox film" in (await browser.get(path)).text
        assert "Who will lead it?" in (await browser.get("/p/fox")).text
        page = await browser.get("/p/fox/takeover")
        assert "60 days" in page.text
        assert (await browser.post("/p/fox/takeover", data={"words": " "})).status_code == 422
        offered = await browser.post("/p/fox/takeover", data={"words": "I go on with the fox."})
        assert offered.status_code == 303, offered.text
        assert "I go on with the fox." in (await browser.get("/p/fox/takeover")).text
        assert (await browser.post("/p/fox/takeover", data={"words": "Me!"})).status_code == 422
    time_passes(6 * DAY)
    await here.run(lambda: offer_to_lead(cy, project, words="Or me."))
    assert await here.run(decide_takeovers) == 0
    time_passes(DAY)
    assert await here.run(decide_takeovers) == 1
    assert await here.run(decide_takeovers) == 0

    taken = await fresh(here, project)
    assert taken.creator is not None
    assert (taken.stage, taken.creator.handle) == ("early", "cy")  # the trusted go first
    assert await leaders(here, project) == ["cy"]
    assert await states(here) == ["overtaken", "done"]
    assert await logged(here, project) == ["adoptable", "takeover_offered", "takeover_offered", "taken_over"]
    before = await here.run(lambda: ProjectMember.get(project_id=project.id, actor_id=ana.id))
    assert before.state == "active"
    assert {("cy", "leads_now"), ("ana", "taken_over"), ("bo", "taken_over")} <= set(await told(here))
    assert await here.run(watch_leaders) == 0
    with pytest.raises(Forbidden):
        await here.run(make_task, ana, project, TaskDraft(title="x"))


@pytest.mark.one_database
async def test_anything_that_a_leader_does_takes_it_back(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    await falls_silent(here, time_passes)
    await here.run(lambda: offer_to_lead(bo, project, words="I could."))
    time_passes(6 * DAY)
    with pytest.raises(Invalid):
        await here.run(lambda: tell_followers(ana, project, title="I am", text=" "))
    assert (await fresh(here, project)).stage == "adoptable", "what was refused was not done"
    await here.run(make_task, ana, project, TaskDraft(title="I am here"))
    stands = await fresh(here, project)
    assert (stands.stage, stands.stage_before) == ("early", None)
    assert await states(here) == ["ended"]
    assert ("bo", "leader_back") in await told(here)
    time_passes(2 * DAY)
    assert await here.run(decide_takeovers) == 0
    assert await leaders(here, project) == ["ana"]
    with pytest.raises(Conflict):
        await here.run(lambda: offer_to_lead(bo, project, words="While a leader is there."))


@pytest.mark.one_database
async def test_what_leaders_put_up_themselves_stays_up_until_they_say_otherwise(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    time_passes(8 * DAY)
    await here.run(lambda: set_stage(ana, project, Stage.ADOPTABLE, reason="No time any more."))
    await here.run(make_task, ana, project, TaskDraft(title="For whoever comes"))
    assert (await fresh(here, project)).stage == "adoptable"
    assert await told(here) == [("bo", "project_adoptable")], "whoever could take it over knows"
    await here.run(lambda: offer_to_lead(bo, project, words="Gladly."))
    await here.run(lambda: set_stage(ana, project, Stage.EARLY, reason="I have time again."))
    assert (await fresh(here, project)).stage == "early"
    assert await states(here) == ["ended"]


async def test_those_who_made_something_for_a_project_that_is_given_up_read_why(
    here: Instance, there: Instance
) -> None:
    ana, bo, cy, dee = [await here.join(name) for name in ("ana", "bo", "cy", "dee")]
    eve = await there.join("eve")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    await joins(here, project, await here.meet(eve))
    draft = ChallengeDraft(title="Foxes", slug="foxes", text="Draw.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    step = await step_at(here, project, "Script")
    await here.run(steps.attach_challenge, ana, step, challenge)
    for author in (cy, dee):
        work = RecordDraft(title="A fox", text="la", licence="CC-BY-4.0", challenge=challenge)
        await here.run(publish_record, author, work)
    taken_back = await here.run(lambda: Submission.get(record__author_id=dee.id))
    await here.run(withdraw_submission, dee, taken_back)
    eve_here = await here.run(lambda: Actor.get(uri=eve.uri))
    await joins(here, project, dee)
    for title, who in (("Sky", bo), ("Sea", bo), ("Sun", eve_here), ("Moon", dee)):
        task = await here.run(make_task, ana, project, TaskDraft(title=title, step=step, assignee=who))
    await here.run(finish_task, dee, task)
    await here.run(leave_project, dee, project)

    async def heard_of(kind: str) -> list[tuple[str, str]]:
        rows = await here.run(lambda: Notification.filter(kind=kind).select_related("account__actor"))
        return sorted((row.account.actor.handle, row.details["reason"]) for row in rows)

    await here.run(lambda: steps.lock_step(ana, step, reason="The brush is gone."))
    assert await heard_of("step_locked") == [("bo", "The brush is gone."), ("cy", "The brush is gone.")]
    await here.run(steps.finish_step, ana, step)
    assert await heard_of("step_done") == [("bo", ""), ("cy", "")]
    await settle(here, there)
    letters = await there.run(lambda: Notification.filter(kind="group_wrote").order_by("id"))
    said = [row.details["title"] for row in letters if "The step “Script”" in row.details["title"]]
    assert [("is locked" in words, "The brush is gone." in words, "is done" in words) for words in said] == [
        (True, True, False),
        (False, False, True),
    ]
    before = letters[-1].id
    await here.run(lambda: set_stage(ana, project, Stage.ABANDONED, reason="The fox is gone."))
    rows = await here.run(lambda: Notification.filter(kind="project_abandoned").select_related("account__actor"))
    assert sorted((row.account.actor.handle, row.details["reason"]) for row in rows) == [
        ("bo", "The fox is gone."),
        ("cy", "The fox is gone."),
    ]
    await settle(here, there)
    [heard] = await there.run(lambda: Notification.filter(kind="group_wrote", id__gt=before))
    assert "was given up" in heard.details["title"]


@pytest.mark.one_database
async def test_leaders_who_left_or_were_suspended_are_silent_at_once_and_their_challenges_go_along(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana)
    for person in (bo, cy):
        await joins(here, project, person)
    terms = Terms(version=1, licence="CC-BY-SA-4.0")
    draft = ChallengeDraft(title="Foxes", slug="foxes", text="Draw one.", terms=terms)
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    await here.run(lambda: Challenge.filter(id=challenge.id).update(part_of_id=project.actor_id))
    await here.run(add_leader, ana, project, cy)
    await here.run(lambda: Actor.filter(id=ana.id).update(state="suspended"))
    assert await here.run(watch_leaders) == 0  # cy is there
    await here.run(lambda: Actor.filter(id=cy.id).update(moved_to="https://there.test/u/cy"))
    assert await here.run(watch_leaders) == 1
    assert (await fresh(here, project)).stage == "adoptable"
    assert await here.run(lambda: get_project_row(project.id, None))
    time_passes(8 * DAY)
    await here.run(lambda: offer_to_lead(bo, project, words="I go on."))
    time_passes(8 * DAY)
    assert await here.run(decide_takeovers) == 1
    assert await leaders(here, project) == ["bo"]
    led = await here.run(lambda: Challenge.get(id=challenge.id).select_related("leader"))
    assert led.leader is not None
    assert led.leader.handle == "bo"


@pytest.mark.one_database
async def test_what_is_tried_to_take_a_project_from_somebody(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy, dee, eve = [await here.join(name) for name in ("ana", "bo", "cy", "dee", "eve")]
    project = await a_project(here, ana)
    for person in (bo, cy):
        await joins(here, project, person)
    await here.run(add_leader, ana, project, cy)

    async def refused(refusal: type[FedirecError], person: Actor) -> None:
        with pytest.raises(refusal):
            await here.run(lambda: offer_to_lead(person, project, words="Mine."))

    await refused(Conflict, bo)  # while leaders are there
    time_passes(50 * DAY)
    await here.run(lambda: remove_leader(ana, project, cy, reason="To be alone."))
    time_passes(11 * DAY)
    assert await here.run(watch_leaders) == 0  # taking a leader out is a deed, and silence begins anew
    with pytest.raises(Conflict):
        await here.run(step_down, ana, project)  # nor does the last leader vanish from it
    await joins(here, project, dee)
    await falls_silent(here, time_passes)
    await refused(Forbidden, eve)  # from outside
    await here.run(ask_to_join, eve, project)
    await refused(Forbidden, eve)  # nobody is let in while leaders are gone
    await refused(Forbidden, ana)  # her own
    await here.run(leave_project, dee, project)
    await refused(Forbidden, dee)
    await here.run(lambda: offer_to_lead(bo, project, words="Mine."))
    await refused(Conflict, bo)
    with pytest.raises(NotFound):
        await here.run(withdraw_offer, cy, project)
    await here.run(lambda: Actor.filter(id=bo.id).update(state="suspended"))
    time_passes(8 * DAY)
    assert await here.run(decide_takeovers) == 0
    assert await states(here) == ["ended"]
    await here.run(lambda: offer_to_lead(cy, project, words="Then me."))
    await here.run(withdraw_offer, cy, project)
    time_passes(8 * DAY)
    assert await here.run(decide_takeovers) == 0
    assert await leaders(here, project) == ["ana"]


@pytest.mark.one_database
async def test_where_nobody_is_left_whoever_comes_in_can_take_it_over(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy, dee = [await here.join(name) for name in ("ana", "bo", "cy", "dee")]
    project, kept = await a_project(here, ana), await a_project(here, ana, slug="owl")
    await joins(here, kept, dee)
    await here.run(ask_to_join, cy, project)  # nobody answers her
    time_passes(45 * DAY)
    assert await here.run(watch_leaders) == 2
    time_passes(15 * DAY)
    assert await here.run(watch_leaders) == 2
    project, kept = await fresh(here, project), await fresh(here, kept)
    assert (await here.run(ask_to_join, bo, kept)).state == "asked"  # there dee could take it over

    async with here.sign_in("bo") as browser, here.sign_in("cy") as other:
        assert "Nobody in it takes it over" in (await browser.get("/p/fox/takeover")).text
        assert "whoever asks to join is in at once" in (await browser.get("/p/fox/takeover")).text
        for who in (browser, other):
            assert "you are in at once" in (await who.get("/p/fox/people")).text
            assert (await who.post("/p/fox/join", data={"words": "The fox is mine."})).status_code == 303
        assert (await browser.post("/p/fox/takeover", data={"words": "Now."})).status_code == 422
    members = await here.run(lambda: ProjectMember.filter(project_id=project.id, state="active").count())
    assert members == 2
    time_passes(8 * DAY)
    await here.run(lambda: offer_to_lead(bo, project, words="I go on."))
    time_passes(8 * DAY)
    assert await here.run(decide_takeovers) == 1
    assert await leaders(here, project) == ["bo"]
    assert (await here.run(ask_to_join, dee, await fresh(here, project))).state == "asked"  # and the door is closed

    time_passes(45 * DAY)  # dee, who could have taken over the other one, did nothing
    kept = await fresh(here, kept)
    assert "within 60 days" in (await here.get("/p/owl/takeover")).text
    assert (await here.run(ask_to_join, bo, kept)).state == "active"
    time_passes(7 * DAY)
    await here.run(lambda: offer_to_lead(bo, kept, words="And the owl."))
    time_passes(8 * DAY)
    await here.run(decide_takeovers)
    assert await leaders(here, kept) == ["bo"]


@pytest.mark.one_database
async def test_whoever_was_sent_away_after_their_offer_does_not_lead(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    time_passes(8 * DAY)
    await here.run(lambda: set_stage(ana, project, Stage.ADOPTABLE, reason="Who wants it?"))
    await here.run(lambda: offer_to_lead(bo, project, words="Mine."))
    await here.run(lambda: remove_member(ana, project, bo, reason="Not him."))
    time_passes(8 * DAY)
    assert await here.run(decide_takeovers) == 0
    assert await leaders(here, project) == ["ana"]


@pytest.mark.one_database
async def test_a_server_that_was_off_takes_nobodys_project_away(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    project = await a_project(here, ana)
    paused = await a_project(here, ana, slug="owl")
    await here.run(lambda: set_stage(ana, paused, Stage.PAUSED, reason="A break."))
    time_passes(100 * DAY)
    assert await here.run(watch_leaders) == 1
    assert (await fresh(here, project)).stage == "early"  # she is told first, as if it had never been off
    time_passes(14 * DAY)
    assert await here.run(watch_leaders) == 0
    time_passes(DAY + timedelta(minutes=1))
    assert await here.run(watch_leaders) == 1
    assert (await fresh(here, project)).stage == "adoptable"
    assert (await fresh(here, paused)).stage == "paused"
    assert (await fresh(here, project)).led_at < now() - 100 * DAY
    time_passes(30 * DAY)
    assert await here.run(watch_leaders) == 1
    time_passes(45 * DAY)
    assert await here.run(watch_leaders) == 1
    waits = await fresh(here, paused)
    assert (waits.stage, waits.stage_before) == ("adoptable", "early"), "it goes on where it was, not in its break"
