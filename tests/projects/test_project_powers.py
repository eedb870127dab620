"""Who may do what in a project: each action refuses whom the table refuses, and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden
from fedirec.projects.actions import leaders_news, leading, members, projects, steps
from fedirec.projects.models import Project, ProjectMember, Step
from fedirec.projects.queries.projects import parts_of
from fedirec.projects.stages import Stage
from fedirec.remix.models import Challenge
from fedirec.remix.powers import POWERS, Deed, Part, may_do
from tests.network import Instance
from tests.projects.stage import launch, step_at

pytestmark = pytest.mark.one_database
Act = Callable[[Actor, Project, Step, Actor], Awaitable[Any]]
STEP = steps.StepDraft(title="Further")
CHANGED = projects.ProjectDraft(title="Moon film", slug="moonfilm", text="Else.")

ACTS: dict[Deed, list[Act]] = {
    Deed.CHANGE_PROJECT: [lambda who, project, step, bo: projects.change_project(who, project, CHANGED)],
    Deed.LAUNCH_PROJECT: [lambda who, project, step, bo: projects.launch_project(who, project)],
    Deed.SET_STAGE: [lambda who, project, step, bo: projects.set_stage(who, project, Stage.PAUSED, reason="Rest.")],
    Deed.PUT_UP_PROJECT: [
        lambda who, project, step, bo: projects.set_stage(who, project, Stage.ADOPTABLE, reason="Who would?")
    ],
    Deed.ADD_LEADER: [
        lambda who, project, step, bo: leading.add_leader(who, project, bo),
        lambda who, project, step, bo: leading.hand_over(who, project, bo),
    ],
    Deed.REMOVE_LEADER: [lambda who, project, step, bo: leading.remove_leader(who, project, bo, reason="Asked.")],
    Deed.STEP_DOWN: [lambda who, project, step, bo: leading.step_down(who, project)],
    Deed.WRITE_STEP: [
        lambda who, project, step, bo: steps.add_step(who, project, STEP),
        lambda who, project, step, bo: steps.change_step(who, step, STEP),
        lambda who, project, step, bo: steps.drop_step(who, step),
    ],
    Deed.MOVE_STEP: [
        lambda who, project, step, bo: steps.move_step(who, step, earlier=True),
        lambda who, project, step, bo: steps.publish_step(who, step),
        lambda who, project, step, bo: steps.lock_step(who, step, reason="Full."),
        lambda who, project, step, bo: steps.open_step(who, step),
        lambda who, project, step, bo: steps.finish_step(who, step),
    ],
    Deed.ATTACH_CHALLENGE: [
        lambda who, project, step, bo: steps.detach_challenge(who, step, Challenge(id=7), reason="Elsewhere."),
    ],
    Deed.ASK_TO_JOIN: [lambda who, project, step, bo: members.ask_to_join(who, project)],
    Deed.INVITE_MEMBER: [lambda who, project, step, bo: members.invite_member(who, project, bo)],
    Deed.LET_IN: [lambda who, project, step, bo: members.decide_request(who, project, bo, let_in=True)],
    Deed.TRUST_MEMBER: [lambda who, project, step, bo: members.trust_member(who, project, bo, is_trusted=True)],
    Deed.REMOVE_MEMBER: [lambda who, project, step, bo: members.remove_member(who, project, bo, reason="Left.")],
    Deed.LEAVE_PROJECT: [lambda who, project, step, bo: members.leave_project(who, project)],
    Deed.POST_NEWS: [lambda who, project, step, bo: leaders_news.tell_followers(who, project, title="", text="New.")],
}
WHO = ("creator", "leader", "trusted", "member", "stranger", "guest")


async def test_each_action_refuses_whom_the_table_refuses(here: Instance) -> None:
    people = {name: await here.join(name) for name in WHO if name != "guest"}
    people["guest"] = await here.run(_guest)
    bystander = await here.join("bystander")
    project = await launch(here, people["creator"])
    step = await step_at(here, project, "Secret")

    async def meet() -> None:
        for name in ("leader", "trusted", "member"):
            await ProjectMember.create(
                project=project, actor=people[name], state="active", is_trusted=name == "trusted", joined_at=now()
            )
        await leading.add_leader(people["creator"], project, people["leader"])

    await here.run(meet)
    for name, who in people.items():
        parts = await here.run(parts_of, project, who)
        for deed, acts in ACTS.items():
            for act in acts:
                refused = await here.run(_is_refused, act, who, project, step, bystander)
                assert refused is not may_do(deed, parts), (name, deed)


def test_parts_of_strangers_members_and_leaders_are_apart() -> None:
    """What the table grants to leaders alone, no member has by being trusted."""
    alone = {deed for deed in ACTS if not may_do(deed, {Part.ANYONE, Part.RESIDENT, Part.MEMBER, Part.TRUSTED})}
    assert alone == set(ACTS) - {Deed.ASK_TO_JOIN, Deed.LEAVE_PROJECT}
    assert {Deed.PUT_UP_PROJECT, Deed.ADD_LEADER, Deed.REMOVE_LEADER} == {
        deed for deed in ACTS if POWERS[deed] == {Part.CREATOR}
    }


class _Undone(Exception):
    pass


async def _is_refused(act: Act, who: Actor, project: Project, step: Step, bystander: Actor) -> bool:
    """Whether it was refused for who they are; whatever it did is undone."""
    fresh = await Project.get(id=project.id).select_related("actor")
    again = await Step.get(id=step.id)
    again.project = fresh
    refused = False
    with suppress(_Undone):
        async with transaction():
            refused = await _tried(act(who, fresh, again, bystander))
            raise _Undone
    return refused


async def _tried(done: Awaitable[Any]) -> bool:
    try:
        await done
    except FedirecError as error:
        return isinstance(error, Forbidden)
    return False


async def _guest() -> Actor:
    uri = "https://far.example/users/guest"
    return await Actor.create(
        uri=uri, type="Person", handle="guest", host="far.example", name="Guest", inbox=f"{uri}/inbox"
    )
