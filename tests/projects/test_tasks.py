"""Tasks, from writing one down to its end: on pages, here and elsewhere, and reminded of in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.projects.actions.leading import add_leader
from fedirec.projects.actions.members import (
    ask_to_join,
    decide_request,
    invite_member,
    leave_project,
    remove_member,
    trust_member,
)
from fedirec.projects.actions.projects import ProjectDraft, begin_project, launch_project, set_stage
from fedirec.projects.actions.reminders import FORGOTTEN, UNANSWERED, remind_of_invitations, remind_of_tasks
from fedirec.projects.actions.tasks import (
    TaskDraft,
    change_task,
    drop_task,
    finish_task,
    give_task,
    hand_back,
    make_task,
    reopen_task,
    take_task,
)
from fedirec.projects.models import Project, Step, Task
from fedirec.projects.queries.projects import get_project_row
from fedirec.projects.queries.tasks import get_task_row, tasks_of
from fedirec.projects.stages import Stage
from fedirec.remix.models import LogEntry
from tests.conftest import Pass
from tests.network import KEYS, Instance, settle

pytestmark = pytest.mark.one_database
both = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
"""For the few that ask the databases for everything that the others do."""
DAY = timedelta(days=1)


async def a_project(instance: Instance, leader: Actor, slug: str = "fox", **fields: Any) -> Project:
    """One that is launched, with a published step."""
    draft = ProjectDraft(title="The fox film", slug=slug, text="A film.", **fields)

    async def begin() -> Project:
        project = await begin_project(leader, instance.state["keyring"], draft, keys=KEYS)
        step = await Step.create(
            project=project, uri=f"{project.actor.uri}/steps/one", position=1, title="Script", state="open"
        )
        step.published_at = now()
        await step.save()
        return await launch_project(leader, project)

    return await instance.run(begin)


async def joins(instance: Instance, project: Project, person: Actor, *, trusted_by: Actor | None = None) -> None:
    async def enter() -> None:
        leader = await Actor.get(id=project.creator_id or 0)
        await ask_to_join(person, project)
        await decide_request(leader, project, person, let_in=True)
        if trusted_by is not None:
            await trust_member(trusted_by, project, person, is_trusted=True)

    await instance.run(enter)


async def a_task(instance: Instance, maker: Actor, project: Project, **fields: Any) -> Task:
    made = await instance.run(make_task, maker, project, TaskDraft(**{"title": "Colour the sky", **fields}))
    return await instance.run(get_task_row, made.id)


async def fresh(instance: Instance, task: Task) -> Task:
    return await instance.run(get_task_row, task.id)


async def told(instance: Instance, *kinds: str) -> list[tuple[str, str]]:
    rows = await instance.run(
        lambda: Notification.filter(kind__startswith="task_").order_by("id").select_related("account__actor")
    )
    return [(row.account.actor.handle, row.kind) for row in rows if not kinds or row.kind in kinds]


async def logged(instance: Instance, kind: str) -> list[LogEntry]:
    return await instance.run(lambda: LogEntry.filter(kind=kind).order_by("id").select_related("by", "person"))


async def press(browser: httpx.AsyncClient, task: Task, do: str, **fields: str) -> httpx.Response:
    path = task.uri.removeprefix(str(browser.base_url).rstrip("/"))
    return await browser.post(path, data={"do": do, **fields})


@both
async def test_a_task_is_written_down_taken_handed_back_given_and_done(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana, timezone="Pacific/Auckland")
    await joins(here, project, bo)
    await joins(here, project, cy, trusted_by=ana)
    due = (now() + 5 * DAY).strftime("%Y-%m-%dT18:00")
    async with here.sign_in("cy") as browser:
        page = await browser.get("/p/fox/tasks")
        assert 'id="new"' in page.text
        step = await here.run(lambda: Step.get())
        sent = {"title": "Colour the sky", "text": "Very *blue*.", "due": due, "step": str(step.id)}
        made = await browser.post("/p/fox/tasks", data=sent)
        assert made.status_code == 303, made.text
    task = await here.run(get_task_row, (await here.run(lambda: Task.get())).id)
    async with here.sign_in("bo") as browser:
        page = await browser.get("/p/fox/tasks")
        assert "waits for somebody" in page.text
        assert 'id="new"' not in page.text
        assert "18:00 (Pacific/Auckland)" in page.text
        assert (await press(browser, task, "take")).status_code == 303
        page = await browser.get(made.headers["location"])
        assert "<em>blue</em>" in page.text
        assert "Hand it back" in page.text
        assert "Colour the sky" in (await browser.get("/tasks")).text
        assert "What you took on" in (await browser.get("/")).text
        assert (await press(browser, task, "hand_back")).status_code == 303
        assert "You have taken on nothing" in (await browser.get("/tasks")).text
    async with here.sign_in("ana") as browser:
        given = await browser.post(f"/p/fox/tasks/{task.uri.rpartition('/')[2]}/give", data={"assignee": str(bo.id)})
        assert given.status_code == 303, given.text
        assert ">bo<" in (await browser.get("/p/fox/tasks")).text
    async with here.sign_in("bo") as browser:
        assert (await press(browser, task, "finish")).status_code == 303
        assert "Colour the sky" in (await browser.get("/p/fox/tasks?show=ended")).text
    assert await told(here) == [
        ("cy", "task_taken"),
        ("cy", "task_handed_back"),
        ("bo", "task_given"),
        ("cy", "task_done"),
    ]
    (entry,) = await logged(here, "task_done")
    assert entry.by is not None
    assert (entry.by.handle, entry.details["title"]) == ("bo", "Colour the sky")


async def test_strangers_see_the_work_and_not_who_does_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("eve")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    await a_task(here, ana, project, assignee=bo)
    page = await here.get("/p/fox/tasks")
    assert "Colour the sky" in page.text
    assert "somebody sees to it" in page.text
    assert not re.search(r">\s*bo\s*<", page.text)
    await a_task(here, ana, project, title="Find a fox")
    assert "Find a fox" in (await here.get("/p/fox")).text
    async with here.sign_in("eve") as browser:
        assert not re.search(r">\s*bo\s*<", (await browser.get("/p/fox/tasks")).text)


async def test_what_was_typed_wrongly_stays_with_the_reason_beside_it(here: Instance) -> None:
    ana = await here.join("ana")
    project = await a_project(here, ana)
    task = await a_task(here, ana, project, due_at=now() + DAY)
    key = task.uri.rpartition("/")[2]
    async with here.sign_in("ana") as browser:
        for path in ("/p/fox/tasks", f"/p/fox/tasks/{key}/edit"):
            sent = {"title": "", "text": "What I typed", "due": "2020-01-01T10:00", "assignee": "999"}
            page = await browser.post(path, data=sent)
            assert page.status_code == 422
            assert "What I typed" in page.text
            assert "Choose somebody who is in the project." in page.text
        late = await browser.post("/p/fox/tasks", data={"title": "x", "due": "2020-01-01T10:00"})
        assert "still to come" in late.text
        assert (await browser.post(f"/p/fox/tasks/{key}/drop", data={"reason": ""})).status_code == 422
        page = await browser.get(f"/p/fox/tasks/{key}/edit")
        due = re.search(r'name="due" value="([^"]+)"', page.text)
        assert due
        saved = await browser.post(f"/p/fox/tasks/{key}/edit", data={"title": "Paint it", "due": due[1]})
        assert saved.status_code == 303, saved.text
        assert (await browser.get("/p/fox/tasks/nothing")).status_code == 404
    assert (await fresh(here, task)).title == "Paint it"
    assert (await fresh(here, task)).due_at == task.due_at


async def test_who_may_do_what_with_tasks(here: Instance) -> None:
    ana, bo, cy, dee, eve = [await here.join(name) for name in ("ana", "bo", "cy", "dee", "eve")]
    project = await a_project(here, ana)
    for person in (bo, dee):
        await joins(here, project, person)
    await joins(here, project, cy, trusted_by=ana)
    other = await a_project(here, eve, slug="owl")
    foreign = await here.run(lambda: Step.get(project_id=other.id))
    task = await a_task(here, ana, project, assignee=bo)
    attempts: list[tuple[type[FedirecError], Any, tuple[Any, ...]]] = [
        (Forbidden, make_task, (bo, project, TaskDraft(title="x"))),
        (Forbidden, make_task, (eve, project, TaskDraft(title="x"))),
        (Invalid, make_task, (cy, project, TaskDraft(title="x", assignee=eve))),
        (Invalid, make_task, (cy, project, TaskDraft(title="x", step=foreign))),
        (Invalid, make_task, (cy, project, TaskDraft(title="x", due_at=now()))),
        (Forbidden, take_task, (eve, task)),
        (Conflict, take_task, (dee, task)),
        (Forbidden, hand_back, (dee, task)),
        (Forbidden, finish_task, (dee, task)),
        (Forbidden, give_task, (bo, task, dee)),
        (Invalid, give_task, (cy, task, eve)),
        (Forbidden, change_task, (bo, task, TaskDraft(title="x"))),
        (Forbidden, reopen_task, (bo, task)),
        (Conflict, reopen_task, (cy, task)),
    ]
    for refusal, deed, arguments in attempts:
        with pytest.raises(refusal):
            await here.run(deed, *arguments)
    with pytest.raises(Forbidden):
        await here.run(lambda: drop_task(bo, task, reason="I do not like it."))
    with pytest.raises(Invalid):
        await here.run(lambda: drop_task(cy, task, reason=" "))
    await here.run(lambda: drop_task(cy, task, reason="The sky is out."))
    assert (await fresh(here, task)).state == "dropped"
    assert [entry.reason for entry in await logged(here, "task_dropped")] == ["The sky is out."]
    with pytest.raises(Conflict):
        await here.run(finish_task, bo, task)
    await here.run(reopen_task, cy, await fresh(here, task))
    assert (await fresh(here, task)).assignee_id == bo.id


@both
async def test_whoever_leaves_or_is_gone_leaves_their_tasks_to_others(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana)
    for person in (bo, cy):
        await joins(here, project, person)
    first = await a_task(here, ana, project, assignee=bo)
    second = await a_task(here, ana, project, assignee=cy)
    await here.run(leave_project, bo, project)
    assert (await fresh(here, first)).assignee_id is None
    await here.run(lambda: Actor.filter(id=cy.id).update(state="suspended"))
    await here.run(take_task, ana, await fresh(here, second))
    assert (await fresh(here, second)).assignee_id == ana.id
    await here.run(lambda: Actor.filter(id=cy.id).update(state="active"))
    await here.run(give_task, ana, second, cy)
    await here.run(lambda: remove_member(ana, project, cy, reason="Was rude."))
    assert (await fresh(here, second)).assignee_id is None


async def test_two_who_take_one_task_at_once_do_not_both_get_it(here: Instance) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana)
    for person in (bo, cy):
        await joins(here, project, person)
    task = await a_task(here, ana, project)
    seen = await fresh(here, task)
    await here.run(take_task, bo, task)
    with pytest.raises(Conflict):
        await here.run(take_task, cy, seen)
    assert (await fresh(here, task)).assignee_id == bo.id


async def test_somebody_elsewhere_is_told_by_a_post_of_the_project_for_them_alone(
    here: Instance, there: Instance
) -> None:
    ana, eve = await here.join("ana"), await there.join("eve")
    project = await a_project(here, ana)
    known = await here.meet(eve)
    await joins(here, project, known)
    task = await a_task(here, ana, project, assignee=known)
    sent = await here.run(lambda: Outgoing.filter(actor_id=project.actor_id, type="Create").order_by("-id").first())
    assert sent is not None
    note = sent.document["object"]
    assert note["to"] == [eve.uri] or note["to"] == eve.uri
    door = f"{here.origin}/sign-in/elsewhere?next={task.uri.removeprefix(here.origin)}"
    assert (note["url"], f'href="{door}"' in note["content"]) == (door, True)
    assert "Colour the sky" in note["content"]
    await settle(here, there)
    heard = await there.run(lambda: Notification.get(kind="group_wrote").select_related("account__actor"))
    assert heard.account.actor.handle == "eve"
    assert heard.details["title"] == "ana asks you to see to “Colour the sky”. You can hand it back."
    async with there.sign_in("eve") as browser:
        told = (await browser.get("/notifications")).text
    assert (f'href="{door}"' in told, f"({here.host})" in told) == (True, True), "it leads to the question itself"
    async with here.client() as visitor:
        assert 'name="next" value="/p/fox/tasks/' in (await visitor.get(door.removeprefix(here.origin))).text
    await here.run(finish_task, known, task)  # as a guest who signed in with their own server
    assert (await fresh(here, task)).state == "done"


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
async def test_dates_are_recalled_two_days_before_on_the_day_and_once_after(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    noon = (now() + 6 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    task = await a_task(here, ana, project, assignee=bo, due_at=noon)
    paused = await a_project(here, ana, slug="owl")
    await joins(here, paused, bo)
    resting = await a_task(here, ana, paused, title="Rest", assignee=bo, due_at=noon)
    await here.run(lambda: set_stage(ana, paused, Stage.PAUSED, reason="A break."))

    async def at(moment: Any) -> list[str]:
        time_passes(moment - now())
        for _ in range(2):
            await here.run(remind_of_tasks)
        return [kind for _, kind in await told(here, "task_soon", "task_today", "task_overdue")]

    assert await at(noon - 3 * DAY) == []
    assert await at(noon - 2 * DAY + timedelta(hours=1)) == ["task_soon"]
    assert await at(noon - timedelta(hours=2)) == ["task_soon", "task_today"]
    moved = await fresh(here, task)
    later = noon + 10 * DAY
    await here.run(change_task, ana, moved, TaskDraft(title=task.title, assignee=bo, due_at=later))
    assert await told(here, "task_moved") == [("bo", "task_moved")]
    assert await at(noon + DAY) == ["task_soon", "task_today"]
    assert await at(later - DAY) == ["task_soon", "task_today", "task_soon"]
    assert await at(later + DAY) == ["task_soon", "task_today", "task_soon", "task_overdue"]
    assert await at(later + 3 * DAY) == ["task_soon", "task_today", "task_soon", "task_overdue"]
    async with here.sign_in("bo") as browser:
        assert "Their date has passed" in (await browser.get("/tasks")).text
    assert (await fresh(here, resting)).state == "open"


async def test_whoever_takes_a_task_on_its_day_is_not_reminded_of_what_they_just_read(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    project = await a_project(here, ana)
    await joins(here, project, bo)
    await a_task(here, ana, project, assignee=bo, due_at=now() + timedelta(minutes=5))
    await here.run(remind_of_tasks)
    assert await told(here) == [("bo", "task_given")]
    time_passes(timedelta(minutes=6))
    await here.run(remind_of_tasks)
    assert await told(here) == [("bo", "task_given"), ("bo", "task_overdue")]


@both
async def test_an_invitation_that_waits_is_recalled_once(here: Instance, time_passes: Pass) -> None:
    ana, bo, cy = [await here.join(name) for name in ("ana", "bo", "cy")]
    project = await a_project(here, ana)
    for person in (bo, cy):
        await here.run(invite_member, ana, project, person)
    assert await here.run(remind_of_invitations) == 0
    time_passes(UNANSWERED)
    await here.run(ask_to_join, cy, project)
    assert await here.run(remind_of_invitations) == 1
    assert await here.run(remind_of_invitations) == 0
    time_passes(FORGOTTEN)
    assert await here.run(remind_of_invitations) == 0


async def test_ones_own_tasks_stand_together_what_is_due_first_in_front(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    fox, owl = await a_project(here, ana), await a_project(here, ana, slug="owl")
    await joins(here, fox, bo)
    await joins(here, owl, bo)
    await here.run(add_leader, ana, fox, bo)
    await a_task(here, ana, fox, title="some day", assignee=bo)
    await a_task(here, ana, owl, title="later", assignee=bo, due_at=now() + 9 * DAY)
    await a_task(here, bo, fox, title="soon", assignee=bo, due_at=now() + 2 * DAY)
    found = await here.run(lambda: tasks_of(bo, limit=10))
    assert [task.title for task in found] == ["soon", "later", "some day"]
    assert [task.title for task in await here.run(lambda: tasks_of(bo, limit=1))] == [found[0].title]
    assert await here.run(lambda: get_project_row(fox.id, bo))
