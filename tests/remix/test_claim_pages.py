"""Saying on a page that something is not right, and what comes of it there."""

from __future__ import annotations

import re
from html import unescape

from fedirec.accounts.permissions import Role
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.claims import ClaimKind
from fedirec.remix.models import Claim
from tests.network import Instance, settle
from tests.remix.test_claims import again, opened, record_of, sources_of


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


async def test_a_source_is_missed_and_its_author_agrees_on_the_page(here: Instance, there: Instance) -> None:
    ana, bo, _cy = await there.join("ana"), await here.join("bo"), await here.join("cy")
    rain, song = await record_of(there, ana, "Rain"), await record_of(here, bo, "Song")
    path = song.uri.removeprefix(here.origin)
    async with here.sign_in("cy") as browser:
        page = await browser.get(path)
        assert f'href="{path}/claim"' in page.text
        form = await browser.get(f"{path}/claim")
        assert "The address of what it was made from" in form.text
        wrong = await browser.post(f"{path}/claim", data={"kind": "missing_source", "source": "nonsense", "words": "x"})
        assert wrong.status_code == 422
        sent = {"kind": "missing_source", "source": rain.uri, "words": "The second minute.", "links": "https://a.test/"}
        answer = await browser.post(f"{path}/claim", data=sent)
        assert answer.status_code == 303
        place = answer.headers["location"]
        assert "The second minute." in (await browser.get(place)).text
        assert "What do you decide?" not in (await browser.get(place)).text
        assert "Song" in (await browser.get("/claims")).text
    async with here.client() as stranger:
        assert (await stranger.get(place)).status_code in (303, 401)
        assert (await stranger.get(f"{path}/claim")).status_code == 303
    await here.join("eve")
    async with here.sign_in("eve") as browser:
        assert (await browser.get(place)).status_code == 404
        assert (await browser.post(f"{place}/answer", data={"answer": "agree"})).status_code == 404
    async with here.sign_in("bo") as browser:
        page = await browser.get(place)
        assert "Is it so?" in page.text
        assert "Yes, change it" in page.text
        assert (await browser.post(f"{place}/answer", data={"answer": "contradict"})).status_code == 422
        assert (await browser.post(f"{place}/answer", data={"answer": "agree", "words": "Sorry!"})).status_code == 303
        page = await browser.get(path)
    assert await sources_of(here, song) == [(rain.uri, "claim")]
    assert "Its author added “Rain” as a source, because somebody said it was missing. Sorry!" in words_of(page.text)


async def test_a_moderator_decides_on_the_page_beside_the_reports(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain = await record_of(here, ana, "Rain")
    song = await record_of(here, bo, "Song", sources=[SourceDraft(record=rain)])
    path = song.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        choice = await browser.get(f"{path}/claim")
        assert "A source is missing" in choice.text
        assert "It was not made from mine" in choice.text
        assert "I had no part in it" not in choice.text
        form = await browser.get(f"{path}/claim?kind=not_derived")
        assert f'value="{rain.uri}"' in form.text
        sent = {"kind": "not_derived", "source": rain.uri, "words": "Not one note of it."}
        place = (await browser.post(f"{path}/claim", data=sent)).headers["location"]
    async with here.sign_in("bo") as browser:
        assert "disputed" in (await browser.get(path)).text.lower()
        await browser.post(f"{place}/answer", data={"answer": "contradict", "words": "The drums are."})
    async with here.sign_in("mo") as browser:
        assert place in (await browser.get("/admin/claims")).text
        page = await browser.get(place)
        assert "The drums are." in page.text
        assert (await browser.post(f"{place}/look", data={"release": ""})).status_code == 303
        assert "Leave it to others" in (await browser.get(place)).text
        assert (await browser.post(f"{place}/decision", data={"decision": "uphold"})).status_code == 422
        done = await browser.post(f"{place}/decision", data={"decision": "uphold", "reason": "We listened to both."})
        assert done.status_code == 303
        assert place not in (await browser.get("/admin/claims")).text
    page = await here.get(path)
    assert "A moderator took “Rain” out of the sources" in words_of(page.text)
    assert "We listened to both." in page.text
    async with here.sign_in("bo") as browser:
        assert "Ask to look at it again" in (await browser.get(place)).text
        assert (await browser.post(f"{place}/appeal", data={"words": "The drums!"})).status_code == 303
    assert (await here.run(lambda: Claim.get())).state == "appealed"


async def test_who_does_not_want_to_be_named_is_somebody_on_every_page(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    part = PartDraft(actor=await there.meet(ana), role="mus")
    song = await record_of(there, bo, "Song", parts=[part])
    await settle(here, there)
    theirs = await again(here, await here.find_record(song.uri))
    claim = await opened(here, ana, theirs, ClaimKind.NO_CONSENT)
    async with here.sign_in("mo") as browser:
        reason = {"decision": "uphold", "reason": "Nobody asked."}
        assert (await browser.post(f"/claims/{claim.key}/decision", data=reason)).status_code == 303
    page = await here.get(f"/records/remote/{theirs.id}")
    assert page.status_code == 200
    assert "Somebody who does not want to be named" in page.text
    assert "That is how this place sees it" in page.text
    assert "/u/ana" not in page.text
    for more in ("/lineage", "/lineage.json"):
        shown = await here.get(f"/records/remote/{theirs.id}{more}")
        assert shown.status_code == 200
        assert "/u/ana" not in shown.text
