"""The pages of moderation, as people use them."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from fedirec.accounts.actions.joining import forget_refusals, sign_up
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Instance as InstanceRow
from fedirec.admin.models import Appeal, Decision, Report
from tests.admin.test_moderation import comment_of, record_of
from tests.founding import PASSWORD
from tests.network import Instance


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_a_story_of_a_report_on_pages(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain = await record_of(here, ana)
    said = await comment_of(here, bo, rain, text="Buy my boots")
    stranger = await here.get(f"/report?about={quote(said.uri, safe='')}")
    assert "Sign in, and you can say what is wrong" in words_of(stranger.text)
    async with here.sign_in("ana") as browser:
        page = (await browser.get(rain.uri)).text
        [link] = re.findall(r'href="(/report\?about=[^"]*comments[^"]*)"', page)
        form = await browser.get(unescape(link))
        assert "Buy my boots" in form.text
        about_record = (await browser.get(f"/report?about={quote(rain.uri, safe='')}")).text
        assert re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", about_record) == ["On the roof."]
        again = await browser.post("/report", data={"about": said.uri, "words": "Boots"})
        assert again.status_code == 422
        assert "Boots" in again.text
        answer = await browser.post("/report", data={"about": said.uri, "category": "spam", "words": "Boots"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
        assert "Nobody has looked at it yet." in words_of((await browser.get("/reports")).text)
        assert (await browser.get("/admin/reports")).status_code == 403
    async with here.sign_in("mo") as browser:
        assert "spam" in words_of((await browser.get("/admin/reports")).text).lower()
        case = f"/admin/reports/{bo.id}"
        page = words_of((await browser.get(case)).text)
        assert "Buy my boots" in page
        assert (await browser.post(f"{case}/claim", data={"as": "me"})).status_code == 303
        assert (await browser.post(f"{case}/notes", data={"text": "A shop?"})).status_code == 303
        wrong = await browser.post(f"{case}/decision", data={"action": "hide"})
        assert wrong.status_code == 422
        assert "Please choose what it is about." in words_of(wrong.text)
        decided = {"action": "hide", "things": said.uri, "words": "No shops here.", "reason": "spam"}
        assert (await browser.post(f"{case}/decision", data=decided)).status_code == 303
        page = words_of((await browser.get(case)).text)
        assert "A shop?" in page
        assert "No shops here." in page
    assert "Buy my boots" not in (await here.get(rain.uri)).text
    async with here.sign_in("ana") as browser:
        assert "did something about it" in words_of((await browser.get("/reports")).text)
        assert "did something about it" in words_of((await browser.get("/notifications")).text)
    [decision] = await here.run(lambda: Decision.all())
    async with here.sign_in("bo") as browser:
        page = (await browser.get("/notifications")).text
        assert f"/decisions/{decision.id}" in page
        page = words_of((await browser.get(f"/decisions/{decision.id}")).text)
        assert "No shops here." in page
        assert "Buy my boots" in page
        assert "spam" not in page
        appeal = await browser.post(f"/decisions/{decision.id}/appeal", data={"words": "They are a gift."})
        assert appeal.status_code == 303
    async with here.sign_in("ana") as browser:
        assert (await browser.get(f"/decisions/{decision.id}")).status_code == 404
    async with here.sign_in("olga") as browser:
        assert "They are a gift." in words_of((await browser.get("/admin/appeals")).text)
        [asked] = await here.run(lambda: Appeal.all())
        granted = await browser.post(f"/admin/appeals/{asked.id}", data={"answer": "grant", "words": "So they are."})
        assert granted.status_code == 303
    assert "Buy my boots" in (await here.get(rain.uri)).text
    async with here.sign_in("bo") as browser:
        assert "So they are." in words_of((await browser.get(f"/decisions/{decision.id}")).text)
    assert (await here.run(lambda: Report.get(state="closed"))).outcome == "hide"


async def test_who_is_suspended_reads_why_and_answers(here: Instance) -> None:
    ana = await here.join("ana")
    async with here.sign_in("olga") as browser:
        decided = {"action": "suspend", "words": "Enough for now.", "reason": "many reports"}
        assert (await browser.post(f"/admin/reports/{ana.id}/decision", data=decided)).status_code == 303
    async with here.client() as browser:
        refused = await browser.post("/sign-in", data={"name": "ana", "password": PASSWORD})
        assert "/appeal" in refused.text
        wrong = await browser.post("/appeal", data={"name": "ana", "password": "nonsense"})
        assert wrong.status_code == 422
        page = await browser.post("/appeal", data={"name": "ana", "password": PASSWORD})
        assert "Enough for now." in page.text
        assert "many reports" not in page.text
        [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page.text)
        [key] = re.findall(r'name="decision" value="([^"]+)"', page.text)
        forged = await browser.post("/appeal", data={"ticket": "AAAA" + ticket[4:], "decision": key, "words": "x"})
        assert forged.status_code == 401
        sent = await browser.post("/appeal", data={"ticket": ticket, "decision": key, "words": "I was hacked."})
        assert "Somebody will look at it again" in words_of(sent.text)
        twice = await browser.post("/appeal", data={"ticket": ticket, "decision": key, "words": "Again"})
        assert twice.status_code == 422
    [made] = await here.run(lambda: Appeal.all())
    assert made.words == "I was hacked."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_stranger_is_told_where_to_write(here: Instance) -> None:
    async def tell() -> None:
        instance = here.state["site"].instance
        assert instance is not None
        instance.contact = "help@here.test"
        await instance.save(update_fields=["contact"])

    await here.run(tell)
    assert "help@here.test" in (await here.get("/report?about=x")).text
    async with here.sign_in("olga") as browser:
        assert (await browser.get("/report?about=x")).status_code == 404


async def test_who_is_not_let_in_can_read_why_and_many_are_answered_at_once(here: Instance) -> None:
    async def ask(name: str) -> int:
        await here.run(edit_to_approval)
        joined = await here.run(
            sign_up,
            here.state["site"].uris,
            here.state["keyring"],
            name=name,
            password="a long pass phrase",
            answer="Hello, I make sounds",
        )
        return int(joined.account.id)

    async def edit_to_approval() -> None:
        await InstanceRow.all().update(registration="approval")

    keys = [await ask(name) for name in ("ida", "leo", "sam")]
    async with here.sign_in("olga") as browser:
        page = (await browser.get("/admin/people/pending")).text
        assert all(f'name="id" value="{key}"' in page for key in keys)
        nobody = await browser.post("/admin/people/pending", data={"answer": "decline"})
        assert nobody.status_code == 303
        chosen = {"answer": "decline", "id": [str(keys[0]), str(keys[1]), "999999"], "words": "Only sounds, please."}
        assert (await browser.post("/admin/people/pending", data=chosen)).status_code == 303
        await browser.post("/admin/people/pending", data={"answer": "approve", "id": [str(keys[2])]})
    async with here.client() as browser:
        told = await browser.post("/sign-in", data={"name": "ida", "password": "a long pass phrase"})
        assert "Only sounds, please." in told.text
        wrong = await browser.post("/sign-in", data={"name": "leo", "password": "another pass phrase"})
        assert "Only sounds, please." not in wrong.text
        welcome = await browser.post("/sign-in", data={"name": "sam", "password": "a long pass phrase"})
        assert welcome.status_code == 303
    assert await here.run(forget_refusals) == 0
