"""What challenges tell those who follow them."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.clock import now
from fedirec.errors import Forbidden, Invalid, TooMany
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.news import MAX_A_DAY, MAX_TEXT, change_news, post_news, take_back_news
from fedirec.remix.models import Challenge, News
from fedirec.remix.terms import Terms
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.forms import send

pytestmark = pytest.mark.one_database
both = pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
"""For the few that ask the databases for everything that the others do."""

ACTIVITY = "application/activity+json"
AS2 = "https://www.w3.org/ns/activitystreams"


async def ask(instance: Instance, leader: Actor, slug: str = "stars") -> Challenge:
    terms = Terms(version=1, licence="CC-BY-SA-4.0")
    draft = ChallengeDraft(title="First stars", slug=slug, text="Look up.", terms=terms)
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


async def told(instance: Instance, leader: Actor, challenge: Challenge, text: str = "It is **dark** now.") -> News:
    return await instance.run(lambda: post_news(leader, challenge.actor, title="Look <up>", text=text, language="en"))


@both
async def test_followers_everywhere_read_what_is_told_changed_and_taken_back(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    challenge = await ask(here, ana)
    remote = await there.find_challenge(challenge.actor.uri)
    await there.run(follow, bo, remote.actor)
    await settle(there, here)
    news = await told(here, ana, challenge)
    await settle(here, there)
    where = f"/challenges/remote/{remote.id}/news"
    page = await there.get(where)
    assert "It is <strong>dark</strong> now." in page.text
    assert "Look &lt;up&gt;" in page.text
    async with there.sign_in("bo") as browser:
        assert "It is dark now." in (await browser.get("/")).text
    await here.run(change_news, ana, news, title="Look up", text="It is light.")
    await settle(here, there)
    assert "It is light." in (await there.get(where)).text
    await here.run(take_back_news, ana, news)
    await settle(here, there)
    assert "It is light." not in (await there.get(where)).text
    assert (await there.run(lambda: News.get())).deleted_at is not None


async def test_news_is_a_document_at_its_own_address_that_says_all_in_its_content(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await ask(here, ana)
    news = await told(here, ana, challenge, "<script>alert(1)</script> It is *dark*.")
    path = news.uri.removeprefix(here.origin)
    document = (await here.get(path, accept=ACTIVITY)).json()
    assert (document["type"], document["kind"], document["news"]) == ("Note", "news", "update")
    assert document["attributedTo"] == challenge.actor.uri
    assert document["to"] == [f"{AS2}#Public"]
    assert document["cc"] == [challenge.actor.followers]
    assert "<script>" not in document["content"]
    assert document["content"].startswith("<p><strong>Look &lt;up&gt;</strong></p>")
    assert f'href="{challenge.actor.uri}"' in document["content"]
    assert "It is <em>dark</em>." in (await here.get(path)).text
    outbox = (await here.get("/c/stars/outbox", accept=ACTIVITY)).json()
    first = (await here.get(outbox["first"].removeprefix(here.origin), accept=ACTIVITY)).json()
    assert first["orderedItems"][0]["object"]["id"] == news.uri
    await here.run(take_back_news, ana, news)
    gone = await here.get(path, accept=ACTIVITY)
    assert (gone.status_code, gone.json()["type"]) == (410, "Tombstone")
    assert (await here.get(path)).status_code == 410
    first = (await here.get(outbox["first"].removeprefix(here.origin), accept=ACTIVITY)).json()
    assert news.uri not in str(first)


async def test_leaders_write_news_on_a_page_and_others_do_not(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    challenge = await ask(here, ana)
    async with here.sign_in("bo") as browser:
        assert "Tell those who follow it" not in (await browser.get("/c/stars/news")).text
        assert (await browser.post("/c/stars/news", data={"text": "Hello"})).status_code == 403
    async with here.sign_in("ana") as browser:
        page = await browser.get("/c/stars/news")
        empty = await send(browser, page, "/c/stars/news", title="Hm", text=" ")
        assert empty.status_code == 422
        assert 'value="Hm"' in empty.text
        posted = await send(browser, empty, "/c/stars/news", title="Hm", text="Clouds.")
        assert posted.status_code == 303
        [news] = await here.run(lambda: News.all())
        path = news.uri.removeprefix(here.origin)
        edited = await send(browser, await browser.get(f"{path}/edit"), f"{path}/edit", text="Fewer clouds.")
        assert edited.status_code == 303
        assert "Fewer clouds." in (await here.get("/c/stars/news")).text
    async with here.sign_in("bo") as browser:
        assert (await browser.get(f"{path}/edit")).status_code == 403
        assert (await browser.post(f"{path}/delete")).status_code == 403
    bo = await here.run(lambda: Actor.get(local_handle="bo"))
    news = await here.run(lambda: News.get().select_related("group"))
    for deed in (lambda: change_news(bo, news, title="", text="Mine"), lambda: take_back_news(bo, news)):
        with pytest.raises(Forbidden):
            await here.run(deed)
    with pytest.raises(Forbidden):
        await told(here, bo, challenge)


async def test_news_is_short_and_not_too_often(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await ask(here, ana)
    for text in ("", "x" * (MAX_TEXT + 1)):
        with pytest.raises(Invalid) as refused:
            await told(here, ana, challenge, text)
        assert refused.value.field == "text"
    for _ in range(MAX_A_DAY):
        await told(here, ana, challenge)
    with pytest.raises(TooMany):
        await told(here, ana, challenge)


async def test_only_a_challenge_that_somebody_follows_has_its_news_kept_and_only_its_own(
    here: Instance, network: Network
) -> None:
    ana = await here.join("ana")
    peer = Peer(network)
    group = peer.actor("stars", type="Group", kind="challenge")
    other = peer.actor("moon", type="Group", kind="challenge")

    def note(author: str, key: str) -> dict[str, Any]:
        return {
            **peer.note(author, key),
            "kind": "news",
            "news": "unheard-of",
            "to": [f"{AS2}#Public"],
            "name": "N",
            "content": "<p>Dark <script>x</script></p>",
        }

    async def reasons() -> list[str | None]:
        await settle(here)
        return [row.reason for row in await here.run(lambda: Received.all().order_by("id"))]

    await peer.post(here, peer.activity("Create", group, note(group, "1")))
    assert (await reasons())[-1] == "nobody here follows it, or took part in it"
    actor = await here.meet(group)
    await here.run(follow, ana, actor)
    await here.run(lambda: Follow.filter(target_id=actor.id).update(accepted_at=now()))
    await peer.post(here, peer.activity("Create", group, note(group, "2")))
    await peer.post(here, peer.activity("Update", other, note(group, "2")))
    await peer.post(here, peer.activity("Delete", other, note(group, "2")["id"]))
    await settle(here)
    [news] = await here.run(lambda: News.all())
    assert (news.kind, news.title, news.deleted_at) == ("update", "N", None)
    assert "script" not in news.content
    await peer.post(here, peer.activity("Delete", group, news.uri))
    await settle(here)
    assert (await here.run(lambda: News.get())).deleted_at is not None
    await peer.post(here, peer.activity("Update", group, note(group, "2")))
    await settle(here)
    assert (await here.run(lambda: News.get())).content == ""
