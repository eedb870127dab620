"""Feeds of challenges and projects, the digest, the calendar and picks, as far as they speak of projects."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest
from icalendar import Calendar

from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions.tasks import TaskDraft, change_task, drop_task, finish_task, reopen_task
from fedirec.projects.models import Production, Project, Task
from fedirec.remix.actions.submissions import accept_submission, submit_record
from fedirec.remix.models import News, Record, Submission
from fedirec.web.times import in_utc
from tests.conftest import Pass
from tests.network import Instance
from tests.projects.producing import challenge_of, project_at
from tests.projects.stage import launch, meet_project
from tests.remix.test_pages_records import write

ATOM = "{http://www.w3.org/2005/Atom}"


async def read_through(here: Instance, path: str) -> list[str]:
    """The titles of all pieces of a feed, from its first page on."""
    titles: list[str] = []
    while path:
        feed = fromstring((await here.get(path)).content)  # noqa: S314  (it is our own)
        titles += [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]
        path = next((str(link.get("href")) for link in feed.iter(f"{ATOM}link") if link.get("rel") == "next"), "")
        path = path.removeprefix(here.origin)
    return titles


async def told(here: Instance, group: Actor, *titles: str, same_moment: bool = False) -> None:
    at = now()

    async def tell() -> None:
        for number, title in enumerate(titles):
            await News.create(
                uri=f"{group.uri}/news/{title}",
                group_id=group.id,
                kind="update",
                title=title,
                content="<p>Words &amp; more</p>",
                published_at=at if same_moment else at - timedelta(minutes=number),
            )

    await here.run(tell)


async def test_the_feed_of_a_project_tells_what_it_and_its_challenges_told_and_what_was_released(
    here: Instance, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    project = await project_at(here, ana)
    challenge = await challenge_of(here, ana, project)
    group = await here.run(lambda: Actor.get(id=challenge.actor_id))
    await here.run(lambda: News.all().delete())
    assert project.launched_at is not None
    empty = fromstring((await here.get("/p/dawn/feed")).content)  # noqa: S314  (it is our own)
    assert empty.findtext(f"{ATOM}updated") == in_utc(project.launched_at), "not before it began"
    await told(here, project.actor, *(f"p{n}" for n in range(24)), same_moment=True)
    await told(here, group, *(f"c{n}" for n in range(24)))
    record = await write(here, ana, "The film")
    released = {"state": "released", "released_at": now(), "record_id": record.id}
    await here.run(
        lambda: Production.create(
            project_id=project.id, uri=f"{project.actor.uri}/productions/1", title="f", **released
        )
    )
    titles = await read_through(here, "/p/dawn/feed")
    assert sorted(titles) == sorted([*(f"p{n}" for n in range(24)), *(f"c{n}" for n in range(24)), "The film"])
    assert "last-modified" not in (await here.get("/p/dawn/feed")).headers  # more could happen in the same second
    time_passes(timedelta(seconds=2))
    answer = await here.get("/p/dawn/feed")
    tag, when = answer.headers["etag"], answer.headers["last-modified"]
    assert when.endswith(" GMT")

    async def asked(**headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with here.client() as reader:
            again = await reader.get("/p/dawn/feed", headers=sent)
        assert again.content == b"" or again.status_code == 200
        return again.status_code

    known = [{"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_none_match": "*"}]
    assert [await asked(**each) for each in [*known, {"if_modified_since": when}]] == [304] * 4
    for stranger in ({"if_none_match": '"x"', "if_modified_since": when}, {"if_modified_since": "yesterday"}):
        assert await asked(**stranger) == 200
    await here.run(lambda: News.filter(title="p23").update(updated_at=now()))
    time_passes(timedelta(seconds=2))
    assert [await asked(if_modified_since=when), await asked(if_none_match=tag)] == [200, 200]
    assert 'href="https://here.test/p/dawn/feed"' in (await here.get("/p/dawn")).text

    await here.run(lambda: Record.filter(id=record.id).update(visibility="followers"))
    await here.run(lambda: News.filter(title="p3").update(deleted_at=now()))
    await here.run(lambda: Actor.filter(id=group.id).update(state="suspended"))
    assert sorted(await read_through(here, "/p/dawn/feed")) == sorted(f"p{n}" for n in range(24) if n != 3)
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="deleted"))
    assert (await here.get("/p/dawn/feed")).status_code in (404, 410)


async def test_the_feed_of_a_challenge_mixes_what_was_accepted_with_what_was_told(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await challenge_of(here, ana, await project_at(here, ana), licence="CC-BY-4.0")
    group = await here.run(lambda: Actor.get(id=challenge.actor_id))
    for title in ("One", "Two"):
        await here.run(submit_record, bo, await write(here, bo, title), challenge)
    for submission in await here.run(lambda: Submission.filter(state="pending")):
        await here.run(accept_submission, ana, submission, "It fits.")
    await here.run(lambda: News.filter(group_id=group.id).delete())
    await told(here, group, *(f"n{n}" for n in range(30)))
    found = await read_through(here, f"{group.uri.removeprefix(here.origin)}/feed")
    assert sorted(found) == sorted(["One", "Two", *(f"n{n}" for n in range(30))])


async def test_the_calendar_and_the_digest_speak_of_projects_that_are_launched(
    here: Instance, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    project = await project_at(here, ana)
    record = await write(here, ana, "The film")
    due = {"project_id": project.id, "made_by_id": ana.id, "due_at": now() + timedelta(days=2)}
    uri = f"{project.actor.uri}/tasks"
    await here.run(lambda: Task.create(uri=f"{uri}/0", title="T0", state="open", **due))
    await here.run(lambda: Task.create(uri=f"{uri}/1", title="T1", state="dropped", **due))
    released = {"state": "released", "released_at": now(), "record_id": record.id}
    await here.run(
        lambda: Production.create(
            project_id=project.id, uri=f"{project.actor.uri}/productions/1", title="f", **released
        )
    )

    async def shown() -> tuple[list[tuple[str, str]], bool]:
        found = Calendar.from_ical((await here.get("/calendar.ics")).content).walk("VEVENT")
        page = (await here.get("/digest")).text
        return [(str(each["summary"]), str(each["status"])) for each in found], "Finished and released" in page

    assert await shown() == ([("Dawn: T0", "CONFIRMED"), ("Dawn: T1", "CANCELLED")], True)

    async def sequence() -> int:
        found = Calendar.from_ical((await here.get("/calendar.ics")).content).walk("VEVENT")
        return next(int(str(each["sequence"])) for each in found if str(each["uid"]) == f"{uri}/0#due")

    dates = Calendar.from_ical((await here.get("/calendar.ics")).content).walk("VEVENT")
    assert [str(each["url"]) for each in dates] == [f"{uri}/0", f"{uri}/1"], "a date leads to its task"
    task = await here.run(lambda: Task.get(uri=f"{uri}/0").select_related("project__actor", "made_by"))
    seen = [await sequence()]
    for happens in (
        lambda: change_task(ana, task, TaskDraft(title="T0", due_at=now() + timedelta(days=3))),
        lambda: change_task(ana, task, TaskDraft(title="T0", due_at=now() + timedelta(days=1))),
        lambda: finish_task(ana, task),
        lambda: reopen_task(ana, task),
        lambda: drop_task(ana, task, reason="It rains."),
        lambda: reopen_task(ana, task),
    ):
        time_passes(timedelta(seconds=2))
        await here.run(happens)
        seen.append(await sequence())
    assert seen == sorted(set(seen)), "each change is a later one (RFC 5545, section 3.8.7.4)"
    assert "Dawn: T0" in (await here.get("/calendar")).text
    await here.run(lambda: Project.all().update(launched_at=None))
    assert await shown() == ([], False)


@pytest.mark.one_database
async def test_a_project_elsewhere_is_pointed_at_where_it_is_shown_here(here: Instance, there: Instance) -> None:
    await here.join("mo", role=Role.MODERATOR)
    project = await launch(there, await there.join("cy"))
    copy = await meet_project(here, project.actor.uri)
    async with here.sign_in("mo") as browser:
        await browser.post("/picks/new", data={"about": project.actor.uri, "words": "Wake up early."})
        for path in ("/picks", "/digest", "/explore", "/"):
            page = (await browser.get(path)).text
            assert f'href="/projects/of/{copy.actor_id}"' in page, path
            assert f"/people/remote/{copy.actor_id}" not in page, path
        gone = await browser.get(f"/projects/of/{copy.actor_id}")
    assert gone.headers["location"] == f"/projects/remote/{copy.id}"


@pytest.mark.one_database
async def test_a_project_is_pointed_at_by_its_group(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("mo", role=Role.MODERATOR)
    project = await project_at(here, ana)
    async with here.sign_in("mo") as browser:
        answer = await browser.post("/picks/new", data={"about": project.actor.uri, "words": "Wake up early."})
    assert answer.status_code == 303
    page = (await here.get("/picks")).text
    assert "Wake up early." in page
    assert 'href="/p/dawn"' in page
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="pending"))
    assert "Wake up early." not in (await here.get("/picks")).text
