"""Who may do what with tasks, and offer to lead: each action refuses whom the table refuses, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions import leading, takeovers, tasks
from fedirec.projects.models import Project, ProjectMember, Step, Task
from fedirec.projects.queries.projects import parts_of
from fedirec.projects.queries.tasks import get_task_row
from fedirec.remix.powers import Deed, Part, may_do
from tests.network import Instance
from tests.projects.stage import launch, step_at
from tests.projects.test_project_powers import WHO, Act, _guest, _is_refused

pytestmark = pytest.mark.one_database
DRAFT = tasks.TaskDraft(title="Colour the sky")


async def task_of(project: Project) -> Task:
    row = await Task.filter(project_id=project.id).first()
    assert row is not None
    return await get_task_row(row.id)


async def _change(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.change_task(who, await task_of(project), DRAFT)


async def _drop(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.drop_task(who, await task_of(project), reason="Not needed.")


async def _reopen(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.reopen_task(who, await task_of(project))


async def _take(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.take_task(who, await task_of(project))


async def _give(who: Actor, project: Project, _step: Step, bo: Actor) -> object:
    return await tasks.give_task(who, await task_of(project), bo)


async def _finish(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.finish_task(who, await task_of(project))


async def _hand_back(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.hand_back(who, await task_of(project))


async def _make(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    return await tasks.make_task(who, project, DRAFT)


async def _offer(who: Actor, project: Project, _step: Step, _bo: Actor) -> object:
    await Project.filter(id=project.id).update(stage="adoptable")
    return await takeovers.offer_to_lead(who, project, words="I would.")


ACTS: dict[Deed, list[Act]] = {
    Deed.MAKE_TASK: [_make],
    Deed.CHANGE_TASK: [_change, _drop, _reopen],
    Deed.TAKE_TASK: [_take],
    Deed.GIVE_TASK: [_give],
    Deed.FINISH_TASK: [_finish],
    Deed.HAND_BACK_TASK: [_hand_back],
    Deed.OFFER_TO_LEAD: [_offer],
}


@pytest.mark.parametrize("assigned", ["member", "trusted", "leader"])
async def test_each_deed_with_a_task_refuses_whom_the_table_refuses(here: Instance, assigned: str) -> None:
    people = {name: await here.join(name) for name in WHO if name != "guest"}
    people["guest"] = await here.run(_guest)
    project = await launch(here, people["creator"])
    step = await step_at(here, project, "Secret")

    async def meet() -> None:
        for name in ("leader", "trusted", "member"):
            await ProjectMember.create(
                project=project,
                actor=people[name],
                state="active",
                is_trusted=name == "trusted",
                joined_at=now() - timedelta(days=30),
            )
        await leading.add_leader(people["creator"], project, people["leader"])
        await tasks.make_task(people["creator"], project, tasks.TaskDraft(title="x", assignee=people[assigned]))

    await here.run(meet)
    for name, who in people.items():
        parts = await here.run(parts_of, project, who)
        if name == assigned:
            parts |= {Part.ASSIGNEE}
        for deed, acts in ACTS.items():
            for act in acts:
                refused = await here.run(_is_refused, act, who, project, step, people["member"])
                assert refused is not may_do(deed, parts), (name, deed)
