"""People, following them, the first page and looking around, in a browser."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Follow
from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from fedirec.remix.terms import Terms
from tests.network import Instance, Network, settle
from tests.remix.forms import send

pytestmark = pytest.mark.one_database

ACTIVITY = "application/activity+json"


async def write(instance: Instance, author: Actor, title: str, **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": "la", "licence": "CC-BY-4.0", **fields})
    return await instance.run(publish_record, author, draft)


def titles(page: httpx.Response) -> list[str]:
    return re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)<', page.text)


async def test_somebody_elsewhere_is_followed_by_handle_and_their_records_arrive(
    here: Instance, there: Instance
) -> None:
    cy = await there.join("cy")
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        assert "It is quiet here" in (await ana.get("/")).text
        asked = await send(ana, await ana.get("/follow"), "/follow", who="@cy@there.test")
        assert asked.status_code == 303
        await settle(here, there)
        await write(there, cy, "Moonlit")
        await settle(there, here)
        assert titles(await ana.get("/")) == ["Moonlit"]
        person = await ana.get(asked.headers["location"])
        assert "From there.test" in person.text
        assert "Moonlit" in person.text
        stopped = await send(ana, person, "/unfollow")
        assert stopped.status_code == 303
        assert titles(await ana.get("/")) == []
        assert titles(await ana.get("/?tab=everything")) == ["Moonlit"]
        assert titles(await ana.get("/?tab=here")) == []
    await settle(here, there)
    assert await there.run(lambda: Follow.filter(target_id=cy.id).count()) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("@nobody@there.test", "answers to that handle"),
        ("not a handle", "Please write a handle"),
        ("@cy@nowhere.test", "nowhere.test"),
        ("@ana@here.test", "cannot follow yourself"),
        ("https://there.test/actor", "That is an instance"),
    ],
)
async def test_who_cannot_be_followed_is_said_beside_what_was_typed(
    here: Instance, there: Instance, typed: str, said: str
) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        answer = await send(ana, await ana.get("/follow"), "/follow", who=typed)
    assert answer.status_code == 422
    message = answer.text.partition('id="who-error"')[2].partition("</p>")[0]
    assert said.lower() in message.lower(), message
    assert f'value="{typed}"' in answer.text


async def test_a_member_who_is_followed_here_hears_of_it(here: Instance) -> None:
    await here.join("ana")
    bo = await here.join("bo")
    async with here.sign_in("ana") as ana:
        page = await ana.get("/@bo")
        assert page.headers["location"] == "/u/bo"
        answer = await send(ana, await ana.get("/u/bo"), "/follow")
        assert answer.headers["location"] == "/u/bo"
    notice = await here.run(lambda: Notification.get())
    assert notice.kind == "followed"
    assert await here.run(lambda: Follow.filter(target_id=bo.id, accepted_at__not_isnull=True).count()) == 1


async def test_who_approves_followers_answers_each_of_them(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    await here.run(lambda: Actor.filter(id=ana.id).update(approves_followers=True))
    cy, dee = await there.join("cy"), await there.join("dee")
    for person in (cy, dee):
        await there.run(start_following, person, await there.meet(ana))
    await settle(here, there)
    async with here.sign_in("ana") as browser:
        page = await browser.get("/following/requests")
        assert "cy" in page.text
        requests = await here.run(lambda: Follow.all().order_by("id").select_related("follower"))
        for asked in requests:
            do = "approve" if asked.follower.handle == "cy" else "refuse"
            assert (await browser.post(f"/following/requests/{asked.id}", data={"do": do})).status_code == 303
        assert "Nobody is asking" in (await browser.get("/following/requests")).text
        assert "cy" in (await browser.get("/following/followers")).text
    await settle(here, there)
    left = await there.run(lambda: Follow.all().select_related("follower"))
    assert [(row.follower.handle, row.accepted_at is not None) for row in left] == [("cy", True)]


async def test_a_stranger_is_shown_the_way_to_their_own_server_as_a_link(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    await there.join("cy")
    async with here.client() as stranger:
        page = await stranger.get("/u/ana")
        answer = await send(stranger, page, "/elsewhere", handle="@cy@there.test")
        assert answer.status_code == 200
        link = re.search(r'href="(https://there\.test/follow\?uri=[^"]*)"', answer.text)
        assert link is not None
        wrong = await send(stranger, page, "/elsewhere", handle="@nobody@there.test")
        assert wrong.status_code == 422
        assert 'value="@nobody@there.test"' in wrong.text
    async with there.sign_in("cy") as cy:
        form = await cy.get(link[1].removeprefix(there.origin))
        assert "ana" in form.text
        assert (await send(cy, form, "/follow")).status_code == 303
    await settle(here, there)
    assert await here.run(lambda: Follow.filter(target_id=ana.id).count()) == 1


async def test_a_person_is_a_page_and_a_document(here: Instance) -> None:
    ana = await here.join("ana")
    await write(here, ana, "Song")
    page, document = await here.get("/u/ana"), await here.get("/u/ana", accept=ACTIVITY)
    assert "Song" in page.text
    assert "@ana@here.test" in page.text
    assert document.json()["preferredUsername"] == "ana"
    assert (await here.get("/u/nobody")).status_code == 404
    for answer in (page, document):
        assert "accept" in answer.headers["vary"].lower()


async def test_the_first_page_of_a_visitor_says_where_they_are(here: Instance) -> None:
    ana = await here.join("ana")
    bare = await here.get("/")
    assert "here.test" in bare.text
    assert "How it works" in bare.text
    await write(here, ana, "Song")
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(
        title="Stars", slug="stars", text="Look up.", terms=terms, deadline_at=now() + timedelta(days=3)
    )
    await here.run(open_challenge, ana, here.state["keyring"], draft)
    page = await here.get("/")
    assert {"Stars", "Song"} <= set(titles(page))
    assert "in 3 days" in page.text


async def test_a_feed_goes_on_with_a_button_and_repeats_nothing(here: Instance) -> None:
    ana = await here.join("ana")
    names = [f"Song {number}" for number in range(30)]
    for name in names:
        await write(here, ana, name)
    async with here.sign_in("ana") as browser:
        for start in ("/", "/?tab=here", "/explore"):
            shown, url = [], start
            while url:
                page = await browser.get(url)
                shown += titles(page)
                more = re.search(r'<p class="pager"><a class="button" href="([^"]*)"', page.text)
                url = more[1].replace("&amp;", "&") if more else ""
            assert shown == list(reversed(names)), start
        assert (await browser.get("/explore?after=nonsense")).status_code == 400


async def test_what_somebody_passes_on_stands_in_the_feed_once(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(title="Stars", slug="stars", text="Look up.", terms=terms)
    challenge = await here.run(open_challenge, bo, here.state["keyring"], draft)
    cy = await there.join("cy")
    known = await there.find_challenge("@stars@here.test")
    song = await write(there, cy, "Vega", challenge=known)
    await settle(here, there)
    await here.run(start_following, ana, await here.run(lambda: Actor.get(id=challenge.actor_id)))
    async with here.sign_in("bo") as leader:
        waiting = await leader.get("/c/stars/waiting")
        decide = re.search(r'action="(/submissions/\d+/decide)"', waiting.text)
        assert decide is not None
        answer = await leader.post(decide[1], data={"do": "accept", "reason": "It is what was asked for."})
        assert answer.status_code == 303
    assert song.uri
    async with here.sign_in("ana") as browser:
        feed = await browser.get("/")
        assert titles(feed).count("Vega") == 1
        assert "from Stars" in feed.text


async def test_records_are_found_by_what_they_are_and_what_may_be_done_with_them(here: Instance) -> None:
    ana = await here.join("ana")
    song = await write(here, ana, "Free song", tags=["night"])
    await write(here, ana, "Cover of it", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=song)])
    await write(here, ana, "Closed poem", licence="CC-BY-ND-4.0")
    for query, expected in {
        "": {"Free song", "Cover of it", "Closed poem"},
        "?remixable=1": {"Free song", "Cover of it"},
        "?fresh=1": {"Cover of it", "Closed poem"},
        "?remixable=1&fresh=1": {"Cover of it"},
        "?q=SONG": {"Free song"},
        "?q=poem+closed": {"Closed poem"},
        "?tag=night": {"Free song"},
        "?kind=audio": set(),
        "?kind=text&here=1": {"Free song", "Cover of it", "Closed poem"},
        "?q=100%25": set(),
    }.items():
        assert set(titles(await here.get(f"/explore{query}"))) == expected, query


async def test_a_pasted_address_or_handle_leads_to_its_page(here: Instance, there: Instance) -> None:
    cy = await there.join("cy")
    song = await write(there, cy, "Song")
    terms = Terms(version=1, licence="CC-BY-4.0")
    draft = ChallengeDraft(title="Stars", slug="stars", text="Look up.", terms=terms)
    await there.run(open_challenge, cy, there.state["keyring"], draft)
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        for typed, expected in (
            (song.uri, "Song"),
            ("@cy@there.test", ">cy<"),
            (cy.uri, ">cy<"),
            ("@stars@there.test", "Look up."),
            ("https://there.test/c/stars", "Look up."),
            ("https://there.test/c/stars/prompt", "Look up."),
        ):
            answer = await ana.get("/explore", params={"q": typed})
            assert answer.status_code == 303, (typed, answer.text)
            assert expected in (await ana.get(answer.headers["location"])).text, typed
        nothing = await ana.get("/explore", params={"q": "https://there.test/records/none"})
        assert nothing.status_code == 422
        assert "there.test" in nothing.text.partition('id="q-error"')[2].partition("</p>")[0]


async def test_strangers_do_not_make_us_fetch_anything(here: Instance, there: Instance, network: Network) -> None:
    song = await write(there, await there.join("cy"), "Song")
    network.requests.clear()
    answer = await here.get(f"/explore?q={song.uri}")
    assert answer.status_code == 422
    assert "Sign in" in answer.text
    assert (await here.get("/explore?q=@cy@there.test")).status_code == 422
    assert network.requests == []


async def test_a_longer_list_asks_the_database_no_oftener(here: Instance, caplog: pytest.LogCaptureFixture) -> None:
    ana = await here.join("ana")

    async def queries(path: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            assert (await here.get(path)).status_code == 200
        return sum("SELECT" in record.getMessage() for record in caplog.records)

    first = await write(here, ana, "One", tags=["x"])
    path = first.uri.removeprefix(here.origin)
    await write(here, ana, "Remix of one", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=first)])
    for number in range(2):  # from four on, whoever made most of what is newest is asked once more
        await write(here, ana, f"Early {number}", licence="CC-BY-SA-4.0", tags=["x"])
    paths = ("/", "/explore", "/u/ana", "/tags/x", path, f"{path}/lineage")
    few = {path: await queries(path) for path in paths}
    assert all(number > 1 for number in few.values())
    for number in range(6):
        await write(
            here, ana, f"More {number}", licence="CC-BY-SA-4.0", tags=["x", "y"], sources=[SourceDraft(record=first)]
        )
    many = {path: await queries(path) for path in paths}
    assert many == few


async def test_the_vocabulary_says_what_our_words_mean(here: Instance) -> None:
    page = await here.get("/ns")
    assert "https://w3id.org/fedirec/ns#" in page.text
    assert "fr:recordDigest" in page.text
    assert "fr:kind" in page.text
