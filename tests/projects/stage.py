"""What tests about projects between instances begin with."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.projects.actions import members, projects, steps
from fedirec.projects.actions.meeting import find_project
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.projects import get_step, with_parts
from fedirec.remix.actions import challenges
from fedirec.remix.models import Challenge
from fedirec.remix.terms import Pays, Terms
from tests.network import KEYS, Instance

SLUG = "moonfilm"


async def project_at(at: Instance, uri: str = f"https://here.test/p/{SLUG}") -> Project:
    return await at.run(lambda: with_parts(Project.filter(actor__uri=uri)).get())


async def begin(at: Instance, creator: Actor, **fields: Any) -> Project:
    """A project that is not launched, with a published step and one that is a draft."""
    wanted: dict[str, Any] = {
        "title": "Moon film",
        "slug": SLUG,
        "text": "A film about the *moon*.",
        "tags": ["Moon"],
        "steps": [steps.StepDraft(title="Script", text="Scenes."), steps.StepDraft(title="Secret", text="Not yet.")],
    }
    draft = projects.ProjectDraft(**(wanted | fields))
    made = await at.run(lambda: projects.begin_project(creator, at.state["keyring"], draft, keys=KEYS))
    project = await project_at(at, made.actor.uri)
    await at.run(steps.publish_step, creator, await step_at(at, project, "Script"))
    return project


async def launch(at: Instance, creator: Actor, **fields: Any) -> Project:
    project = await begin(at, creator, **fields)
    await at.run(projects.launch_project, creator, project)
    return await project_at(at, project.actor.uri)


async def step_at(at: Instance, project: Project, title: str) -> Step:
    row = await at.run(lambda: Step.get(project_id=project.id, title=title))
    return await at.run(get_step, project, row.uri.rpartition("/")[2])


async def challenge_at(at: Instance, leader: Actor, slug: str = "rain", **fields: Any) -> Challenge:
    draft = challenges.ChallengeDraft(
        **{
            "title": slug.title(),
            "slug": slug,
            "text": "Record rain.",
            "terms": Terms(version=1, licence="CC0-1.0", pays=Pays.NOTHING),
            **fields,
        }
    )
    opened = await at.run(lambda: challenges.open_challenge(leader, at.state["keyring"], draft, keys=KEYS))
    return await at.run(lambda: Challenge.get(id=opened.id).select_related("actor", "leader"))


async def meet_project(at: Instance, uri: str, *, fresh: bool = False) -> Project:
    found = await at.run(lambda: find_project(at.state["remote"], uri, fresh=fresh))
    return await project_at(at, found.actor.uri)


async def let_in(home: Instance, leader: Actor, project: Project, person: Actor) -> None:
    """`person`, met at the home of the project, is a member of it, as if they had asked on its page."""
    await home.run(members.ask_to_join, person, project)
    await home.run(lambda: members.decide_request(leader, project, person, let_in=True))
