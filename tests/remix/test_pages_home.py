"""The first page, looking around, tags, and what stands on somebody's page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import execute
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafting import save_draft
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.findable import make_rest_findable
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.terms import Terms
from fedirec.uris import new_key
from tests.network import Instance, settle
from tests.remix.forms import send


async def write(instance: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": "la", "licence": "CC-BY-4.0", **fields})
    return await instance.run(publish_record, author, draft)


async def ask(instance: Instance, leader: Actor, title: str, slug: str, **fields: Any) -> Challenge:
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(title=title, slug=slug, text="Look up.", terms=terms, **fields)
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


def titles(page: httpx.Response) -> list[str]:
    return re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)<', page.text)


async def test_the_first_evening_offers_three_ways_to_begin_and_then_makes_room(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await write(here, bo, "Lantern")
    await ask(here, bo, "Stars", "stars", deadline_at=now() + timedelta(days=2))
    async with here.sign_in("ana") as browser:
        page = await browser.get("/")
        for link in ('href="/records/new"', 'href="/challenges"', 'href="/explore?show=people"', 'href="/u/bo"'):
            assert link in page.text, link
        assert {"Lantern", "Stars"} <= set(titles(page))
        assert "Closing next" in page.text
        assert "What waits for you" not in page.text
        await here.run(start_following, ana, bo)
        later = await browser.get("/")
        assert "Begin wherever" not in later.text
        assert set(titles(later)) == {"Lantern", "Stars"}
        assert set(titles(await browser.get("/?tab=here"))) == {"Lantern", "Stars"}


async def test_what_only_they_can_answer_waits_for_somebody_on_their_first_page(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana, "Stars", "stars")
    await write(here, bo, "Vega", challenge=challenge)
    await here.run(lambda: Actor.filter(id=ana.id).update(approves_followers=True))
    await here.run(start_following, bo, await here.run(lambda: Actor.get(id=ana.id)))
    key = new_key()
    await here.run(lambda: save_draft(ana, key=key, title="Half a line", values=[("title", "Half a line")]))
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/")).text.partition("What waits for you")[2].partition("</aside>")[0]
        assert 'href="/following/requests"' in page
        assert 'href="/c/stars/waiting"' in page
        assert f'href="/records/new?draft={key}"' in page
        assert (await browser.get(f"/records/new?draft={key}")).status_code == 200
    async with here.sign_in("bo") as browser:
        assert "What waits for you" not in (await browser.get("/")).text


async def test_chips_and_what_is_typed_find_the_same(here: Instance, there: Instance) -> None:
    ana, cy = await here.join("ana"), await there.join("cy")
    await write(here, ana, "Free", language="en", tags=["night"])
    await write(here, ana, "Not for sale", licence="CC-BY-NC-4.0", language="de")
    await write(here, ana, "As it is", licence="CC-BY-ND-4.0", language="de-AT")
    far = await write(there, cy, "Far away", language="pt")
    await here.find_record(far.uri)
    await ask(here, ana, "Stars", "stars", deadline_at=now() + timedelta(days=2))
    for query, expected in {
        "?sellable=1": {"Free", "As it is", "Far away"},
        "?remixable=1&sellable=1": {"Free", "Far away"},
        "?lang=de": {"Not for sale", "As it is"},
        "?from=there.test": {"Far away"},
        "?show=challenges": {"Stars"},
        "?show=challenges&q=nothing": set(),
        "?show=people": set(),
        "?from=a%20b&lang=--&kind=nonsense&show=x": {"Free", "Not for sale", "As it is", "Far away"},
        "?q=ana": {"Free", "Not for sale", "As it is"},
        "?q=far%22%20OR%20free": set(),
        "?q=''%3B--": set(),
        "?q=la%20FR": {"Free"},
    }.items():
        answer = await here.get(f"/explore{query}")
        assert set(titles(answer)) == expected, query
    assert 'href="/u/ana"' in (await here.get("/explore?show=people")).text
    for typed, address in {
        "kind:sound rain": "/explore?q=rain&kind=audio",
        "lang:de from:there.test": "/explore?lang=de&from=there.test",
        "may:sell may:remix": "/explore?sellable=1&remixable=1",
        "#night quiet": "/explore?q=quiet&tag=night",
        "tag:night": "/tags/night",
        "is:open stars": "/explore?q=stars&show=challenges",
    }.items():
        answer = await here.client().get("/explore", params={"q": typed})
        assert (answer.status_code, answer.headers["location"]) == (303, address), typed
    shown = await here.get("/explore?lang=de&q=sale")
    assert '<input type="hidden" name="lang" value="de">' in shown.text
    assert re.search(r'aria-current="true"[^>]*>.*?German', shown.text)


async def test_what_is_not_for_everybody_is_found_by_nobody(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    secret = await write(here, ana, "Xylophone", text="whisperings", visibility="followers", tags=["hush"])
    await here.run(start_following, bo, ana)
    kept = await write(here, ana, "Zither", text="murmur")
    for name in ("ana", "bo"):
        async with here.sign_in(name) as browser:
            for word in ("xylophone", "whisperings", "hush"):
                assert titles(await browser.get(f"/explore?q={word}")) == []
            assert titles(await browser.get("/explore?q=murm")) == ["Zither"]
    changed = RecordDraft(title="Zither", text="rumble", licence="CC-BY-4.0")
    await here.run(edit_record, ana, kept, changed)
    assert titles(await here.get("/explore?q=murmur")) == []
    assert titles(await here.get("/explore?q=rumble")) == ["Zither"]
    await here.run(delete_record, ana, await here.run(lambda: Record.get(id=kept.id)))
    assert titles(await here.get("/explore?q=rumble")) == []
    assert secret.visibility == "followers"


async def test_what_was_there_before_the_search_is_found_after_the_first_chore(here: Instance) -> None:
    ana = await here.join("ana")
    await write(here, ana, "Old song", tags=["attic"])
    await write(here, ana, "Old secret", visibility="followers")
    await ask(here, ana, "Old question", "old")
    for forget in ("DELETE FROM record_words", "DELETE FROM challenge_words", "DELETE FROM actor_words"):
        await here.run(execute, forget)
    assert titles(await here.get("/explore?q=old")) == []

    assert await here.run(make_rest_findable) > 2
    assert set(titles(await here.get("/explore?q=old"))) == {"Old song", "Old question"}
    assert titles(await here.get("/explore?q=attic")) == ["Old song"]
    assert 'href="/u/ana"' in (await here.get("/explore?q=ana&show=people")).text
    assert await here.run(make_rest_findable) == 0


async def test_a_tag_that_somebody_follows_brings_what_carries_it(here: Instance, there: Instance) -> None:
    await here.join("ana")
    bo, cy = await here.join("bo"), await there.join("cy")
    await write(here, bo, "Lantern", tags=["Night"])
    await write(here, bo, "Noon", tags=["day"])
    far = await write(there, cy, "Far lantern", tags=["night"])
    await here.find_record(far.uri)
    async with here.sign_in("ana") as browser:
        assert "For your interests" not in (await browser.get("/")).text
        assert (await send(browser, await browser.get("/tags/Night"), "/tags/night")).status_code == 303
        assert "For your interests" in (await browser.get("/")).text
        assert set(titles(await browser.get("/?tab=interests"))) == {"Lantern", "Far lantern"}
        assert (await browser.post("/tags/%20%21", data={"do": "follow"})).status_code == 400
        assert (await send(browser, await browser.get("/tags/night"), "/tags/night")).status_code == 303
        assert titles(await browser.get("/?tab=interests")) == []
    async with here.client() as stranger:
        assert (await stranger.post("/tags/night", data={"do": "follow"})).status_code == 401


async def test_a_persons_page_shows_what_others_made_of_it_and_where_they_are_credited(
    here: Instance, there: Instance
) -> None:
    ana, bo, cy = await here.join("ana"), await here.join("bo"), await there.join("cy")
    song = await write(here, ana, "Song")
    await write(here, ana, "My own cover", sources=[SourceDraft(record=await write(here, ana, "Sketch"))])
    await write(here, bo, "Hidden remix", sources=[SourceDraft(record=song)], visibility="followers")
    assert titles(await here.get("/u/ana?tab=remixed")) == []
    known = await there.find_record(song.uri)
    await write(there, cy, "Remix from afar", sources=[SourceDraft(record=known)])
    await settle(there, here)
    assert titles(await here.get("/u/ana?tab=remixed")) == ["Song"]

    await write(here, bo, "With help", parts=[PartDraft(actor=ana, role="lyr")])
    await ask(here, ana, "Stars", "stars")
    assert titles(await here.get("/u/ana?tab=credits")) == ["With help"]
    assert titles(await here.get("/u/ana?tab=challenges")) == ["Stars"]
    assert titles(await here.get("/u/bo?tab=credits")) == []
    remote = await here.meet(cy)
    page = await here.get(f"/people/remote/{remote.id}")
    assert titles(page) == ["Remix from afar"]
    assert "From there.test" in page.text
    assert "open the original" in page.text
    assert (await here.get("/u/ana?tab=nonsense")).status_code == 200


async def test_new_records_start_with_what_their_author_chose(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        page = await browser.get("/settings/making")
        saved = await send(browser, page, "/settings/making", licence="CC-BY-NC-4.0", visibility="followers")
        assert saved.status_code == 303
        form = (await browser.get("/records/new")).text
        assert re.search(r'value="followers" checked', form)
        assert re.search(r'value="CC-BY-NC-4.0"[^>]*(checked|selected)', form)
        assert "CC BY-NC 4.0" in (await browser.get("/u/ana")).text
        refused = await send(browser, page, "/settings/making", licence="nonsense", visibility="public")
        assert refused.status_code == 422
