"""Projects between instances: followers hear of them, copies of them are kept, and people elsewhere are in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.accounts.models import Account, Notification
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Received
from fedirec.errors import Conflict
from fedirec.projects.actions import elsewhere, leading, members, offering, projects, steps
from fedirec.projects.actions.meeting import REST
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.reminders import remind_of_invitations
from fedirec.projects.models import Project, ProjectMember, Step, StepChallenge
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.queries.projects import challenges_to_attach
from fedirec.projects.stages import Stage
from fedirec.remix.actions.meeting import STALE
from fedirec.remix.models import Challenge, GroupLeader, GroupTag, News
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.projects.producing import production_with, record_by
from tests.projects.stage import begin, challenge_at, launch, meet_project, project_at, step_at

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ana(here: Instance) -> Actor:
    return await here.join("ana")


@pytest.fixture
async def bo(there: Instance) -> Actor:
    return await there.join("bo")


async def told(at: Instance, name: str) -> list[str]:
    async def found() -> list[str]:
        account = await Account.get(actor__local_handle=name)
        return [str(kind) for kind in await Notification.filter(account_id=account.id).values_list("kind", flat=True)]

    return await at.run(found)


async def place_at(at: Instance, person: str) -> ProjectMember:
    return await at.run(lambda: ProjectMember.get(actor__uri=person))


async def refusals(at: Instance) -> list[str]:
    rows = await at.run(lambda: Received.filter(state="refused").order_by("id"))
    return [f"{row.type}: {row.reason}" for row in rows]


async def test_before_it_is_launched_nobody_elsewhere_gets_a_byte_of_it(
    here: Instance, there: Instance, ana: Actor
) -> None:
    await begin(here, ana)
    for path in (
        "",
        "/steps",
        "/introduction",
        "/featured",
        "/outbox",
        "/moderators",
        "/log",
        "/productions",
        "/needs",
    ):
        answer = await here.get(f"/p/moonfilm{path}", accept="application/activity+json")
        assert answer.status_code == 404, path
    finger = await here.get("/.well-known/webfinger?resource=acct:moonfilm@here.test")
    assert finger.status_code == 404
    await settle(here, there)
    assert [request.url.path for request in here.network.requests if request.method == "POST"] == []


async def test_another_instance_keeps_a_copy_with_the_published_steps(
    here: Instance, there: Instance, ana: Actor
) -> None:
    project = await launch(here, ana, language="de")
    copy = await meet_project(there, "@moonfilm@here.test")
    assert (copy.title, copy.form, copy.stage) == ("Moon film", "other", project.stage)
    assert copy.language == "de"
    assert 'lang="de">Moon film</h1>' in (await there.get(f"/projects/remote/{copy.id}")).text
    assert copy.fetched_at is not None
    assert copy.launched_at is not None
    assert [step.title for step in await there.run(lambda: Step.filter(project_id=copy.id))] == ["Script"]
    assert [tag.name for tag in await there.run(lambda: GroupTag.filter(group_id=copy.actor_id))] == ["moon"]
    leaders = await there.run(lambda: GroupLeader.filter(group_id=copy.actor_id).select_related("actor"))
    assert [leader.actor.uri for leader in leaders] == [ana.uri]


async def test_followers_elsewhere_hear_of_stages_steps_and_words(
    here: Instance, there: Instance, ana: Actor, bo: Actor
) -> None:
    project = await launch(here, ana)
    copy = await meet_project(there, project.actor.uri)
    await there.run(follow, bo, copy.actor)
    await settle(there, here)
    assert (await project_at(there, copy.actor.uri)).stage == "early", "it is no idea any more once it is launched"
    await here.run(lambda: projects.set_stage(ana, project, Stage.IN_PRODUCTION, reason="The first step is out."))
    await here.run(steps.publish_step, ana, await step_at(here, project, "Secret"))
    await settle(here, there)
    copy = await project_at(there, copy.actor.uri)
    assert copy.stage == "in_production"
    kept = await there.run(lambda: Step.filter(project_id=copy.id).order_by("position"))
    assert [(step.title, step.state) for step in kept] == [("Script", "open"), ("Secret", "open")]
    news = await here.run(lambda: News.filter(group_id=project.actor_id))
    assert [each.title for each in news] == ["A new step: Secret"]
    script = await step_at(here, project, "Script")
    await here.run(lambda: steps.lock_step(ana, script, reason="Enough."))
    await settle(here, there)
    assert (await there.run(lambda: Step.get(uri=script.uri))).state == "locked"
    await here.run(steps.finish_step, ana, script)
    await settle(here, there)
    assert (await there.run(lambda: Step.get(uri=script.uri))).state == "done"
    assert await refusals(there) == []


@pytest.mark.one_database
async def test_what_somebody_looks_at_is_asked_for_anew_when_it_is_old(
    here: Instance, there: Instance, ana: Actor, time_passes: Pass
) -> None:
    project, rain = await launch(here, ana), await challenge_at(here, ana)
    copy, wet = await meet_project(there, project.actor.uri), await there.find_challenge(rain.actor.uri)
    pages = (f"/projects/remote/{copy.id}", f"/challenges/remote/{wet.id}")
    await here.run(lambda: Project.filter(id=project.id).update(title="Sun film"))
    await here.run(lambda: Actor.filter(id=project.actor_id).update(name="Sun film"))
    await here.run(lambda: Actor.filter(id=rain.actor_id).update(name="Sun"))
    shown = []
    for _ in range(2):
        for page in pages:
            assert (await there.get(page)).status_code == 200
        await settle(there)
        shown.append((await project_at(there, copy.actor.uri)).title)
        shown.append((await there.run(lambda: Challenge.get(id=wet.id))).title)
        time_passes(STALE / 3)
    assert shown == ["Moon film", "Rain", "Moon film", "Rain"], "nobody asks again within six hours"
    time_passes(STALE / 2)
    for page in pages:
        assert (await there.get(page)).status_code == 200
    await settle(there)
    assert (await project_at(there, copy.actor.uri)).title == "Sun film"
    assert (await there.run(lambda: Challenge.get(id=wet.id))).title == "Sun"


@pytest.mark.one_database
async def test_each_entry_of_a_log_has_an_address(here: Instance, ana: Actor) -> None:
    project = await launch(here, ana)
    await here.run(lambda: projects.set_stage(ana, project, Stage.ADVANCED, reason="The first step is out."))
    whole = (await here.get("/p/moonfilm/log", accept="application/activity+json")).json()
    first = whole["first"].removeprefix(here.origin)
    page = (await here.get(first, accept="application/activity+json")).json()
    entry = next(each for each in page["orderedItems"] if each["happening"] == "stage_set")
    path = entry["id"].removeprefix(here.origin)
    document = (await here.get(path, accept="application/activity+json")).json()
    assert {key: value for key, value in document.items() if key != "@context"} == entry
    assert (entry["context"], entry["content"]) == (project.actor.uri, "The first step is out.")
    led = await here.get(path)
    assert (led.status_code, led.headers["location"].partition("#")[2]) == (303, path.rpartition("/")[2])
    shown = (await here.get(led.headers["location"])).text
    assert shown.index(f'id="{path.rpartition("/")[2]}"') < shown.index("The project was launched.")
    for accept in ("application/activity+json", "text/html"):
        assert (await here.get("/p/moonfilm/log/nothing", accept=accept)).status_code == 404


async def test_a_challenge_is_part_of_a_copy_because_both_say_so(
    here: Instance, there: Instance, ana: Actor, bo: Actor, time_passes: Pass
) -> None:
    project = await launch(here, ana)
    copy = await meet_project(there, project.actor.uri)
    await there.run(follow, bo, copy.actor)
    await settle(there, here)
    time_passes(2 * REST)
    rain = await challenge_at(here, ana)
    script = await step_at(here, project, "Script")
    await here.run(steps.attach_challenge, ana, script, rain)
    await settle(here, there)
    known = await there.run(lambda: Challenge.get(actor__uri=rain.actor.uri))
    assert known.part_of_id == copy.actor_id
    assert await there.run(lambda: StepChallenge.exists(step__uri=script.uri, challenge_id=known.id))
    outbox = (await here.get("/p/moonfilm/outbox?before=999999", accept="application/activity+json")).json()
    announced = [each["object"] for each in outbox["orderedItems"] if each["type"] == "Announce"]
    assert announced == [rain.prompt_uri]
    await here.run(lambda: steps.detach_challenge(ana, script, rain, reason="Another one fits better."))
    await settle(here, there)
    assert (await there.run(lambda: Challenge.get(id=known.id))).part_of_id is None
    assert not await there.run(lambda: StepChallenge.exists(challenge_id=known.id))


async def test_somebody_elsewhere_is_invited_agrees_leads_and_leaves(
    here: Instance, there: Instance, ana: Actor, bo: Actor, time_passes: Pass
) -> None:
    project = await begin(here, ana)
    met = await here.meet(bo)
    await here.run(lambda: members.invite_member(ana, project, met, words="You draw so well.", as_leader=True))
    time_passes(timedelta(days=8))
    assert await here.run(remind_of_invitations) == 1
    await settle(here, there)
    assert not await there.run(Received.exists)  # to other servers it is nobody yet
    await here.run(projects.launch_project, ana, project)
    await settle(here, there)
    assert "invited_to_project" in await told(there, "bo")
    invited = await place_at(there, bo.uri)
    words = "You are invited to lead it too. You draw so well."
    assert (invited.state, invited.words) == ("invited", words)
    async with there.sign_in("bo") as browser:
        page = (await browser.get("/notifications")).text
    assert ("ana invites you to be part of “Moon film”." in page, words in page) == (True, True)
    copy = await project_at(there, project.actor.uri)
    await there.run(lambda: elsewhere.answer_elsewhere(bo, copy, accepts=True))
    answered = await there.run(lambda: Notification.get(kind="invited_to_project"))
    assert answered.read_at is not None, "what was answered is not new"
    await settle(there, here)
    assert (await place_at(here, bo.uri)).state == "active"
    assert "joined_project" in await told(here, "ana")
    await settle(here, there)
    await meet_project(there, project.actor.uri, fresh=True)
    leaders = await there.run(lambda: GroupLeader.filter(group_id=copy.actor_id).select_related("actor"))
    assert {leader.actor.uri for leader in leaders} == {ana.uri, bo.uri}
    await here.run(lambda: leading.remove_leader(ana, project, met, reason="They asked for it."))
    await there.run(elsewhere.leave_elsewhere, bo, copy)
    await settle(there, here)
    assert (await place_at(here, bo.uri)).state == "left"
    assert await refusals(here) == []


async def test_a_step_has_a_challenge_that_lives_elsewhere(
    here: Instance, there: Instance, ana: Actor, bo: Actor
) -> None:
    project, wind = await launch(here, ana), await challenge_at(there, bo, "wind")
    copy, script = await meet_project(there, project.actor.uri), await step_at(here, project, "Script")
    met = await here.find_challenge(wind.actor.uri)
    with pytest.raises(Conflict):
        await here.run(steps.attach_challenge, ana, script, met)

    await there.run(offering.offer_challenge, bo, wind, copy)
    await settle(there, here)
    assert "challenge_offered" in await told(here, "ana")
    await here.run(lambda: Challenge.filter(id=met.id).update(state="concluded"))
    assert await here.run(challenges_to_attach, ana, project) == [], "what is over is not brought in"
    await here.run(lambda: Challenge.filter(id=met.id).update(state="open"))
    (offered,) = await here.run(challenges_to_attach, ana, project)
    await here.run(steps.attach_challenge, ana, script, offered)
    await settle(here, there)
    kept = await there.run(lambda: StepChallenge.get(challenge_id=wind.id).select_related("step"))
    assert kept.step.uri == script.uri

    await here.run(lambda: steps.detach_challenge(ana, script, offered, reason="Too windy."))
    await settle(here, there)
    assert not await there.run(lambda: StepChallenge.exists(challenge_id=wind.id))
    assert (await there.run(lambda: Challenge.get(id=wind.id))).part_of_id is None
    assert (await here.run(lambda: Challenge.get(id=offered.id))).named_project is None
    assert await refusals(here) == []


async def test_a_challenge_goes_from_a_project_elsewhere_when_its_leader_says_so(
    here: Instance, there: Instance, ana: Actor, bo: Actor
) -> None:
    project, wind = await launch(here, ana), await challenge_at(there, bo, "wind")
    copy, script = await meet_project(there, project.actor.uri), await step_at(here, project, "Script")
    await there.run(offering.offer_challenge, bo, wind, copy)
    await settle(there, here)
    (offered,) = await here.run(challenges_to_attach, ana, project)
    await here.run(steps.attach_challenge, ana, script, offered)
    await settle(here, there)
    wind = await there.run(lambda: Challenge.get(id=wind.id).select_related("actor"))
    await there.run(offering.withdraw_challenge, bo, wind, copy)
    await settle(there, here)
    assert (await here.run(lambda: Challenge.get(id=offered.id))).part_of_id is None
    document = await here.get(f"/p/moonfilm/steps/{script.uri.rpartition('/')[2]}", accept="application/activity+json")
    assert document.json()["challenges"] == []


async def test_somebody_elsewhere_asks_and_is_let_in_or_not(
    here: Instance, there: Instance, ana: Actor, bo: Actor
) -> None:
    project = await launch(here, ana)
    copy = await meet_project(there, project.actor.uri)
    await there.run(lambda: elsewhere.ask_elsewhere(bo, copy, words="I can draw.", skill="ill"))
    await settle(there, here)
    asked = await place_at(here, bo.uri)
    assert (asked.state, asked.words, asked.skill) == ("asked", "I can draw.", "ill")
    assert "wants_to_join" in await told(here, "ana")
    met = await here.meet(bo)
    await here.run(lambda: members.decide_request(ana, project, met, let_in=True))
    await settle(here, there)
    assert (await place_at(there, bo.uri)).state == "active"
    production = await production_with(here, ana, project, [await record_by(here, ana, "Craters")], title="Moonrise")
    await here.run(lambda: freeze_production(ana, production))
    frozen = await here.run(get_production_row, production.id)
    await here.run(lambda: release_production(ana, frozen))
    await settle(here, there)
    for path in ("/productions", f"/projects/remote/{copy.id}"):
        assert "Moonrise" in (await there.get(path)).text, "nobody there follows it, and somebody there is in it"
    await here.run(lambda: members.remove_member(ana, project, met, reason="We never heard of them again."))
    await settle(here, there)
    assert (await place_at(there, bo.uri)).state == "removed"
    assert await told(there, "bo") == ["let_in", "membership_ended"]
