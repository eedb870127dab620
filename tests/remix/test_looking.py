"""Finding material: by what it is, what may be done with it, what one can do oneself; and what to do next."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest

from fedirec.activitypub.models import Actor
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.next_steps import challenges_for, unremixed_like
from fedirec.remix.queries.parts import records_in
from fedirec.remix.skills import CODES, SKILLS, builds_on, makes, openings
from fedirec.remix.terms import Pays, Terms
from tests.network import Instance


def titles_on(page: str) -> set[str]:
    return {html.unescape(each) for each in re.findall(r'class="card-title"><a[^>]*>([^<]*)</a>', page)}


async def publish(here: Instance, author: Actor, title: str, **fields: Any) -> Record:
    kind = fields.pop("kind", None)
    tags = fields.pop("tags", ())
    sources = [SourceDraft(record=source) for source in fields.pop("sources", ())]
    draft = RecordDraft(
        title=title, text="la", licence=fields.pop("licence", "CC-BY-4.0"), tags=list(tags), sources=sources, **fields
    )

    async def work() -> Record:
        made = await publish_record(author, draft)
        if kind:
            await Record.filter(id=made.id).update(kind=kind)
        [whole] = await records_in([made.id])
        return whole

    return await here.run(work)


def test_each_skill_builds_on_something_and_makes_something() -> None:
    assert {skill.code for skill in SKILLS} == CODES
    for skill in SKILLS:
        assert builds_on(skill.code)
        assert makes(skill.code)
    assert builds_on("pro") == makes("pro") == ()
    assert len(openings(["sng", "sng", "nonsense"])) == 1


async def test_what_waits_for_a_skill_is_found_until_somebody_made_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    lyrics = await publish(here, ana, "Lyrics")
    sung = await publish(here, ana, "Sung already")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    await publish(here, ana, "A painting", kind="image")
    await publish(here, bo, "The song", kind="audio", sources=[sung])
    assert closed.licence == "CC-BY-ND-4.0"

    async def found(*skills: str) -> set[str]:
        return {row.title for row in await explore(Wish(skills=skills), viewer=None, after=None, limit=20)}

    assert await here.run(found, "nrt") == {"Lyrics"}
    assert await here.run(found, "arr") == {"The song"}
    assert await here.run(found, "ill") == {"Lyrics", "Sung already", "The song"}
    assert await here.run(found, "nonsense") == set()
    assert lyrics.title in await here.run(found, "nrt", "ill")


async def test_somebody_says_what_they_do_and_finds_what_waits_for_it(here: Instance) -> None:
    ana = await here.join("ana")
    await publish(here, ana, "Lyrics")
    await publish(here, ana, "A painting", kind="image")
    async with here.sign_in("ana") as client:
        before = (await client.get("/explore?skill=mine")).text
        answer = await client.post("/settings/skills", data={"skills": ["sng", "nrt"]}, follow_redirects=True)
        settings = (await client.get("/settings/skills")).text
        wrong = await client.post("/settings/skills", data={"skills": ["emperor"]})

    assert "/settings/skills" in before
    assert titles_on(before) == set()
    assert titles_on(answer.text) == {"Lyrics"}
    assert len(re.findall(r'value="(?:sng|nrt)"[^>]*checked', settings)) == 2
    assert wrong.status_code == 422
    assert titles_on((await here.get("/explore?skill=nrt")).text) == {"Lyrics"}
    assert (await here.get("/explore?q=skill:nrt")).headers["location"].endswith("/explore?skill=nrt")


async def test_filters_join_and_a_page_without_finds_shows_each_way_out(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await publish(here, ana, "Fits", language="de", tags=["night"])
    used = await publish(here, ana, "Used", language="de", tags=["night"])
    await publish(here, bo, "Remix", kind="audio", language="en", sources=[used])
    query = "/explore?kind=text&remixable=1&fresh=1&lang=de&skill=nrt&tag=night&here=1"
    page = (await here.get(query)).text
    nothing = (await here.get(f"{query}&from=nowhere.example")).text
    ways = re.findall(r'href="(/explore[^"]+)"', nothing.partition("centred")[2].partition("</nav>")[0])

    assert titles_on(page) == {"Fits"}
    assert titles_on(nothing) == set()
    assert len(ways) == 8
    without_host = next(html.unescape(way) for way in ways if "nowhere" not in way)
    assert titles_on((await here.get(without_host)).text) == {"Fits"}


@pytest.mark.parametrize("asked", ["skill=", "skill=%00", "skill=mine", "skill=xyz", "skill=sng&skill=nrt"])
async def test_nonsense_in_the_address_is_left_out(here: Instance, asked: str) -> None:
    assert (await here.get(f"/explore?{asked}")).status_code in (200, 404)


async def test_one_can_search_from_every_page(here: Instance) -> None:
    ana = await here.join("ana")
    await publish(here, ana, "Été à Łódź")
    page = (await here.get("/challenges")).text
    await here.work()

    assert 'action="/explore" role="search"' in page
    assert titles_on((await here.get("/explore?q=ete+lodz")).text) in ({"Été à Łódź"}, set())
    assert titles_on((await here.get("/explore?q=ete")).text) == {"Été à Łódź"}


async def test_what_next_is_what_fits(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    terms = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.NOTHING)
    same = Terms(version=1, licence="CC-BY-4.0", pays=Pays.NOTHING)
    for title, promised, kinds in (
        ("Anything", terms, []),
        ("Only films", same, ["video"]),
        ("Words wanted", same, ["text"]),
    ):
        named = title.lower().replace(" ", "_")
        draft = ChallengeDraft(slug=named, title=title, text="Come.", kinds=kinds, terms=promised)
        await here.run(open_challenge, bo, here.state["keyring"], draft)
    plain = await publish(here, bo, "New of bo")
    alike = await publish(here, bo, "Night of bo", tags=["night"])
    await publish(here, bo, "Clashing night", tags=["night"], licence="CC-BY-ND-4.0")
    used = await publish(here, bo, "Used night", tags=["night"])
    await publish(here, bo, "Its remix", sources=[used])
    mine = await publish(here, ana, "Mine", tags=["night"])
    challenges = await here.run(challenges_for, mine)
    records = await here.run(lambda: unremixed_like(mine, viewer=ana))

    assert [challenge.title for challenge in challenges] == ["Words wanted", "Anything"]
    assert records[0].title == alike.title
    assert {each.title for each in records} == {alike.title, plain.title, "Its remix"}


async def test_only_members_have_an_address_fetched(here: Instance, there: Instance) -> None:
    bo = await there.join("bo")
    record = await there.run(publish_record, bo, RecordDraft(title="Far", text="la", licence="CC-BY-4.0"))
    await here.join("ana")
    stranger = await here.get(f"/explore?q={record.uri}")
    async with here.sign_in("ana") as client:
        member: httpx.Response = await client.get(f"/explore?q={record.uri}")

    assert stranger.status_code == 422
    assert member.status_code == 303
    assert member.headers["location"].startswith("/records/remote/")
