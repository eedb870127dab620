"""What there is to do in the world of the browser: a project with tasks, and one that looks for somebody to lead it."""

from __future__ import annotations

from datetime import timedelta

from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.clock import now
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project, set_stage
from fedirec.projects.actions.takeovers import offer_to_lead
from fedirec.projects.actions.tasks import TaskDraft, drop_task, finish_task, make_task
from fedirec.projects.models import Project, ProjectMember, Step, Task
from fedirec.projects.queries.tasks import get_task_row
from fedirec.projects.stages import Stage

DAY = timedelta(days=1)


async def give_work(state: State, leader: Actor, helper: Actor, third: Actor) -> dict[str, str]:
    """`helper` is trusted in a project of `leader` and has tasks, one of them late; `third` offers to lead another one,
    in which `helper` is as well.
    """
    lamp = await _project(state, leader, "lamp", "A lamp that tells stories", [helper])
    step = await Step.get(project_id=lamp.id)
    drafts = [
        TaskDraft(title="Fold the shade", text="Along the *lines*.", step=step, assignee=helper, due_at=now() + DAY),
        TaskDraft(title="Find somebody who solders", due_at=now() + 6 * DAY),
        TaskDraft(title="Ask the printer", assignee=leader),
        TaskDraft(title="Draw the plan", assignee=helper),
        TaskDraft(title="Order a crane"),
    ]
    tasks = [await get_task_row((await make_task(leader, lamp, draft)).id) for draft in drafts]
    late = await make_task(leader, lamp, TaskDraft(title="Write to the choir", assignee=helper, due_at=now() + DAY))
    await Task.filter(id=late.id).update(due_at=now() - DAY)
    await finish_task(helper, tasks[3])
    await drop_task(leader, tasks[4], reason="The lamp is small.")
    well = await _project(state, leader, "well", "Songs for a dry well", [helper, third])
    await set_stage(leader, well, Stage.ADOPTABLE, reason="I have moved away from it.")
    await offer_to_lead(third, well, words="I would sing on.")
    return {"task": f"/p/lamp/tasks/{tasks[0].uri.rpartition('/')[2]}"}


async def _project(state: State, leader: Actor, slug: str, title: str, members: list[Actor]) -> Project:
    """One that is launched, in which `members` have been for long."""
    draft = ProjectDraft(title=title, slug=slug, text="Who **joins**?", language="en", timezone="Pacific/Auckland")
    project = await begin_project(leader, state["keyring"], draft)
    await Step.create(
        project=project,
        uri=f"{project.actor.uri}/steps/first",
        position=1,
        title="The first step",
        state="open",
        published_at=now(),
    )
    await launch_project(leader, project)
    for member in members:
        await ProjectMember.create(
            project=project, actor=member, state="active", is_trusted=True, joined_at=now() - 30 * DAY
        )
    return project
