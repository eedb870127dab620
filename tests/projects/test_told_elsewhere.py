"""A story told piece by piece, whom an instance passes on, and members elsewhere who take a project over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.activitypub.models import Actor, Announcement
from fedirec.projects.actions.elsewhere import answer_elsewhere
from fedirec.projects.actions.members import invite_member
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.takeovers import decide_takeovers, offer_to_lead
from fedirec.projects.models import Project
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.queries.story import Chapter, story_of
from fedirec.remix.actions.challenges import Said, conclude_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.news import post_news
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Challenge, GroupLeader, LogEntry, News, Record, Submission
from fedirec.remix.submissions import Outcome
from fedirec.web.paging import Cursor
from tests.admin.test_instance_actor import announce, announced
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.projects.producing import challenge_of, production_with, record_by
from tests.projects.producing import project_at as project_of
from tests.projects.stage import challenge_at, launch, meet_project, project_at
from tests.projects.test_takeovers import DAY, falls_silent


async def test_the_story_is_whole_in_whatever_pieces_it_is_read(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await launch(here, ana)
    challenge = await challenge_at(here, ana)
    challenge.part_of = project.actor
    await here.run(lambda: challenge.save(update_fields=["part_of_id"]))
    for title in ("One", "Two", "Three"):
        work = RecordDraft(title=title, text="la", licence="CC0-1.0", challenge=challenge)
        record = await here.run(publish_record, bo, work)
        offered = await here.run(lambda row=record.id: Submission.get(record_id=row))  # type: ignore[misc]
        await here.run(accept_submission, ana, offered, "It fits.")
        await here.run(lambda at=title: post_news(ana, project.actor, title=at, text="So far."))  # type: ignore[misc]

    async def at_once() -> None:
        """Much happened at the same moment."""
        moment = (await News.all().order_by("id").first()).published_at  # type: ignore[union-attr]
        await News.all().update(published_at=moment)
        await Submission.all().update(decided_at=moment)

    await here.run(at_once)

    async def read(limit: int) -> list[Chapter]:
        found: list[Chapter] = []
        after: Cursor | None = None
        while piece := await story_of(project, viewer=None, after=after, limit=limit):
            found += piece
            after = piece[-1].place
        return found

    whole = [each.place for each in await here.run(read, 100)]
    logged = await here.run(lambda: LogEntry.exclude(kind="chosen").count())
    assert len(whole) == len(set(whole)) == logged + 3 + 3
    for size in (1, 2, 5):
        assert [each.place for each in await here.run(read, size)] == whole, size


@pytest.mark.one_database
async def test_an_instance_passes_on_whom_its_projects_look_for_and_not_for_those_who_hide(here: Instance) -> None:
    ana = await here.join("ana")
    project = await launch(here, ana)
    need = await here.run(name_need, ana, project.actor, "anm", "Drops.")
    await announce(here, "needs")
    assert await announced(here) == [need.uri]
    ana.is_indexable = False
    await here.run(lambda: ana.save(update_fields=["is_indexable"]))
    await announce(here, "needs")
    assert await announced(here) == []
    assert not await here.run(lambda: Announcement.filter(object_uri=need.uri).exists())


async def test_a_member_who_lives_elsewhere_takes_a_project_over(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, eve = await here.join("ana"), await there.join("eve")
    project = await launch(here, ana)
    met = await here.meet(eve)
    await here.run(invite_member, ana, project, met)
    await settle(here, there)
    copy = await project_at(there, project.actor.uri)
    await there.run(lambda: answer_elsewhere(eve, copy, accepts=True))
    await settle(there, here)
    await falls_silent(here, time_passes)
    await here.run(lambda: offer_to_lead(met, project, words="From over there."))
    time_passes(7 * DAY + timedelta(minutes=1))
    assert await here.run(decide_takeovers) == 1
    led = await here.run(lambda: GroupLeader.filter(group_id=project.actor_id).select_related("actor"))
    assert [row.actor.uri for row in led] == [eve.uri]
    assert (await here.run(lambda: Project.get(id=project.id))).stage == "early"
    await settle(here, there)
    copy = await meet_project(there, project.actor.uri, fresh=True)
    known = await there.run(lambda: GroupLeader.filter(group_id=copy.actor_id).select_related("actor"))
    assert [row.actor.uri for row in known] == [eve.uri]


async def test_what_is_in_a_frozen_production_was_used_whatever_is_said_at_the_end(
    here: Instance, there: Instance
) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await there.join("cy")
    project = await project_of(here, ana)
    challenge = await challenge_of(here, ana, project)
    sky = await record_by(here, bo, "Sky", challenge=challenge)
    remote = await there.find_challenge(challenge.actor.uri)
    sea = await record_by(there, cy, "Sea", challenge=remote)
    await settle(there, here)
    offered = {row.record.uri: row for row in await here.run(lambda: Submission.all().select_related("record"))}
    for row in offered.values():
        await here.run(accept_submission, ana, row, "Yes.")
    copy = offered[sea.uri].record

    async def freeze(*records: Record) -> None:
        made = await production_with(here, ana, project, list(records))
        await here.run(lambda: freeze_row(ana, made.id))

    await freeze(sky)
    async with here.sign_in("ana") as browser:
        for deed in ("close", "select"):
            await browser.post(f"/c/skies/{deed}")
        form = (await browser.get("/c/skies/conclude")).text
        assert form.count('value="used" selected') == 1
    said = {offered[sky.uri].id: Said(outcome=Outcome.THANKED, thanks="Blue!")}
    ending = await here.run(lambda: Challenge.get(id=challenge.id).select_related("actor"))
    await here.run(conclude_challenge, ana, ending, text="A film.", said=said)
    ends = await here.run(lambda: Submission.all().order_by("id").values_list("outcome", "thanks"))
    assert sorted(ends) == [("thanked", ""), ("used", "Blue!")]
    await settle(here, there)
    assert (await there.run(lambda: Submission.get())).outcome == "thanked"
    await freeze(copy)
    await settle(here, there)
    assert (await there.run(lambda: Submission.get())).outcome == "used"


async def freeze_row(leader: Actor, key: int) -> None:
    await freeze_production(leader, await get_production_row(key))
