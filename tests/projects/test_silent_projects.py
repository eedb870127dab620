"""Projects that are hidden, blocked, gone or moved are shown and spread no more, and whoever is in one is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.door import COOKIE
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.admin.actions.deciding import decide, undo_all
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.actions.policies import block_peer, unblock_peer
from fedirec.admin.judging import Action, Verdict
from fedirec.admin.models import Report, ReportedThing
from fedirec.projects.actions import elsewhere, leaders_news, leading, members, offering, steps
from fedirec.projects.models import Project, ProjectMember, Step
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.meeting import STALE, find_challenge
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Challenge, GroupTag, News
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.projects.stage import challenge_at, launch, let_in, meet_project, project_at, step_at
from tests.projects.test_federation_attacks import Elsewhere

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]

OPERATOR = Operator("command line")
AP, JSON = "application/activity+json", "application/json"
TITLE = "Moon film"


async def told(at: Instance, name: str) -> list[str]:
    async def found() -> list[str]:
        account = await Account.get(actor__local_handle=name)
        rows = Notification.filter(account_id=account.id).order_by("id")
        return [str(kind) for kind in await rows.values_list("kind", flat=True)]

    return await at.run(found)


async def seen(at: Instance, *paths: str, name: str) -> str:
    """Everything that the pages at `paths` show to the member `name`."""
    async with at.sign_in(name) as browser:
        pages = [await browser.get(path) for path in paths]
    assert all(page.status_code == 200 for page in pages), [(page.url, page.status_code) for page in pages]
    return "\n".join(page.text for page in pages)


def sent_to(network: Network, inbox: str) -> list[dict[str, Any]]:
    posted = [each for each in network.requests if each.method == "POST" and str(each.url) == inbox]
    return [json.loads(each.content) for each in posted]


async def test_what_moderators_hide_is_shown_nowhere_and_says_nothing_until_it_is_shown_again(
    here: Instance, there: Instance
) -> None:
    ana, cy, bo = await here.join("ana"), await here.join("cy"), await there.join("bo")
    project, rain = await launch(here, ana), await challenge_at(here, ana)
    script = await step_at(here, project, "Script")
    await here.run(steps.attach_challenge, ana, script, rain)
    await here.run(name_need, ana, project.actor, "sng", "A voice")
    await let_in(here, ana, project, cy)
    await there.run(follow, bo, (await meet_project(there, project.actor.uri)).actor)
    await settle(there, here)
    lists = ("/", "/projects", "/u/cy", "/u/ana", "/tags/moon", "/c/rain", "/explore")
    documents = ("", "/steps", "/introduction", "/featured", "/outbox", "/moderators", "/log", "/needs", "/productions")
    assert TITLE in await seen(here, "/projects", "/", "/c/rain", name="cy")

    verdict = Verdict(action=Action.HIDE, things=[project.actor.uri], words="Please wait.", reason="It is under review")
    await here.run(decide, OPERATOR, ana, verdict)
    assert (await told(here, "cy"))[-1] == "project_hidden"
    assert (await told(here, "ana"))[-1] == "decided"
    assert TITLE not in await seen(here, *lists, name="olga")
    assert f"/p/{project.actor.handle}" not in await seen(here, *lists, name="cy")
    for path in documents:
        assert (await here.get(f"/p/moonfilm{path}", accept=AP)).status_code == 404, path
    assert (await here.get("/.well-known/webfinger?resource=acct:moonfilm@here.test")).status_code == 404
    for path in ("", "/story", "/log", "/people", "/feed.atom"):
        assert (await here.get(f"/p/moonfilm{path}")).status_code == 404, path
    hidden = await project_at(here)
    await here.run(lambda: leaders_news.tell_followers(ana, hidden, title="Psst", text="We are still here."))
    await settle(here, there)
    assert not await there.run(lambda: News.exists(title="Psst"))

    await here.run(undo_all, OPERATOR, ana, Action.HIDE)
    assert (await told(here, "cy"))[-1] == "project_shown_again"
    assert (await here.get("/p/moonfilm", accept=AP)).status_code == 200
    assert TITLE in await seen(here, "/projects", name="olga")


async def test_a_project_is_reported_from_elsewhere_and_one_elsewhere_to_its_home(
    here: Instance, network: Network
) -> None:
    ana, cy = await here.join("ana"), await here.join("cy")
    project, film = await launch(here, ana), Elsewhere(network)
    flag = film.peer.activity("Flag", film.uri, [project.actor.uri], content="Not theirs.")
    assert (await film.peer.post(here, flag)).status_code == 202
    await settle(here)
    report = await here.run(lambda: Report.get(source="peer").select_related("accused"))
    thing = await here.run(lambda: ReportedThing.get(report_id=report.id))
    assert (report.accused_id, report.words) == (ana.id, "Not theirs.")
    assert (thing.kind, thing.uri, thing.kept["name"]) == ("project", project.actor.uri, TITLE)

    # Somebody elsewhere leads ours alone now: nobody there is asked to judge what is here.
    await here.run(lambda: Project.filter(id=project.id).update(creator_id=None))
    other = film.peer.activity("Flag", film.uri, [project.actor.uri], content="Still not.")
    await film.peer.post(here, other)
    await settle(here)
    assert await here.run(lambda: Report.exists(accused_id=project.actor_id, words="Still not."))

    copy = await meet_project(here, film.uri)
    async with here.sign_in("cy") as browser:
        about = {"about": film.uri, "category": "spam", "words": "Buy moons.", "forward": "on"}
        assert (await browser.post("/report", data=about)).status_code == 303
    ours = await here.run(lambda: Report.get(reporter_id=cy.id))
    assert ours.accused_id == copy.actor_id
    await here.run(lambda: forward(OPERATOR, here.state["site"], ours, words="Please look."))
    await settle(here)
    (flagged,) = sent_to(network, f"{film.uri}/inbox")
    assert (flagged["type"], flagged["object"]) == ("Flag", [film.uri])
    assert cy.uri not in json.dumps(flagged)
    await here.run(decide, OPERATOR, copy.actor, Verdict(action=Action.HIDE, things=[film.uri], reason="Spam"))
    assert (await here.get(f"/projects/remote/{copy.id}")).status_code == 404


async def test_nothing_is_shown_of_a_blocked_instance_and_those_who_worked_together_know(
    here: Instance, there: Instance
) -> None:
    ana, cy, bo = await here.join("ana"), await here.join("cy"), await there.join("bo")
    ours = await launch(here, ana)
    theirs = await launch(there, bo, slug="wind", title="Wind film")
    met = await here.meet(bo)
    await let_in(here, ana, ours, met)
    await here.run(leading.add_leader, ana, ours, met)
    guest = await here.run(lambda: Actor.get(id=met.id))
    secret = await here.run(lambda: _visit(guest))
    copy = await meet_project(here, theirs.actor.uri)
    await here.run(lambda: elsewhere.ask_elsewhere(cy, copy, words="I whistle."))
    await settle(here, there)
    await there.run(lambda: _let_in_there(bo, cy.uri))
    await settle(here, there)
    assert "Wind film" in await seen(here, "/projects", "/", name="cy")
    async with here.client() as visitor:
        visitor.cookies.set(f"__Host-fedirec-{COOKIE}", secret, domain=here.host)
        assert (await visitor.get("/p/moonfilm/lead")).status_code == 200
        await here.run(block_peer, OPERATOR, here.state["site"], "there.test", reason="spam")
        await settle(here)
        assert (await visitor.get("/p/moonfilm/lead")).status_code != 200
    assert "host_left" in await told(here, "cy")
    assert "host_left" in await told(here, "ana")
    assert (await here.get(f"/projects/remote/{copy.id}")).status_code == 404
    assert "Wind film" not in await seen(here, "/projects", "/", "/explore", "/u/cy", name="cy")
    named = (await here.get("/p/moonfilm/moderators", accept=AP)).json()["orderedItems"]
    assert named == [ana.uri]
    assert 'class="handle">suspended' in await seen(here, "/p/moonfilm/people", name="cy")
    await here.run(unblock_peer, OPERATOR, here.state["site"], "there.test")
    await settle(here, there)
    assert "Wind film" in await seen(here, "/projects", name="cy")


async def test_a_project_elsewhere_that_moves_or_is_gone_takes_nobody_and_nothing_of_ours_along(
    here: Instance, network: Network
) -> None:
    cy, film = await here.join("cy"), Elsewhere(network)
    film.describe(tag=[{"type": "Hashtag", "name": "#Moon"}])
    film.steps = [film.step("Script")]
    film.describe(tag=[{"type": "Hashtag", "name": "#Moon"}])
    copy = await meet_project(here, film.uri)
    await here.run(follow, cy, copy.actor)
    await here.run(lambda: elsewhere.ask_elsewhere(cy, copy))
    wind = await challenge_at(here, cy, "wind")
    await here.run(offering.offer_challenge, cy, wind, copy)
    await settle(here)
    asked = await here.run(lambda: ProjectMember.get(actor_id=cy.id))
    join = {"type": "Join", "id": asked.uri, "actor": cy.uri, "object": film.uri}
    await film.peer.post(here, film.says("Accept", join))
    followed = await here.run(lambda: Follow.get(follower_id=cy.id))
    asking = {"type": "Follow", "id": followed.uri, "actor": cy.uri, "object": film.uri}
    await film.peer.post(here, film.says("Accept", asking))
    await settle(here)
    assert (await here.run(lambda: ProjectMember.get(actor_id=cy.id))).state == "active"

    new = film.peer.actor("newfilm", type="Group", alsoKnownAs=[film.uri])
    await film.peer.post(here, film.says("Move", film.uri, target=new))
    await settle(here)
    followed = await here.run(lambda: Follow.get(follower_id=cy.id).select_related("target"))
    assert followed.target.uri == new, "who follows it follows it there"
    assert await here.run(lambda: ProjectMember.filter(actor_id=cy.id, project_id=copy.id, state="active").exists())

    await film.peer.post(here, film.says("Delete", film.uri))
    await settle(here)
    assert (await here.get(f"/projects/remote/{copy.id}")).status_code == 404
    assert (await here.run(lambda: ProjectMember.get(actor_id=cy.id))).state == "removed"
    assert "membership_ended" in await told(here, "cy")
    assert not await here.run(lambda: Step.exists(project_id=copy.id))
    assert not await here.run(lambda: GroupTag.exists(group_id=copy.actor_id))
    assert (await here.run(lambda: Challenge.get(id=wind.id))).part_of_id is None
    gone = await project_at(here, film.uri)
    assert (gone.text, gone.content, gone.actor.state) == ("", "", "deleted")
    assert [row.reason for row in await here.run(lambda: Received.filter(state="refused"))] == []


async def test_what_answers_that_it_is_gone_is_forgotten_as_if_it_had_said_so_whoever_looks(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    home = await launch(there, ana, title=TITLE, slug="moonfilm")
    wind = await challenge_at(there, ana, "wind")
    film = await meet_project(here, home.actor.uri)
    copy = await here.run(lambda: find_challenge(here.state["remote"], wind.actor.uri))
    song = RecordDraft(title="Gale", text="la", licence="CC0-1.0", challenge=copy)
    await here.run(publish_record, bo, song)
    await settle(here, there)
    pages = [f"/challenges/{copy.id}", f"/projects/{film.id}"]
    for page in pages:
        shown = await here.get(f"/api{page}", accept=JSON)
        assert shown.json().get("html"), shown.text

    await there.run(lambda: Actor.filter(id__in=[home.actor_id, wind.actor_id]).update(state="deleted"))
    for page in pages:
        await here.get(f"/api{page}", accept=JSON)
    await settle(here, there)
    assert (await here.get(f"/challenges/remote/{copy.id}")).status_code == 200, "nobody is asked again so soon"

    time_passes(STALE + timedelta(minutes=1))
    for page in pages:
        assert (await here.get(f"/api{page}", accept=JSON)).status_code == 200
    await settle(here, there)
    gone = await here.get(f"/challenges/remote/{copy.id}")
    assert (gone.status_code, "This was deleted" in gone.text, copy.title in gone.text) == (410, True, True)
    assert "Contribute" not in gone.text
    assert (await here.get(f"/projects/remote/{film.id}")).status_code == 404
    assert (await here.get(f"/api/challenges/{copy.id}", accept=JSON)).json()["html"] == ""
    assert (await project_at(here, film.actor.uri)).content == ""
    assert (await told(here, "bo")).count("challenge_cancelled") == 1


async def _visit(guest: Actor) -> str:
    return await begin_session(await welcome_guest(guest))


async def _let_in_there(leader: Actor, person: str) -> None:
    place = await ProjectMember.get(actor__uri=person).select_related("project__actor", "actor")
    await members.decide_request(leader, place.project, place.actor, let_in=True)
