"""Projects from their first form to the slate, in a browser: what leaders, members, guests and strangers see and do."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.media.models import Media
from fedirec.projects.actions.leading import add_leader
from fedirec.projects.actions.leaving import forget_projects
from fedirec.projects.actions.members import answer_invitation, invite_member
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project
from fedirec.projects.actions.steps import StepDraft, publish_step
from fedirec.projects.forms import PLANS, Form
from fedirec.projects.models import Project, ProjectMember, Step
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Challenge, GroupLeader, Need
from tests.network import Instance
from tests.remix.forms import picture, send
from tests.remix.test_pages_challenges import answer_with, ask

pytestmark = pytest.mark.one_database
both = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
"""For the few that ask the databases for everything that the others do."""
NEW = "/projects/new"


async def begun(instance: Instance, creator: Actor, slug: str = "night", **fields: Any) -> Project:
    steps = [StepDraft(title="Lyrics", text="Words first."), StepDraft(title="Melody")]
    draft = ProjectDraft(
        **{"title": "Night Train", "slug": slug, "text": "A *song*.", "form": Form.SONG, "steps": steps, **fields}
    )
    return await instance.run(begin_project, creator, instance.state["keyring"], draft)


async def launched(instance: Instance, creator: Actor, slug: str = "night", **fields: Any) -> Project:
    project = await begun(instance, creator, slug, **fields)

    async def launch() -> None:
        step = await Step.filter(project_id=project.id).order_by("position").first().select_related("project__actor")
        assert step is not None
        await publish_step(creator, step)
        await launch_project(creator, project)

    await instance.run(launch)
    return project


async def joined(instance: Instance, leader: Actor, project: Project, person: Actor) -> None:
    await instance.run(invite_member, leader, project, person)
    await instance.run(lambda: answer_invitation(person, project, accepts=True))


async def post(client: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    return await client.post(path, data=fields, headers={"origin": str(client.base_url).rstrip("/")})


@both
async def test_a_project_is_prepared_in_private_and_launched_with_a_published_step(here: Instance) -> None:
    await here.join("ana")
    await here.join("bo")
    cy = await here.join("cy")
    async with here.sign_in("ana") as ana, here.sign_in("bo") as bo, here.sign_in("cy") as other:
        filled: dict[str, Any] = {
            "title": "Night Train",
            "text": "A *song* about leaving.",
            "form": "song",
            "with_steps": "on",
            "tags": "night, trains",
            "language": "en",
            "timezone": "Europe/Vienna",
            "silent_days": "60",
            "slug": "night",
            "do": "publish",
        }
        page = await ana.get(NEW)
        assert '<option value="UTC" selected>' in page.text, "who never said where they live is not in Abidjan"
        bare = await send(ana, page, NEW, files=[("files", ("sky.png", picture(), "image/png"))], **filled)
        assert bare.status_code == 422
        assert "those who cannot see it" in bare.text
        key = (await here.run(lambda: Media.get(kind="image"))).key
        answer = await send(ana, bare, NEW, **{**filled, f"alt-{key}": "A dark sky"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/p/night/lead"
        project = await here.run(lambda: Project.get(actor__local_handle="night").select_related("actor", "cover"))
        assert (project.form, project.cover_description, project.launched_at) == ("song", "A dark sky", None)
        steps = await here.run(lambda: Step.filter(project_id=project.id).order_by("position"))
        assert [step.title for step in steps] == [plan.title for plan in PLANS[Form.SONG]]

        assert (await bo.get("/p/night")).status_code == 404
        assert "Night Train" not in (await bo.get("/projects")).text
        assert (await bo.get("/.well-known/webfinger?resource=acct:night@here.test")).status_code == 404
        assert "Go on preparing it" in (await ana.get("/p/night")).text
        assert "What you prepare" in (await ana.get("/projects")).text

        refused = await post(ana, "/p/night/launch")
        assert (refused.status_code, "Publish at least one step" in refused.text) == (409, True)
        first = steps[0].uri.rpartition("/")[2]
        wanted = 'name="skill" value="lyr"'
        assert wanted not in (await ana.get("/p/night/lead")).text
        assert (await post(ana, f"/p/night/steps/{first}/need", skill="lyr")).status_code == 409
        assert (await post(ana, f"/p/night/steps/{first}/state", do="publish")).status_code == 303
        assert wanted in (await ana.get("/p/night/lead")).text
        assert (await post(ana, f"/p/night/steps/{first}/need", skill="lyr")).status_code == 303
        assert (await post(ana, f"/p/night/steps/{first}/need", skill="lyr")).status_code == 409
        assert wanted not in (await ana.get("/p/night/lead")).text
        need = await here.run(lambda: Need.get(skill="lyr"))
        assert (need.words, need.part_uri) == ("Lyrics", steps[0].uri)
        assert (await bo.get(f"/needs/{need.id}")).status_code == 404
        assert (await post(bo, f"/needs/{need.id}", words="Me!")).status_code == 404

        asked = await post(ana, "/p/night/invite", who="cy", words="With me?", as_leader="on")
        assert asked.status_code == 303
        shown = (await other.get("/p/night")).text
        assert "only those who are in it, or invited" in shown
        assert "Melody" not in shown
        invited = (await other.get("/p/night/people")).text.partition("You are invited to lead it")[2]
        assert 'href="/u/ana"' in invited.partition("With me?")[0], "it says who invites them"
        assert (await post(other, "/p/night/answer", do="accept")).status_code == 303
        answered = await here.run(lambda: Notification.get(kind="invited_to_project"))
        assert answered.read_at is not None, "what was answered is not new"
        members = (await other.get("/p/night/people")).text.partition('id="members-title"')[2]
        assert "Nobody but those who lead it so far." in members, "who leads it stands there once"
        assert await here.run(lambda: GroupLeader.filter(actor_id=cy.id).count()) == 1
        assert "What you prepare" in (await other.get("/projects")).text

        assert (await post(other, "/p/night/launch")).headers["location"] == "/p/night"
        assert await here.run(lambda: Outgoing.filter(object_uri=need.uri, type="Create").count()) == 1
        seen = await bo.get("/p/night")
        assert seen.status_code == 200
        assert "Lyrics" in seen.text
        assert "Melody" not in seen.text.partition('class="track"')[2].partition("</ol>")[0]
        assert "Night Train" in (await bo.get("/projects?form=song&tag=night&q=train")).text
        assert "Night Train" not in (await bo.get("/projects?form=film")).text
        assert "The project was launched." in (await bo.get("/p/night/log")).text

        assert "you ask to join the project" in (await bo.get(f"/needs/{need.id}")).text
        assert (await post(bo, f"/needs/{need.id}", words="I rhyme.")).status_code == 303
        waiting = await here.run(lambda: ProjectMember.get(actor__local_handle="bo"))
        assert (waiting.state, waiting.skill, waiting.words) == ("asked", "lyr", "I rhyme.")
        assert "I rhyme." in (await ana.get("/p/night/people")).text
        kinds = await here.run(lambda: Notification.filter(account__actor__local_handle="ana").values_list("kind"))
        assert [kind for (kind,) in kinds].count("need_answered") == 1
        assert ("wants_to_join",) not in kinds


@both
async def test_what_was_never_launched_can_be_discarded_by_who_began_it(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    project, shown = await begun(here, ana), await launched(here, ana, "shown", title="Shown")
    await joined(here, ana, project, bo)
    await here.run(invite_member, ana, project, cy)
    await here.run(add_leader, ana, project, bo)
    mine = await ask(here, ana, "mine")
    async with here.sign_in("ana") as lead, here.sign_in("bo") as member, here.sign_in("cy") as invited:
        step = f"/p/night/steps/{await _first_step(here, project)}"
        assert (await post(lead, f"{step}/challenges", challenge=mine.id)).status_code == 303
        for name, value in (("tasks", {"title": "Rhyme"}), ("productions/new", {"title": "Out", "do": "publish"})):
            assert (await post(lead, f"/p/night/{name}", **value)).status_code in (303, 422)
        assert (await post(lead, f"{step}/state", do="publish")).status_code == 303
        assert (await post(lead, f"{step}/need", skill="sng")).status_code == 303

        assert "/p/night/discard" in (await lead.get("/p/night/lead")).text
        assert "/p/night/discard" not in (await member.get("/p/night/lead")).text
        assert (await post(member, "/p/night/discard")).status_code == 403
        assert (await post(lead, "/p/shown/discard")).status_code == 409
        assert "Challenges that are part of it go on" in (await lead.get("/p/night/discard")).text
        assert (await post(lead, "/p/night/discard")).status_code == 303

        for who in (lead, member, invited):
            assert (await who.get("/p/night")).status_code == 404
            assert "Night Train" not in (await who.get("/")).text
        async with here.sign_in("olga") as owner:
            assert (await owner.get("/p/night")).status_code == 410
        assert "discarded “Night Train”" in (await member.get("/notifications")).text
        assert "discarded “Night Train”" in (await invited.get("/notifications")).text
        assert "Part of the project" not in (await member.get("/c/mine")).text
        again = await post(
            lead, NEW, title="Night", slug="night", text="New.", form="song", silent_days="60", do="publish"
        )
        assert (again.status_code, "That address is taken" in again.text) == (422, True)
    assert not await here.run(lambda: Step.filter(project_id=project.id).exists())
    assert not await here.run(lambda: ProjectMember.filter(project_id=project.id).exclude(state="removed").exists())
    assert (await here.run(lambda: Need.get(skill="sng"))).state == "withdrawn"
    assert (await here.run(lambda: Project.get(id=shown.id))).launched_at is not None


async def test_trusted_members_look_at_what_is_offered_and_ask_for_changes(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    project, rain = await launched(here, ana), await ask(here, ana, "rain")
    await joined(here, ana, project, bo)
    offered = await answer_with(here, cy, rain, "Drops")
    at = f"/p/night/steps/{await _first_step(here, project)}"
    decide = f"/submissions/{offered.id}/decide"
    async with here.sign_in("ana") as lead, here.sign_in("bo") as member:
        assert (await post(lead, f"{at}/challenges", challenge=rain.id)).status_code == 303
        assert (await member.get("/c/rain/waiting")).status_code == 403
        assert "/c/rain/waiting" not in (await member.get("/c/rain")).text
        assert (await post(lead, f"/p/night/members/{bo.id}/trust", do="more")).status_code == 303

        assert "/c/rain/waiting" in (await member.get("/c/rain")).text
        page = (await member.get("/c/rain/waiting")).text
        assert "Drops" in page
        assert "Ask for a change" in page
        for button in ("Make it part of this", "Not this time", "Invite somebody"):
            assert button not in page
            assert button in (await lead.get("/c/rain/waiting")).text
        assert (await post(member, decide, do="change", reason=" ")).status_code == 400
        assert (await post(member, decide, do="change", reason="A little slower.")).status_code == 303
        for do in ("accept", "decline", "take", "reconsider", "redo"):
            refused = await post(member, decide, do=do, reason="Mine.", handle="@nobody@nowhere.example")
            assert refused.status_code == 403, do
        assert "A little slower." in (await lead.get("/c/rain/log")).text
        assert (await post(lead, f"/p/night/members/{bo.id}/trust", do="less")).status_code == 303
        assert (await post(member, decide, do="change", reason="Faster.")).status_code == 403


async def test_leaders_open_lock_and_finish_steps_and_everybody_reads_why(here: Instance) -> None:
    ana, _bo = await here.join("ana"), await here.join("bo")
    project = await launched(here, ana)
    rows = await here.run(lambda: Step.filter(project_id=project.id).order_by("position"))
    first, second = (row.uri.rpartition("/")[2] for row in rows)
    at = f"/p/night/steps/{first}"
    async with here.sign_in("ana") as lead, here.sign_in("bo") as member:
        refused = await post(member, f"{at}/lock", reason="Mine.")
        assert refused.status_code == 403
        silent = await post(lead, f"{at}/lock", reason=" ")
        assert silent.status_code == 422
        assert f'id="reason-{first}-lock-error"' in silent.text
        assert (await post(lead, f"{at}/lock", reason="We have enough words.")).status_code == 303
        page = await member.get("/p/night/log?only=decisions")
        assert "was locked" in page.text
        assert "We have enough words." in page.text
        assert (await post(lead, f"{at}/state", do="open")).status_code == 303
        assert (await post(lead, f"{at}/state", do="finish")).status_code == 303
        assert (await post(lead, f"/p/night/steps/{second}/move", to="earlier")).status_code == 303
        track = (await lead.get("/p/night")).text.partition('class="track"')[2].partition("</ol>")[0]
        assert track.index("Melody") < track.index("Lyrics")
        assert (await post(lead, f"{at}/drop")).status_code == 409
        assert (await post(lead, f"/p/night/steps/{second}/drop")).status_code == 303
        wrong = await post(lead, "/p/night/steps", title="", text="Nothing", skills="sng")
        assert re.search(r'value="sng"[^>]* checked', wrong.text)
        assert (await post(lead, "/p/night/steps", title="Choir", skills=["sng", "arr"])).status_code == 303
        choir = await here.run(lambda: Step.get(title="Choir"))
        assert choir.skills == "sng arr"
        edit = f"/p/night/steps/{choir.uri.rpartition('/')[2]}/edit"
        assert re.search(r'value="arr"[^>]* checked', (await lead.get(edit)).text)
        assert (await post(lead, edit, title="Choir", skills="sng")).status_code == 303
        assert (await here.run(lambda: Step.get(id=choir.id))).skills == "sng"
        assert (wrong.status_code, "Nothing</textarea>" in wrong.text) == (422, True)
        assert (await member.get(at)).headers["location"] == f"/p/night#step-{first}"


async def test_a_challenge_belongs_to_one_project_and_its_leaders_lead_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project, other = await launched(here, ana), await launched(here, ana, "other", title="Other")
    mine, theirs = await ask(here, ana, "mine"), await ask(here, bo, "theirs")
    at = [f"/p/{name}/steps/{await _first_step(here, row)}" for name, row in (("night", project), ("other", other))]
    async with here.sign_in("ana") as lead, here.sign_in("bo") as member:
        assert (await post(lead, f"{at[0]}/challenges", challenge=theirs.id)).status_code == 404
        assert (await post(lead, f"{at[0]}/challenges", challenge=mine.id)).status_code == 303
        assert (await post(lead, f"{at[1]}/challenges", challenge=mine.id)).status_code == 409
        page = await member.get("/c/mine")
        assert "Part of the project" in page.text
        assert (await member.get(f"/projects/of/{project.actor_id}")).headers["location"] == "/p/night"
        assert "First stars" in (await member.get("/p/night")).text
        await joined(here, ana, project, bo)
        assert (await post(lead, f"/p/night/members/{bo.id}/lead")).status_code == 303
        taken = await answer_with(here, ana, mine, "Mine too")
        await here.run(lambda: accept_submission(bo, taken, reason="It rings."))
        story = (await member.get("/p/night/story")).text
        assert "This is part of it now:" in story
        assert "Mine too" in story
        gone = await post(member, f"{at[0]}/challenges/{mine.id}/remove", reason="It grew too large.")
        assert gone.status_code == 303
        assert "It grew too large." in (await lead.get("/p/night/log")).text
        assert (await here.run(lambda: Challenge.get(id=mine.id))).part_of_id is None
        assert "For the step “Lyrics” of “Night Train”" in (await lead.get(f"{at[0]}/challenge")).text
        opened = await send(
            lead, await lead.get(f"{at[0]}/challenge"), f"{at[0]}/challenge", title="Sing", text="La.", do="publish"
        )
        assert opened.headers["location"].startswith("/p/night/lead")
        assert (await here.run(lambda: Challenge.get(title="Sing"))).part_of_id == project.actor_id


async def test_the_slate_shows_each_stage_with_its_criteria_and_why_a_project_is_there(here: Instance) -> None:
    ana = await here.join("ana")
    await launched(here, ana)
    async with here.sign_in("ana") as lead:
        assert "Night Train" in (await lead.get("/slate?stage=early")).text, "it is launched with a published step"
        ways = (await lead.get("/p/night/lead")).text
        assert 'value="in_production"' in ways
        assert 'value="released"' not in ways, "nothing is released yet"
        assert (await post(lead, "/p/night/stage", stage="advanced", reason="Half is there.")).status_code == 303
        funded = await post(lead, "/p/night/stage", stage="funded", reason="We hope.")
        assert funded.status_code == 422
        assert "no pool of money" in funded.text
        assert (await post(lead, "/p/night/stage", stage="released", reason="Now.")).status_code == 422
        assert (await post(lead, "/p/night/stage", stage="paused", reason="Summer.")).status_code == 303
        slate = (await lead.get("/slate")).text
        rows = slate.partition('id="stage-paused"')[2].partition("<section")[0]
        assert "Its leaders take a break" in rows
        assert "Night Train" in rows
        assert "Night Train" in (await lead.get("/slate?stage=paused&form=song")).text
        assert "No project stands here now" in (await lead.get("/slate?stage=idea")).text
        assert (await post(lead, "/p/night/stage", stage="early", reason="On.")).status_code == 422
        assert (await post(lead, "/p/night/stage", stage="advanced", reason="On.")).status_code == 303
        assert "Summer." in (await lead.get("/p/night/log")).text
        assert "Night Train" in (await lead.get("/u/ana?tab=projects")).text
        assert "Your projects" in (await lead.get("/")).text


@both
async def test_people_ask_are_let_in_are_trusted_leave_and_are_sent_away_with_a_reason(here: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await here.join("cy")
    project = await launched(here, ana)
    async with here.sign_in("ana") as lead, here.sign_in("bo") as asks, here.sign_in("cy") as invited:
        assert (await post(asks, "/p/night/join", words="I sing.", skill="sng")).status_code == 303
        assert (await post(asks, "/p/night/join", words="")).status_code == 422
        assert "I sing." in (await lead.get("/p/night/people")).text
        assert "I sing." not in (await invited.get("/p/night/people")).text
        assert (await post(asks, f"/p/night/members/{bo.id}/decide", do="let_in")).status_code == 403
        assert (await post(lead, f"/p/night/members/{bo.id}/decide", do="let_in")).status_code == 303
        assert (await post(lead, f"/p/night/members/{bo.id}/trust", do="more")).status_code == 303
        assert (await post(lead, "/p/night/invite", who="nobody")).status_code == 422
        assert (await post(lead, "/p/night/invite", who="@cy", words="Please.")).status_code == 303
        assert "Please." in (await invited.get("/p/night/people")).text
        assert (await post(invited, "/p/night/answer", do="accept")).status_code == 303
        assert (await post(invited, "/p/night/leave")).status_code == 303
        assert (await post(lead, f"/p/night/members/{bo.id}/remove", reason="")).status_code == 422
        assert (await post(lead, f"/p/night/members/{bo.id}/remove", reason="By agreement.")).status_code == 303
        assert (await post(asks, "/p/night/join", words="")).status_code == 422
        assert "By agreement." in (await asks.get("/p/night/log")).text
        assert (await post(lead, "/p/night/step-down")).status_code == 409
        states = {row.actor_id: row.state for row in await here.run(lambda: ProjectMember.filter(project=project.id))}
        assert states == {bo.id: "removed", cy.id: "left"}


async def test_the_creator_adds_and_removes_leaders_and_hands_over_before_they_step_down(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launched(here, ana)
    async with here.sign_in("ana") as first, here.sign_in("bo") as second:
        assert (await post(first, f"/p/night/members/{bo.id}/lead")).status_code == 409
        await joined(here, ana, project, bo)
        assert (await post(first, f"/p/night/members/{bo.id}/lead")).status_code == 303
        assert (await post(second, "/p/night/tell", news="We are two now.")).status_code == 303
        assert "We are two now." in (await first.get("/p/night/story")).text
        assert (await post(first, "/p/night/step-down")).status_code == 409
        assert (await post(second, f"/p/night/leaders/{ana.id}/remove", reason="No.")).status_code == 403
        assert (await post(first, f"/p/night/leaders/{bo.id}/hand-over")).status_code == 303
        assert (await post(first, "/p/night/step-down")).status_code == 303
        left = await here.run(lambda: GroupLeader.filter(group_id=project.actor_id).values_list("actor_id", flat=True))
        assert left == [bo.id]
        assert (await first.get("/p/night/lead")).status_code == 403


async def test_what_somebody_leads_goes_to_others_or_waits_for_a_member_when_they_leave_for_good(
    here: Instance,
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    shared, alone = await launched(here, ana), await launched(here, ana, "alone", title="Alone")
    await joined(here, ana, shared, bo)
    await here.run(add_leader, ana, shared, bo)
    await here.run(forget_projects, ana)
    rows = {row.title: row for row in await here.run(lambda: Project.all())}
    assert (rows["Night Train"].creator_id, rows["Night Train"].text) == (bo.id, "A *song*.")
    assert (rows["Alone"].creator_id, rows["Alone"].text, rows["Alone"].content) == (None, "", "")
    assert await here.run(lambda: GroupLeader.filter(actor_id=ana.id).count()) == 0
    async with here.sign_in("bo") as member:
        assert (await member.get("/p/alone")).status_code == 200
    assert alone.id == rows["Alone"].id


async def _first_step(here: Instance, project: Project) -> str:
    steps = await here.run(lambda: Step.filter(project_id=project.id).order_by("position").limit(1))
    return str(steps[0].uri).rpartition("/")[2]
