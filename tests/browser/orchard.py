"""What is led in the world of the browser: a project with a cover, steps in every state, and people on all sides."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.projects.actions.leaders_news import tell_followers
from fedirec.projects.actions.leading import add_leader
from fedirec.projects.actions.members import answer_invitation, ask_to_join, invite_member
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project, set_stage
from fedirec.projects.actions.steps import StepDraft, attach_challenge, finish_step, lock_step, publish_step
from fedirec.projects.forms import Form
from fedirec.projects.models import Project, Step
from fedirec.projects.queries.projects import get_project
from fedirec.projects.stages import Stage
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.models import Challenge

STEPS = (
    "Words for a year",
    "Who lives in it",
    "Pages that fold out into a whole landscape",
    "Set the pages",
    "Read to a child",
)


async def plant(
    state: State, leader: Actor, others: list[Actor], *, slug: str, cover: FileDraft | None = None
) -> Project:
    """A project that is launched, led by `leader`; the first of `others` asks to join, the others are invited."""
    draft = ProjectDraft(
        title="An orchard in four pictures",
        slug=slug,
        text="A picture book about a *pear* tree.\n\n- spring\n- summer",
        form=Form.PICTURE_BOOK,
        language="en",
        tags=["trees", "books"],
        cover=cover,
        steps=[StepDraft(title=title, text="With **care**.") for title in STEPS],
    )
    project = await begin_project(leader, state["keyring"], draft)
    steps = await Step.filter(project_id=project.id).order_by("position")
    for step in steps:
        step.project = project
    for step in steps[:4]:
        await publish_step(leader, step)
    await finish_step(leader, steps[0])
    await lock_step(leader, steps[3], reason="The pages come first.")
    await launch_project(leader, project)
    await set_stage(leader, project, Stage.ADVANCED, reason="The words are there, and people can draw.")
    await tell_followers(leader, project, title="The words are there", text="Thank you, *everybody*.")
    for number, person in enumerate(others):
        if number == 0:
            await ask_to_join(person, project, words="I would draw the bark.", skill="ill")
        else:
            await invite_member(leader, project, person, words="Would you read it?", skill="nrt")
    return project


async def sow(state: State, leader: Actor, other: Actor) -> None:
    """A project that is prepared, to which `other` is invited to lead it; one of its steps says whom it needs."""
    steps = [StepDraft(title="Flowers", skills=("ill", "clr")), StepDraft(title="Bees")]
    draft = ProjectDraft(title="A bud", slug="bud", text="It may open.", form=Form.ZINE, steps=steps)
    project = await begin_project(leader, state["keyring"], draft)
    step = await Step.get(project_id=project.id, title="Flowers")
    step.project = project
    await publish_step(leader, step)
    await invite_member(leader, project, other, words="With me?", as_leader=True)


async def tend(leader: Actor, project: Project, helper: Actor, challenge: Challenge) -> dict[str, str]:
    """`helper` leads it too, and `challenge` belongs to a step; the pages of one of its steps."""
    fresh = await get_project(project.actor.handle, leader)
    await invite_member(leader, fresh, helper)
    await answer_invitation(helper, fresh, accepts=True)
    await add_leader(leader, fresh, helper)
    step = await Step.filter(project_id=fresh.id, title=STEPS[1]).get()
    step.project = fresh
    await attach_challenge(leader, step, challenge)
    return {"step": f"/p/{fresh.actor.handle}/steps/{step.uri.rpartition('/')[2]}"}
