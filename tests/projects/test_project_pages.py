"""Projects from their first form to the slate, in a browser: what leaders, members, guests and strangers see and do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fedirec.activitypub.models import Actor
from fedirec.media.models import Media
from fedirec.projects.actions.members import answer_invitation, invite_member
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project
from fedirec.projects.actions.steps import StepDraft, publish_step
from fedirec.projects.forms import PLANS, Form
from fedirec.projects.models import Project, Step
from tests.network import Instance
from tests.remix.forms import picture, send

pytestmark = pytest.mark.one_database
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


async def test_a_project_is_prepared_in_private_and_launched_with_a_published_step(here: Instance) -> None:
    await here.join("ana")
    await here.join("bo")
    async with here.sign_in("ana") as ana, here.sign_in("bo") as bo:
        filled = {
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
        assert (await post(ana, f"/p/night/steps/{first}/state", do="publish")).status_code == 303
        assert (await post(ana, "/p/night/launch")).headers["location"] == "/p/night"
        seen = await bo.get("/p/night")
        assert seen.status_code == 200
        assert "Lyrics" in seen.text
        assert "Melody" not in seen.text.partition('class="track"')[2].partition("</ol>")[0]
        assert "Night Train" in (await bo.get("/projects?form=song&tag=night&q=train")).text
        assert "Night Train" not in (await bo.get("/projects?form=film")).text
        assert "The project was launched." in (await bo.get("/p/night/log")).text
