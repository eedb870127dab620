"""Several do it at the same moment, each having seen what was there before: one of them is right, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.models import Actor, Outgoing
from fedirec.errors import Conflict, FedirecError
from fedirec.projects.actions import elsewhere, leading, members, projects, steps
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.takeovers import decide_takeovers, offer_to_lead
from fedirec.projects.models import Manifest, Project, ProjectMember, Step, StepChallenge
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.stages import Stage
from fedirec.remix.actions import challenges
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import answer_need, fill_need, name_need, withdraw_need
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import (
    accept_submission,
    decline_submission,
    reconsider_submission,
    submit_record,
    withdraw_submission,
)
from fedirec.remix.actions.terms import agree_to_terms
from fedirec.remix.models import Agreement, Challenge, ChallengeTerms, GroupLeader, LogEntry, Need, Submission
from fedirec.remix.terms import Pays, Terms
from tests.conftest import Pass
from tests.network import Instance
from tests.projects.producing import production_with, record_by
from tests.projects.stage import begin, challenge_at, launch, let_in, meet_project, project_at, step_at

pytestmark = pytest.mark.anyio

Deed = Callable[[], Awaitable[Any]]


async def at_once(at: Instance, *deeds: Deed) -> list[FedirecError | None]:
    """What became of each: None, or the friendly reason why not. Whatever else is raised is raised here."""
    ends = await asyncio.gather(*(at.run(deed) for deed in deeds), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, FedirecError):
            raise end
    return [end if isinstance(end, FedirecError) else None for end in ends]


async def kinds(at: Instance, group: int) -> list[str]:
    return [row.kind for row in await at.run(lambda: LogEntry.filter(group_id=group).order_by("id"))]


async def offer_at(at: Instance, author: Actor, challenge: Challenge, title: str = "Drops") -> Submission:
    draft = RecordDraft(title=title, text="Plip.", licence="CC0-1.0", challenge=challenge)
    record = await at.run(publish_record, author, draft)
    return await at.run(lambda: Submission.get(record_id=record.id))


async def as_it_is(at: Instance, row: Submission) -> Submission:
    return await at.run(lambda: Submission.get(id=row.id))


async def test_two_who_choose_at_once_choose_once(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await challenge_at(here, ana)
    offer = await offer_at(here, bo, rain)
    copies = [await as_it_is(here, offer) for _ in range(3)]
    done = await at_once(
        here,
        lambda: accept_submission(ana, copies[0], "It rains."),
        lambda: accept_submission(ana, copies[1], "It pours."),
        lambda: decline_submission(ana, copies[2], "Too wet."),
    )
    assert done.count(None) == 1
    assert all(isinstance(end, Conflict) for end in done if end)
    told = await kinds(here, rain.actor_id)
    assert [kind for kind in told if kind in ("chosen", "declined")] in (["chosen"], ["declined"])
    state = (await as_it_is(here, offer)).state
    again = [
        lambda: reconsider_submission(ana, copies[0], "Hm."),
        lambda: reconsider_submission(ana, copies[1], "Hm!"),
    ]
    if state == "accepted":
        again.append(lambda: withdraw_submission(bo, copies[2]))
    done = await at_once(here, *again)
    assert done[:2].count(None) <= 1
    assert (await kinds(here, rain.actor_id)).count("reconsidered") == done[:2].count(None)


async def test_nothing_is_chosen_in_what_is_called_off_at_that_moment(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await challenge_at(here, ana)
    offers = [await offer_at(here, bo, rain, f"Drop {number}") for number in range(3)]
    copies = [await here.run(lambda: Challenge.get(id=rain.id).select_related("actor")) for _ in range(2)]
    done = await at_once(
        here,
        lambda: accept_submission(ana, offers[0], "It rains."),
        lambda: challenges.cancel_challenge(ana, copies[0], reason="No money."),
        lambda: challenges.cancel_challenge(ana, copies[1], reason="No time."),
        lambda: accept_submission(ana, offers[1], "It rains."),
    )
    told = await kinds(here, rain.actor_id)
    assert told.count("cancelled") == 1
    assert told.count("chosen") == [done[0], done[3]].count(None)
    assert "chosen" not in told[told.index("cancelled") :]
    with pytest.raises(Conflict):
        await here.run(accept_submission, ana, offers[2], "Late rain.")


async def test_what_is_frozen_is_not_withdrawn_and_frozen_once(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    rain = await challenge_at(here, ana)
    await here.run(steps.attach_challenge, ana, await step_at(here, project, "Script"), rain)
    offer = await offer_at(here, bo, rain)
    await here.run(accept_submission, ana, offer, "It rains.")
    record = await here.run(lambda: _record(offer))
    production = await production_with(here, ana, project, [record], licence="CC0-1.0")
    copies = [await here.run(get_production_row, production.id) for _ in range(2)]
    mine = await as_it_is(here, offer)
    done = await at_once(
        here,
        lambda: freeze_production(ana, copies[0]),
        lambda: withdraw_submission(bo, mine),
        lambda: freeze_production(ana, copies[1]),
    )
    frozen = await here.run(lambda: Manifest.filter(production_id=production.id).count())
    assert frozen == [done[0], done[2]].count(None) <= 1
    assert (await as_it_is(here, offer)).state == ("accepted" if frozen else "withdrawn")


async def _record(offer: Submission) -> Any:
    return (await Submission.get(id=offer.id).select_related("record__author")).record


async def test_two_projects_do_not_get_one_challenge(here: Instance) -> None:
    ana = await here.join("ana")
    one, two = await launch(here, ana), await launch(here, ana, slug="sunfilm")
    await challenge_at(here, ana)
    places = [await step_at(here, project, "Script") for project in (one, two, one)]
    copies = [await here.run(lambda: Challenge.get(title="Rain").select_related("actor")) for _ in range(3)]
    done = await at_once(
        here,
        lambda: steps.attach_challenge(ana, places[0], copies[0]),
        lambda: steps.attach_challenge(ana, places[1], copies[1]),
        lambda: steps.attach_challenge(ana, places[2], copies[2]),
    )
    assert done.count(None) == 1
    assert [type(each) for each in done if each is not None] == [Conflict, Conflict], "the others read why: 409"
    row = await here.run(lambda: StepChallenge.get().select_related("step__project", "challenge"))
    assert row.step.project.actor_id == row.challenge.part_of_id


async def test_a_project_is_launched_moved_and_left_once(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await begin(here, ana)
    done = await at_once(here, *[_launch(ana, await project_at(here)) for _ in range(3)])
    assert done.count(None) == 1
    assert (await kinds(here, project.actor_id)).count("launched") == 1

    for person in (bo, cy):
        await let_in(here, ana, project, person)
        await here.run(leading.add_leader, ana, await project_at(here), person)
    stale = [await project_at(here) for _ in range(2)]
    done = await at_once(
        here,
        lambda: projects.set_stage(ana, stale[0], Stage.PAUSED, reason="Tired."),
        lambda: projects.set_stage(bo, stale[1], Stage.ABANDONED, reason="Over."),
    )
    moves = await here.run(lambda: LogEntry.filter(group_id=project.actor_id, kind="stage_set").order_by("id"))
    assert [move.details["stage"] for move in moves[:-1]] == [move.details["before"] for move in moves[1:]]
    assert len([move for move in moves if move.reason in ("Tired.", "Over.")]) == done.count(None)
    assert (await project_at(here)).stage == moves[-1].details["stage"]

    stale = [await project_at(here) for _ in range(2)]
    await at_once(here, lambda: leading.step_down(bo, stale[0]), lambda: leading.step_down(cy, stale[1]))
    assert await here.run(lambda: GroupLeader.filter(group_id=project.actor_id).count()) == 1


def _launch(leader: Actor, project: Project) -> Deed:
    return lambda: projects.launch_project(leader, project)


async def test_two_who_move_steps_leave_each_in_a_place_of_its_own(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana, steps=[steps.StepDraft(title=title) for title in ("Script", "B", "C", "D")])
    await let_in(here, ana, project, bo)
    await here.run(leading.add_leader, ana, await project_at(here), bo)
    rows = {title: await step_at(here, project, title) for title in ("B", "C", "D")}
    done = await at_once(
        here,
        lambda: steps.move_step(ana, rows["B"], earlier=False),
        lambda: steps.move_step(bo, rows["C"], earlier=False),
        lambda: steps.move_step(ana, rows["D"], earlier=True),
    )
    assert done == [None] * 3
    places = await here.run(lambda: Step.filter(project_id=project.id))
    assert sorted(step.position for step in places) == [1, 2, 3, 4]
    stale = [await step_at(here, project, "Script") for _ in range(2)]
    done = await at_once(
        here, lambda: steps.finish_step(ana, stale[0]), lambda: steps.lock_step(bo, stale[1], reason="Wait.")
    )
    told = [kind for kind in await kinds(here, project.actor_id) if kind in ("step_done", "step_locked")]
    assert told in (["step_done"], ["step_locked"], ["step_done", "step_locked"], ["step_locked", "step_done"])
    state = (await step_at(here, project, "Script")).state
    assert state == {"step_done": "done", "step_locked": "locked"}[told[-1]]
    drafts = [await step_at(here, project, "B") for _ in range(3)]
    done = await at_once(
        here,
        lambda: steps.publish_step(ana, drafts[0]),
        lambda: steps.drop_step(bo, drafts[1]),
        lambda: steps.publish_step(bo, drafts[2]),
    )
    assert done.count(None) == 1


async def test_who_joins_twice_or_is_let_in_by_two_is_in_once(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await launch(here, ana)
    copies = [await project_at(here) for _ in range(4)]
    done = await at_once(
        here,
        lambda: members.ask_to_join(bo, copies[0]),
        lambda: members.ask_to_join(bo, copies[1]),
        lambda: members.invite_member(ana, copies[2], cy),
        lambda: members.ask_to_join(cy, copies[3]),
    )
    assert done[:2].count(None) == 1
    assert await here.run(lambda: ProjectMember.filter(project_id=project.id).count()) == 2
    done = await at_once(
        here,
        lambda: members.decide_request(ana, copies[0], bo, let_in=True),
        lambda: members.decide_request(ana, copies[1], bo, let_in=True),
        lambda: members.take_back_request(bo, copies[2]),
    )
    assert done.count(None) == 1
    told = await here.run(lambda: LogEntry.filter(group_id=project.actor_id, kind="joined", person_id=bo.id).count())
    place = await here.run(lambda: ProjectMember.get(actor_id=bo.id))
    assert told == (place.state == "active")


async def test_takeovers_are_decided_once_whoever_decides(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await launch(here, ana)
    for person in (bo, cy):
        await let_in(here, ana, project, person)
    time_passes(timedelta(days=8))
    await here.run(lambda: _put_up(ana))
    copies = [await project_at(here) for _ in range(3)]
    done = await at_once(
        here,
        lambda: offer_to_lead(bo, copies[0], words="Mine."),
        lambda: offer_to_lead(bo, copies[1], words="Mine!"),
        lambda: offer_to_lead(cy, copies[2], words="Or mine."),
    )
    assert done[:2].count(None) == 1
    time_passes(timedelta(days=60))
    await at_once(here, decide_takeovers, decide_takeovers, decide_takeovers)
    told = await kinds(here, project.actor_id)
    assert told.count("taken_over") == 1
    assert await here.run(lambda: GroupLeader.filter(group_id=project.actor_id).count()) == 1


async def _put_up(leader: Actor) -> None:
    project = await Project.get(actor__local_handle="moonfilm").select_related("actor")
    await projects.set_stage(leader, project, Stage.ADOPTABLE, reason="Who wants it?")


async def test_nobody_agrees_to_terms_while_they_change_but_to_those_they_read(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await challenge_at(here, ana)
    offer = await offer_at(here, bo, rain)
    copies = [await here.run(lambda: Challenge.get(id=rain.id).select_related("actor")) for _ in range(2)]
    change = [
        challenges.ChallengeChange(terms=Terms(version=1, licence=licence, pays=Pays.NOTHING), reason="New.")
        for licence in ("CC-BY-4.0", "CC-BY-SA-4.0")
    ]
    done = await at_once(
        here,
        lambda: challenges.change_challenge(ana, copies[0], change[0]),
        lambda: agree_to_terms(bo, offer, version=2),
        lambda: challenges.change_challenge(ana, copies[1], change[1]),
    )
    versions = await here.run(lambda: ChallengeTerms.filter(challenge_id=rain.id).order_by("version"))
    assert [row.version for row in versions] == list(range(1, 2 + [done[0], done[2]].count(None)))
    bound = await as_it_is(here, offer)
    assert bound.terms_digest == versions[(bound.terms_version or 0) - 1].digest
    agreed = await here.run(lambda: Agreement.filter(submission_id=offer.id).count())
    assert agreed == (1 if done[1] else 2)


async def test_what_is_offered_asked_or_looked_for_twice_at_once_is_so_once(here: Instance, there: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await there.join("cy")
    project, rain = await launch(here, ana), await challenge_at(here, ana)
    record = await record_by(here, bo, "Drops", licence="CC0-1.0")
    done = await at_once(here, *[lambda: submit_record(bo, record, rain)] * 3)
    assert None in done
    assert len(await here.run(lambda: Submission.filter(challenge_id=rain.id))) == 1

    done = await at_once(here, *[lambda: name_need(ana, project.actor, "sng", "A voice")] * 3)
    assert done.count(None) == 1
    need = await here.run(lambda: Need.get().select_related("group"))
    copies = [await here.run(lambda: Need.get(id=need.id).select_related("group")) for _ in range(2)]
    await at_once(here, *[lambda: answer_need(bo, need, "Me.")] * 3)
    assert (await kinds(here, project.actor_id)).count("need_answered") == 1
    done = await at_once(here, lambda: fill_need(ana, copies[0]), lambda: withdraw_need(ana, copies[1]))
    assert done.count(None) == 1

    copy = await meet_project(there, project.actor.uri)
    done = await at_once(there, *[lambda: elsewhere.ask_elsewhere(cy, copy)] * 3)
    assert done.count(None) == 1
    assert await there.run(lambda: Outgoing.filter(type="Join").count()) == 1
