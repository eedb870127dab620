"""What is tried with invitations to projects, and with asking to join them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Boundary, Notification
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Conflict, Forbidden, NotFound, TooMany
from fedirec.projects.actions import leading, members, projects
from fedirec.projects.actions.discarding import discard_project
from fedirec.projects.models import Project, ProjectMember
from fedirec.remix.models import GroupLeader
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.projects.stage import begin, launch, let_in, project_at
from tests.projects.test_federation_attacks import reasons

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def crowd(host: str, size: int) -> list[Actor]:
    """So many people of a server that makes as many as it likes."""
    names = [f"https://{host}/users/{number}" for number in range(size)]
    said: dict[str, Any] = {"type": "Person", "host": host, "inbox": f"https://{host}/inbox"}
    return [await Actor.create(uri=name, handle=f"n{number}", **said) for number, name in enumerate(names)]


async def test_one_server_does_not_fill_a_project_with_people_who_ask(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)

    async def flood(host: str) -> int:
        done = 0
        for person in await crowd(host, members.ASKING.of_host + 5):
            try:
                await members.ask_to_join(person, project)
            except Conflict:
                continue
            done += 1
        return done

    assert await here.run(flood, "evil.test") == members.ASKING.of_host
    assert (await here.run(members.ask_to_join, bo, project)).state == "asked"
    for number in range(4):
        await here.run(flood, f"evil{number}.test")
    cy = await here.join("cy")
    with pytest.raises(Conflict):
        await here.run(members.ask_to_join, cy, project)
    assert (await here.run(members.invite_member, ana, project, cy)).state == "invited"


async def test_nobody_is_pestered_with_invitations(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    await here.run(members.invite_member, ana, project, bo)
    await here.run(lambda: members.decide_request(ana, project, bo, let_in=False))  # taken back
    with pytest.raises(Conflict, match="not long ago"):
        await here.run(members.invite_member, ana, project, bo)
    time_passes(members.REST + timedelta(hours=1))
    await here.run(members.invite_member, ana, project, bo)

    async def invite_everybody() -> None:
        for person in await crowd("far.test", members.MAX_INVITED_A_DAY + 1):
            await members.invite_member(ana, project, person, words="Buy this")

    with pytest.raises(TooMany):
        await here.run(invite_everybody)
    cy, draft = await here.join("cy"), await begin(here, ana, slug="next")
    await here.run(lambda: ProjectMember.filter(project_id=project.id).update(project_id=draft.id))
    await here.run(discard_project, ana, draft)
    with pytest.raises(TooMany):
        await here.run(members.invite_member, ana, project, cy)


async def test_whoever_asks_again_another_day_is_announced_again(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)

    async def ask() -> int:
        await members.ask_to_join(bo, project)
        await members.take_back_request(bo, project)
        return await Notification.filter(kind="wants_to_join").count()

    assert await here.run(ask) == 1
    time_passes(timedelta(days=1))
    assert await here.run(ask) == 2
    await here.run(members.invite_member, ana, project, bo)
    with pytest.raises(NotFound):  # the page of a leader still shows that they ask
        await here.run(lambda: members.decide_request(ana, project, bo, let_in=True))
    assert await here.run(lambda: Notification.filter(kind="invited_to_project", read_at=None).exists())
    await here.run(lambda: members.answer_invitation(bo, project, accepts=True))
    assert not await here.run(lambda: Notification.filter(kind="invited_to_project", read_at=None).exists())


async def test_whoever_was_blocked_since_they_were_invited_does_not_come_in(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    await here.run(members.invite_member, ana, project, bo)
    await here.run(lambda: Boundary.create(owner=ana, other=bo, kind="block"))
    with pytest.raises(Forbidden):
        await here.run(lambda: members.answer_invitation(bo, project, accepts=True))
    with pytest.raises(Forbidden):
        await here.run(members.ask_to_join, bo, project)
    assert (await here.run(lambda: ProjectMember.get(actor_id=bo.id))).state == "invited"
    await here.run(lambda: members.answer_invitation(bo, project, accepts=False))


async def test_whoever_was_handed_a_project_just_now_does_not_step_down_nor_is_taken_out(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    await let_in(here, ana, project, bo)
    await here.run(leading.add_leader, ana, project, bo)
    before = [await project_at(here), await project_at(here)]
    await here.run(leading.hand_over, ana, project, bo)
    with pytest.raises(Conflict):
        await here.run(leading.step_down, bo, before[0])
    with pytest.raises(Forbidden):
        await here.run(lambda: leading.remove_leader(ana, before[1], bo, reason="It is mine again."))
    assert await here.run(lambda: GroupLeader.filter(group_id=project.actor_id).count()) == 2


async def test_nobody_elsewhere_joins_what_moderators_have_hidden(here: Instance, network: Network) -> None:
    ana, evil = await here.join("ana"), Peer(network, "evil.test")
    project = await launch(here, ana)
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="suspended"))
    eve = evil.actor("eve")
    await evil.post(here, evil.activity("Join", eve, project.actor.uri))
    assert await reasons(here) == ["there is no such project here"]
    assert not await here.run(lambda: ProjectMember.all().exists())


async def test_nobody_is_held_in_what_moderators_have_hidden_and_nobody_comes_in(
    here: Instance, network: Network
) -> None:
    ana, evil = await here.join("ana"), Peer(network, "evil.test")
    project = await launch(here, ana)
    eve, mal = [await here.meet(evil.actor(name)) for name in ("eve", "mal")]
    await let_in(here, ana, project, eve)
    await here.run(members.invite_member, ana, project, mal)
    invitation = (await here.run(lambda: ProjectMember.get(actor_id=mal.id))).uri
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="suspended"))
    uri = project.actor.uri
    said = {"type": "Invite", "id": invitation, "actor": uri, "object": uri, "target": mal.uri}
    await evil.post(here, evil.activity("Accept", mal.uri, said))
    await evil.post(here, evil.activity("Leave", eve.uri, uri))
    assert await reasons(here) == ["There is no invitation for you any more."]
    places = await here.run(lambda: ProjectMember.all().order_by("id"))
    assert [place.state for place in places] == ["left", "invited"]
    await evil.post(here, evil.activity("Reject", mal.uri, said))
    await settle(here)
    assert (await here.run(lambda: ProjectMember.get(actor_id=mal.id))).state == "declined"


async def test_one_server_does_not_fill_a_project_that_takes_in_everybody(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await launch(here, ana)
    await here.run(lambda: Project.all().update(stage="adoptable", stage_at=now()))
    project = await project_at(here)

    async def flood() -> list[str]:
        for person in await crowd("evil.test", members.MAX_NEW_OF_HOST + 5):
            with suppress(Conflict):
                await members.ask_to_join(person, project)
        return [place.state for place in await ProjectMember.all()]

    assert await here.run(flood) == ["active"] * members.MAX_NEW_OF_HOST
    assert (await here.run(members.ask_to_join, bo, project)).state == "active"
    await here.run(members.leave_project, bo, project)
    with pytest.raises(Conflict, match="tomorrow"):
        await here.run(members.ask_to_join, bo, project)
    time_passes(timedelta(days=1))
    assert (await here.run(members.ask_to_join, bo, project)).state == "active"


async def test_nobody_launches_what_moderators_have_hidden(here: Instance) -> None:
    ana = await here.join("ana")
    project = await begin(here, ana)
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="suspended"))
    with pytest.raises(NotFound):
        await here.run(projects.launch_project, ana, project)
    assert (await project_at(here)).actor.state == "suspended"
