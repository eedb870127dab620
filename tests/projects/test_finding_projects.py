"""Projects are found: by words, by tags that somebody follows, among other things and alone, here and elsewhere."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.actions.findable import make_projects_findable
from fedirec.projects.actions.projects import ProjectDraft, change_project
from fedirec.projects.models import Project
from fedirec.projects.queries.lists import COUNTED
from fedirec.remix.actions.tags import follow_tag
from fedirec.remix.models import Challenge, TagFollow
from tests.network import Instance, settle
from tests.projects.stage import begin, challenge_at, launch, meet_project, project_at
from tests.remix.test_pages_records import write
from tests.remix.test_sharing import ATOM, entries


async def found(place: Instance, *paths: str, title: str = "Moon film") -> set[str]:
    """Those of the pages on which a project stands."""
    return {path for path in paths if f">{title}</a>" in (await place.get(path)).text}


async def test_projects_are_found_by_their_words_wherever_they_are_known(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    project = await begin(here, ana)
    pages = ("/explore?q=moon", "/explore?q=film+moo", "/projects?q=MOON", "/tags/moon", "/projects?tag=moon")
    assert await found(here, *pages) == set()
    await here.run(lambda: Project.filter(id=project.id).update(launched_at=now()))
    await here.run(lambda: Actor.filter(id=project.actor_id).update(state="active"))
    assert await here.run(make_projects_findable) == 1
    assert await here.run(make_projects_findable) == 0
    assert await found(here, *pages) == set(pages)
    for nothing in ("/explore?q=sun", '/projects?q="%20OR%20"', "/projects?q=%20-%20", "/explore?q=moon&show=people"):
        assert await found(here, nothing) == set()
    page = (await here.get("/projects?q=%3Cb%3Emoon&form=film")).text
    assert "<bdi>“&lt;b&gt;moon”</bdi> · <bdi>" in page
    assert page.count("<details") == page.count('<details class="menu') + 1  # what one chooses is folded

    copy = await meet_project(there, project.actor.uri)
    assert await found(there, *pages) == set(pages)
    draft = ProjectDraft(title="Kite", slug="x", text="Of *wind*.", tags=["air"])
    await here.run(change_project, ana, await project_at(here), draft)
    copy = await meet_project(there, copy.actor.uri, fresh=True)
    for place in (here, there):
        assert await found(place, "/explore?q=moon", "/tags/moon", title="Kite") == set()
        assert len(await found(place, "/explore?q=wind", "/tags/air", "/projects?q=air", title="Kite")) == 3
    await there.run(lambda: Actor.filter(id=copy.actor_id).update(state="suspended"))
    assert await found(there, "/explore?q=wind", "/tags/air", title="Kite") == set()


async def test_a_tag_that_somebody_follows_brings_projects_in_their_order_among_other_things(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    far = await launch(there, await there.join("cy"), title="Far moon")
    await write(here, ana, "Old moon", tags=["moon"])
    await meet_project(here, far.actor.uri)
    project = await launch(here, ana)
    await challenge_at(here, ana, "tide", tags=["Moon"])
    await challenge_at(here, ana, "ebb")
    await write(here, ana, "New moon", tags=["moon"])
    await write(here, ana, "Sun", tags=["sun"])
    await settle(here, there)
    await here.run(follow_tag, bo, "moon")

    async def shown() -> list[str]:
        async with here.sign_in("bo") as browser:
            page = (await browser.get("/?tab=interests")).text
        titles = ("Old moon", "Far moon", "Moon film", "New moon", "Sun")
        return sorted(
            (title for title in titles if f">{title}</a>" in page), key=lambda title: page.index(f">{title}<")
        )

    order = await shown()
    assert order.index("New moon") < order.index("Moon film") < order.index("Old moon")
    assert set(order) == {"New moon", "Moon film", "Old moon", "Far moon"}
    feed = await here.get("/tags/moon/feed")
    fed = [str(entry.findtext(f"{ATOM}title")) for entry in entries(feed)]
    assert [title for title in fed if title != "Far moon"] == ["New moon", "Tide", "Moon film", "Old moon"]
    times = [str(entry.findtext(f"{ATOM}published")) for entry in entries(feed)]
    assert (len(fed), times) == (5, sorted(times, reverse=True))
    [film] = [entry for entry in entries(feed) if entry.findtext(f"{ATOM}id") == project.actor.uri]
    assert (film.findtext(f"{ATOM}author/{ATOM}name"), "<em>moon</em>" in str(film.findtext(f"{ATOM}content"))) == (
        "ana",
        True,
    )
    async with here.client() as reader:
        known = {"if-none-match": feed.headers["etag"]}
        assert (await reader.get("/tags/moon/feed", headers=known)).status_code == 304
    copy = await project_at(here, far.actor.uri)
    await here.run(lambda: Actor.filter(id=copy.actor_id).update(is_quiet=True))
    await here.run(lambda: Project.filter(id=project.id).update(launched_at=None))
    await here.run(lambda: Challenge.filter(title="Tide").update(state="draft"))
    fed = [str(entry.findtext(f"{ATOM}title")) for entry in entries(await here.get("/tags/moon/feed"))]
    assert fed == ["New moon", "Old moon"]
    assert await shown() == ["New moon", "Old moon"]
    await here.run(lambda: TagFollow.all().delete())
    assert await shown() == []


async def test_the_slate_counts_no_further_than_it_has_to(here: Instance) -> None:
    ana = await here.join("ana")
    project = await launch(here, ana)

    async def many() -> None:
        uris = [f"https://far.test/p/{number}" for number in range(COUNTED + 3)]
        common: dict[str, Any] = {"type": "Group", "kind": "project", "host": "far.test", "inbox": "https://far.test/i"}
        await Actor.bulk_create([Actor(uri=uri, handle=f"p{uri[23:]}", **common) for uri in uris])
        for actor in await Actor.filter(host="far.test"):
            await Project.create(
                actor=actor, title="Twin", stage="advanced", form="song", launched_at=now(), fetched_at=now()
            )

    await here.run(many)
    slate = (await here.get("/slate")).text
    assert f'<span class="soft">{COUNTED}+</span>' in slate
    assert slate.count(">Twin</a>") == 6
    assert project.stage == "early"
    assert '<span class="soft">1</span>' in slate
    film = (await here.get("/slate?form=film&stage=advanced")).text
    assert ">Twin</a>" not in film
    assert f"{COUNTED}+" not in film
