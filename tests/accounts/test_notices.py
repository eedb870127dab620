"""What people are told: together by what it is about, of the kinds that they want, and marked as they like."""

from __future__ import annotations

import re

import pytest

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.notices import FAMILIES, OF_SEVERAL, SENTENCES, WISHES, Notice
from fedirec.accounts.notices.challenges import FAMILY
from fedirec.activitypub.models import Actor, Follow
from fedirec.remix.actions.following import start_following
from tests.network import Instance, settle
from tests.remix.forms import send


def sentences(page: str) -> list[str]:
    return re.findall(r'class="notice-words">\s*<p>.*?<a href="[^"]*" dir="auto">([^<]*)</a>', page)


def links(page: str) -> list[str]:
    return re.findall(r'class="notice-words">\s*<p>.*?<a href="([^"]*)" dir="auto">', page)


async def test_what_several_did_to_one_thing_is_one_sentence_without_numbers(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    others = [await here.join(name) for name in ("bo", "dee", "eve")]
    far = await here.meet(await there.join("cy"))
    for number, actor in enumerate([far, *others]):
        await here.run(notify, ana, Notice.REMIXED, actor, f"https://x.test/{number}", f"/r/{number}", {"title": "Fox"})
    for actor in others[:2]:
        await here.run(notify, ana, Notice.FOLLOWED, actor, actor.uri, actor.uri)
    await here.run(notify, ana, Notice.REMIXED, far, "https://x.test/9", "https://there.test/r/9", {"title": "Owl"})
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/notifications")).text
        assert sentences(page) == [
            "cy made something from “Owl”.",
            "dee and bo follow you.",
            "eve, dee and others have made something from “Fox”.",
        ]
        assert links(page)[0] == "/explore?q=https%3A%2F%2Fthere.test%2Fr%2F9"
        assert links(page)[1] == "/u/dee"
        assert all(f'href="/r/{number}"' in page for number in range(4))
        assert 'href="https://there.test' not in page
        assert sentences((await browser.get("/notifications?kind=people")).text) == ["dee and bo follow you."]
        assert sentences((await browser.get("/notifications?kind=nonsense")).text) == sentences(page)


async def test_one_thing_is_marked_as_seen_and_the_rest_stays_new(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    for name in ("Fox", "Owl"):
        await here.run(notify, ana, Notice.REMIXED, bo, f"https://x.test/{name}", "/r", {"title": name})
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/notifications?show=new")).text
        owl = re.search(r'name="back" value="([^"]*)"><input type="hidden" name="notice" value="(\d+)"', page)
        assert owl
        answer = await browser.post("/notifications/read", data={"notice": owl[2], "back": owl[1]})
        assert answer.headers["location"] == "/notifications?show=new"
        assert sentences((await browser.get("/notifications?show=new")).text) == ["bo made something from “Fox”."]
    async with here.sign_in("bo") as browser:
        left = await here.run(lambda: Notification.get(read_at=None))
        await browser.post("/notifications/read", data={"notice": str(left.id)})
        assert await here.run(lambda: Notification.exists(read_at=None))


async def test_nobody_is_told_what_they_do_not_want_to_hear(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/settings/notices")).text
        assert len(re.findall(r'name="wanted" value="[a-z_]+" checked', page)) == len(WISHES)
        wanted = [kind.value for kind in WISHES if kind is not Notice.FOLLOWED]
        assert (await browser.post("/settings/notices", data={"wanted": wanted})).status_code == 303
        assert 'value="followed">' in (await browser.get("/settings/notices")).text
        for do, unwanted in (("none challenges", {"followed", *FAMILY.kinds}), ("all challenges", {"followed"})):
            saved = await browser.post("/settings/notices", data={"wanted": wanted, "do": do})
            assert saved.headers["location"] == "/settings/notices?open=challenges#challenges"
            assert set((await here.run(lambda: Account.get(actor_id=ana.id))).unwanted or ()) == unwanted
    await here.run(start_following, bo, ana)
    await here.run(notify, ana, Notice.REMIXED, bo, "https://x.test/1", "/r", {"title": "Fox"})
    await here.run(notify, ana, Notice.ROLE_CHANGED, bo, "https://x.test/2", "/u/ana")
    told = await here.run(lambda: Notification.all().order_by("id"))
    assert [row.kind for row in told] == ["remixed", "role_changed"]
    assert (await here.run(lambda: Account.get(actor_id=bo.id))).unwanted is None


async def test_who_chooses_their_followers_says_so_everywhere_and_is_asked(here: Instance, there: Instance) -> None:
    ana, cy = await here.join("ana"), await there.join("cy")
    await there.run(start_following, cy, await there.meet(ana))
    await settle(there, here)
    async with here.sign_in("ana") as browser:
        form = await browser.get("/settings")
        assert (await send(browser, form, "/settings", approves="on", name="Ana")).status_code == 303
        assert re.search(r'name="approves"[^>]* checked', (await browser.get("/settings")).text)
    await settle(here, there)
    assert (await there.run(lambda: Actor.get(uri=ana.uri))).approves_followers
    document = await here.get("/u/ana", accept="application/activity+json")
    assert document.json()["manuallyApprovesFollowers"] is True
    dee = await there.join("dee")
    await there.run(start_following, dee, await there.meet(ana))
    await settle(there, here)
    waiting = await here.run(lambda: Follow.get(follower__uri=dee.uri))
    assert waiting.accepted_at is None
    async with here.sign_in("ana") as browser:
        assert "Somebody asks to follow you" in (await browser.get("/")).text


@pytest.mark.parametrize("kind", list(Notice))
def test_every_kind_has_its_words_and_its_family(kind: Notice) -> None:
    families = [family for family in FAMILIES if kind in family.kinds]
    assert len(families) == 1
    assert families[0].may_be_unwanted or kind not in WISHES
    assert "%(who)s" in OF_SEVERAL.get(kind, "%(who)s")
    assert SENTENCES[kind].endswith(".") or kind is Notice.GROUP_WROTE, "what a group wrote ends by itself"
