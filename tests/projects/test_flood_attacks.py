"""Who tries to be told of a thousand times: strangers to leaders, and leaders to strangers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.models import Instance as InstanceRow
from fedirec.errors import Conflict, TooMany
from fedirec.projects.actions import steps, tasks
from fedirec.projects.actions.productions import roles
from fedirec.projects.actions.projects import MAX_MOVES, set_stage
from fedirec.projects.actions.takeovers import MAX_A_DAY, offer_to_lead, withdraw_offer
from fedirec.projects.inbox.projects import MAX_OF_HOST
from fedirec.projects.models import Task
from fedirec.projects.stages import Stage
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import MAX_OF_HOST_A_DAY, name_need
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission, ask_for_change, decline_submission, redo_work
from fedirec.remix.actions.submissions.deciding import MAX_DECIDED
from fedirec.remix.models import Challenge, LogEntry, Submission
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.projects.producing import production_with
from tests.projects.stage import challenge_at, launch, let_in, project_at, step_at
from tests.projects.test_federation_attacks import CONTEXT, Elsewhere, reasons

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


@pytest.fixture
def evil(network: Network) -> Elsewhere:
    return Elsewhere(network)


@pytest.fixture
async def ana(here: Instance) -> Actor:
    return await here.join("ana")


async def test_a_server_full_of_people_who_could_do_it_fills_no_log(
    here: Instance, ana: Actor, evil: Elsewhere, time_passes: Pass
) -> None:
    project = await launch(here, ana)
    need = await here.run(lambda: name_need(ana, project.actor, "sng", "A voice"))

    async def answer(first: int, last: int) -> int:
        for number in range(first, last):
            person = evil.peer.actor(f"n{number}")
            said = {"target": project.actor.uri, "content": "Buy this"}
            await evil.peer.post(here, evil.peer.activity("Offer", person, need.uri, **said))
        await settle(here)
        return await here.run(lambda: LogEntry.filter(kind="need_answered").count())

    assert await answer(0, MAX_OF_HOST_A_DAY + 3) == MAX_OF_HOST_A_DAY
    time_passes(timedelta(days=2))
    await here.run(lambda: InstanceRow.all().update(holds_strangers=True))
    assert await answer(100, 101) == MAX_OF_HOST_A_DAY
    assert (await reasons(here))[-1] == "strangers are not heard at the moment"


async def test_a_server_full_of_challenges_does_not_get_them_on_our_pages_by_offering_them(
    here: Instance, ana: Actor, evil: Elsewhere
) -> None:
    project = await launch(here, ana)
    for number in range(MAX_OF_HOST + 3):
        claimed: dict[str, Any] = {"type": "Group", "kind": "challenge", "isPartOf": project.actor.uri}
        uri = evil.peer.actor(f"c{number}", **claimed | {"@context": CONTEXT})
        document = json.loads(evil.peer.network.answers[uri].content)
        said: dict[str, Any] = {"target": project.actor.uri, "@context": CONTEXT}
        await evil.peer.post(here, evil.peer.activity("Offer", uri, document, **said))
    assert set(await reasons(here)) == {"too many challenges of that server wait already"}
    assert await here.run(lambda: Challenge.filter(actor__is_local=False).count()) == MAX_OF_HOST


async def test_nobody_is_asked_about_a_role_again_and_again_and_not_everybody_in_a_day(
    here: Instance, ana: Actor, evil: Elsewhere
) -> None:
    victim = await here.meet(evil.peer.actor("victim"))
    project = await launch(here, ana)
    production = await production_with(here, ana, project, [])

    async def pester() -> int:
        before = await Outgoing.all().count()
        for _again in range(3):
            line = await roles.add_role(ana, production, role="pdr", person=victim, words="Buy this")
            await roles.remove_role(ana, production, line.id)
        return await Outgoing.all().count() - before

    assert await here.run(pester) == 1

    async def ask_everybody() -> None:
        for number in range(roles.MAX_ASKED):
            uri = f"https://far.test/users/{number}"
            said: dict[str, Any] = {"type": "Person", "host": "far.test", "inbox": f"{uri}/inbox"}
            person = await Actor.create(uri=uri, handle=f"n{number}", **said)
            line = await roles.add_role(ana, production, role="pdr", person=person)
            await roles.remove_role(ana, production, line.id)

    with pytest.raises(TooMany):
        await here.run(ask_everybody)


async def test_offering_to_lead_and_thinking_again_ends_soon(here: Instance, ana: Actor, time_passes: Pass) -> None:
    bo = await here.join("bo")
    project = await launch(here, ana)
    await let_in(here, ana, project, bo)
    time_passes(timedelta(days=8))
    await here.run(lambda: set_stage(ana, project, Stage.ADOPTABLE, reason="Who wants it?"))
    project = await project_at(here)
    for _again in range(MAX_A_DAY):
        await here.run(lambda: offer_to_lead(bo, project, words="Mine."))
        await here.run(withdraw_offer, bo, project)
    with pytest.raises(TooMany):
        await here.run(lambda: offer_to_lead(bo, project, words="Mine."))


async def test_all_who_worked_on_something_are_told_once_a_day_that_it_is_made_anew(here: Instance, ana: Actor) -> None:
    bo = await here.join("bo")
    rain = await challenge_at(here, ana)
    draft = RecordDraft(title="Drops", text="Plip.", licence="CC0-1.0", challenge=rain)
    record = await here.run(publish_record, bo, draft)
    offered = await here.run(lambda: Submission.get(record_id=record.id))
    await here.run(accept_submission, ana, offered, "It rains.")
    await here.run(redo_work, ana, offered, "Louder.")
    with pytest.raises(Conflict):
        await here.run(redo_work, ana, offered, "Louder!")


async def test_the_log_does_not_name_who_was_only_given_what_is_dropped(here: Instance, ana: Actor) -> None:
    bo = await here.join("bo")
    project = await launch(here, ana)
    await let_in(here, ana, project, bo)
    made = await here.run(tasks.make_task, ana, project, tasks.TaskDraft(title="Colour", assignee=bo))
    whole = await here.run(lambda: Task.get(id=made.id).select_related("project__actor", "assignee", "made_by"))
    await here.run(tasks.give_task, ana, whole, bo)
    assert await here.run(lambda: Notification.filter(kind="task_given").count()) == 1
    await here.run(lambda: tasks.drop_task(ana, whole, reason="It is fine as it is."))
    assert (await here.run(lambda: LogEntry.get(kind="task_dropped"))).person_id is None


async def test_a_project_does_not_stop_and_go_on_all_day(here: Instance, ana: Actor, time_passes: Pass) -> None:
    project = await launch(here, ana)

    async def waver() -> None:
        for _again in range(MAX_MOVES):
            for stage in (Stage.ABANDONED, Stage.EARLY):
                await set_stage(ana, project, stage, reason="Hear me.")

    with pytest.raises(TooMany):
        await here.run(waver)
    assert await here.run(lambda: LogEntry.filter(kind="stage_set", by_id=ana.id).count()) == MAX_MOVES
    step = await step_at(here, project, "Script")

    async def swing() -> None:
        for _again in range(steps.MAX_MOVES):
            await steps.lock_step(ana, step, reason="Hear me.")
            await steps.open_step(ana, step)

    with pytest.raises(TooMany):
        await here.run(swing)
    swings = ("step_locked", "step_opened")
    assert await here.run(lambda: LogEntry.filter(kind__in=swings).count()) == steps.MAX_MOVES
    time_passes(timedelta(days=1))
    await here.run(lambda: set_stage(ana, project, Stage.ABANDONED, reason="For good."))


async def test_nobody_is_written_to_all_day_about_one_work(here: Instance, ana: Actor, time_passes: Pass) -> None:
    bo = await here.join("bo")
    rain = await challenge_at(here, ana)
    draft = RecordDraft(title="Drops", text="Plip.", licence="CC0-1.0", challenge=rain)
    record = await here.run(publish_record, bo, draft)
    offered = await here.run(lambda: Submission.get(record_id=record.id))
    for again in range(MAX_DECIDED):
        await here.run(ask_for_change, ana, offered, f"Louder, {again} times.")
    for decide in (ask_for_change, decline_submission, accept_submission):
        with pytest.raises(TooMany):
            await here.run(decide, ana, offered, "Louder!")
    time_passes(timedelta(days=1))
    await here.run(accept_submission, ana, offered, "It rains.")
