"""Asking for a remix while composing, and the pages on which it is answered."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.db import transaction
from fedirec.remix.actions.lineage import settle_sources
from fedirec.remix.actions.remix_requests.deciding import LASTS, TOGETHER, settled
from fedirec.remix.actions.remix_requests.expiring import expire_requests
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.queries.remix_requests import get_request
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.remix.forms import fields_of, send
from tests.remix.test_comments import document_at, publish
from tests.remix.test_remix_requests import SOON, remix, standing_at

NEW = "/records/new"


async def test_asked_while_composing_agreed_side_by_side_and_then_published(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    await here.join("eve")
    closed = await publish(here, ana, title="Closed", licence="CC-BY-ND-4.0")
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"{NEW}?source={closed.id}")
        assert "“Closed” may not be changed" in page.text
        assert "It needs the consent of others" in page.text
        assert "It waits for consent first" in page.text
        assert "you ask at the end" in page.text
        typed: Any = {"title": "Opened", "text": "With a window.", "ask_words": "I love it. May I?"}
        answer = await send(browser, page, NEW, do="ask", **typed)
        assert answer.status_code == 303, answer.text
        waiting = await browser.get(answer.headers["location"])
        assert "waits for consent" in waiting.text
        assert "waits for the consent of its author" in waiting.text
        assert "Not published yet" in waiting.text
        assert "Its licence does not allow this" not in waiting.text
        asked = await browser.get("/requests?show=asking")
        assert "waits for an answer" in asked.text
        assert ">Opened<" in asked.text
    remix = await here.run(lambda: Record.get(title="Opened"))
    assert remix.visibility == "asking"
    request = await here.run(lambda: RemixRequest.get())
    async with here.sign_in("eve") as browser:
        assert (await browser.get(f"/requests/{request.id}")).status_code == 404
        assert (await browser.post(f"/requests/{request.id}/answer", data={"do": "agree"})).status_code == 404
        assert (await browser.get(remix.uri)).status_code == 404
    async with here.sign_in("ana") as browser:
        told = await here.run(lambda: Notification.get(kind="asked_to_remix"))
        page = await browser.get(told.url)
        for said in (
            ">Closed<",
            ">Opened<",
            "I love it. May I?",
            "Your licence lets nobody remix it",
            "bo made something",
        ):
            assert said in page.text
        action = f"/requests/{request.id}/answer"
        done = await send(browser, page, action, do="agree", words="With joy.")
        assert done.status_code == 303, done.text
        page = await browser.get(done.headers["location"])
        assert "carries your signed stamp" in page.text
    time_passes(TOGETHER)
    await settle(here)
    published = await here.run(lambda: Record.get(id=remix.id))
    assert published.visibility == "public"
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"/requests/{request.id}")
        assert "With joy." in page.text
        assert "carries their signed stamp" in page.text
    async with here.sign_in("ana") as browser:
        assert (await browser.post(action, data={"do": "revoke"})).status_code == 303
        assert "you took it back" in (await browser.get(f"/requests/{request.id}")).text
    assert (await here.run(get_request, request.id)).state == "revoked"


@pytest.mark.one_database
async def test_a_remix_that_was_agreed_to_can_be_given_tags_but_not_made_another(
    here: Instance, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    closed = await publish(here, ana, title="Closed", licence="CC-BY-ND-4.0")
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"{NEW}?source={closed.id}")
        assert (await send(browser, page, NEW, do="ask", title="Opened", text="A window.")).status_code == 303
    request = await here.run(lambda: RemixRequest.get())
    async with here.sign_in("ana") as browser:
        page = await browser.get(f"/requests/{request.id}")
        assert (await send(browser, page, f"/requests/{request.id}/answer", do="agree")).status_code == 303
    time_passes(TOGETHER)
    await settle(here)
    edit = f"{request.remix_uri.removeprefix(here.origin)}/edit"
    async with here.sign_in("bo") as browser:
        page = await browser.get(edit)
        assert 'class="source-row fine"' in page.text
        assert "Its author agreed to it as it is." in page.text
        tagged = await send(browser, page, edit, do="publish", tags="window")
        assert tagged.status_code == 303, tagged.text
        other = await send(browser, page, edit, do="publish", text="A door.")
        assert other.status_code == 422
        assert "“Closed” may not be changed" in other.text


@pytest.mark.one_database
async def test_declined_with_words_and_taken_back_by_who_asked(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    sources = [await publish(here, ana, title=title, licence="LicenseRef-ARR") for title in ("One", "Two")]
    async with here.sign_in("bo") as browser:
        for source in sources:
            page = await browser.get(f"{NEW}?source={source.id}")
            answer = await send(browser, page, NEW, do="ask", title=f"From {source.title}", text="x")
            assert answer.status_code == 303, answer.text
    first, second = await here.run(lambda: RemixRequest.all().order_by("id"))
    async with here.sign_in("ana") as browser:
        listed = await browser.get("/requests")
        assert listed.text.index(">From Two<") < listed.text.index(">From One<")
        page = await browser.get(f"/requests/{first.id}")
        done = await send(
            browser, page, f"/requests/{first.id}/answer", do="decline", words="It is for my mother alone."
        )
        assert done.status_code == 303
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"/requests/{first.id}")
        assert "It is for my mother alone." in page.text
        assert "they did not agree" in page.text
        gone = await browser.post(f"/requests/{second.id}/answer", data={"do": "withdraw"})
        assert gone.headers["location"].endswith("/requests?show=asking")
        assert (await browser.get(f"/requests/{second.id}")).status_code == 404
        refused = await browser.post(f"/requests/{first.id}/answer", data={"do": "withdraw"})
        assert refused.status_code == 409


async def test_what_nobody_answered_in_time_can_be_asked_once_more(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    closed = await publish(here, ana, title="Closed", licence="LicenseRef-ARR")
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"{NEW}?source={closed.id}")
        asked = await send(browser, page, NEW, do="ask", title="Opened", text="x", ask_words="Please?")
        assert asked.status_code == 303
    time_passes(LASTS)
    await here.run(expire_requests)
    request = await here.run(lambda: RemixRequest.get())
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"/requests/{request.id}")
        assert "they did not answer in time" in page.text
        again = {"do": "again", "words": "Please?"}
        assert (await browser.post(f"/requests/{request.id}/answer", data=again)).status_code == 303
        assert "waits for an answer" in (await browser.get(f"/requests/{request.id}")).text


@pytest.mark.one_database
async def test_with_two_that_exclude_each_other_only_who_stands_in_the_way_is_asked(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("cy")
    alike = await publish(here, ana, title="Alike", licence="CC-BY-SA-4.0")
    unsold = await publish(here, bo, title="Unsold", licence="CC-BY-NC-4.0")
    async with here.sign_in("cy") as browser:
        page = await browser.get(f"{NEW}?source={alike.id}&source={unsold.id}")
        assert fields_of(page, NEW)["licence"] == ["CC-BY-SA-4.0"]
        asking = page.text.partition('id="asking-title"')[2].partition("</section>")[0]
        assert 'href="/u/bo"' in asking
        assert 'href="/u/ana"' not in asking
        other = await send(browser, page, NEW, do="check", licence="CC-BY-NC-4.0")
        asking = other.text.partition('id="asking-title"')[2].partition("</section>")[0]
        assert 'href="/u/ana"' in asking
        assert 'href="/u/bo"' not in asking
        assert (await send(browser, page, NEW, do="ask", title="Both", text="x")).status_code == 303
    asked = await here.run(lambda: RemixRequest.all().select_related("owner"))
    assert [(row.owner.handle, row.source_uri) for row in asked] == [("bo", unsold.uri)]


async def test_each_shelf_says_what_each_record_would_mean(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    green = await publish(here, ana, title="Green", licence="CC-BY-4.0")
    red = await publish(here, ana, title="Red", licence="CC-BY-ND-4.0")
    await publish(here, bo, title="Mine")
    async with here.sign_in("bo") as browser:
        await browser.post(f"{red.uri}/bookmark", data={"back": ""})
        kept = await send(browser, await browser.get(NEW), NEW, do="shelf:bookmarks")
        assert _verdict(kept.text, "Red") == "stop"
        assert f'value="add-source:{red.id}"' in kept.text
        mine = await send(browser, kept, NEW, do="shelf:mine")
        assert _verdict(mine.text, "Mine") == "fine"
        followed = await send(browser, mine, NEW, do="shelf:followed")
        assert "Nothing yet by the people and the tags that you follow." in followed.text
        lately = await send(browser, followed, NEW, do="shelf:lately")
        assert _verdict(lately.text, "Green") == "fine"
        assert "What you make then can be CC BY" in lately.text
        chosen = await send(browser, lately, NEW, do=f"add-source:{green.id}", licence="CC0-1.0", licence_was="")
        assert 'class="source-row care"' in chosen.text


@pytest.mark.one_database
async def test_what_was_looked_at_lies_on_the_first_shelf(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    made = [await publish(here, ana, title=f"Work {number}") for number in range(12)]
    async with here.sign_in("bo") as browser:
        await browser.get(made[0].uri)
        page = await browser.get(NEW)
        found = re.findall(r'class="row-title"[^>]*>(Work \d+)<', page.text)
        assert found[0] == "Work 0"
        kept = [cookie for cookie in browser.cookies.jar if cookie.name.endswith("seen")]
    await here.join("cy")
    async with here.sign_in("cy") as other:
        for cookie in kept:
            other.cookies.jar.set_cookie(cookie)
        page = await other.get(NEW)
        assert re.findall(r'class="row-title"[^>]*>(Work \d+)<', page.text)[0] == "Work 11"


def _verdict(page: str, title: str) -> str:
    """In which colour the record called `title` is offered."""
    before = page.rpartition(f'dir="auto">{title}</a>')[0]
    return str(re.findall(r'class="candidate (\w+)"', before)[-1])


@pytest.mark.one_database
async def test_an_author_stands_by_a_remix_about_which_nobody_asked(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await here.join("cy")
    source = await publish(here, ana, "Rain", remixing="nobody")
    near, far = await remix(here, cy, source.uri), await remix(there, bo, source.uri)
    await settle(here, there)

    async def forget() -> None:  # as if neither had ever asked
        async with transaction():
            await RemixRequest.all().delete()
            await settled(near.uri, far.uri)

    for instance in (here, there):
        await instance.run(forget)
    async with here.sign_in("ana") as browser:
        page = (await browser.get(source.uri)).text
        assert page.count("I stand by it") == 2
        for made in (near, far):
            known = await here.find_record(made.uri)
            sent = {"remix": str(known.id), "digest": "zQmElse"}
            answer = await browser.post(f"{source.uri}/agree", data=sent, follow_redirects=True)
            assert "They changed it in the meantime" in answer.text
            sent["digest"] = known.digest or ""
            answer = await browser.post(f"{source.uri}/agree", data=sent, follow_redirects=True)
            assert "You stand by it" in answer.text
        assert "I stand by it" not in (await browser.get(source.uri)).text
        answer = await browser.post(f"{source.uri}/agree", data={"remix": str(source.id)}, follow_redirects=True)
        assert "That is not made from it." in answer.text
    async with here.sign_in("cy") as browser:
        assert "I stand by it" not in (await browser.get(source.uri)).text
        assert (await browser.post(f"{source.uri}/agree", data={"remix": str(near.id)})).status_code == 403
    await settle(here, there)
    time_passes(SOON)
    await settle(here, there)
    assert await standing_at(here, near.uri) == await standing_at(there, far.uri) == ("by_licence", "acknowledged")
    for instance, made in ((here, near), (there, far)):
        assert len((await document_at(instance, made.uri))["remixAuthorization"]) == 1


@pytest.mark.one_database
async def test_the_picker_warns_of_what_was_itself_made_without_being_allowed(here: Instance) -> None:
    ana, eve, bo = await here.join("ana"), await here.join("eve"), await here.join("bo")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    made = await publish(here, eve, "Taken", licence="CC-BY-4.0")

    async def take() -> None:  # as an instance does that asks nobody
        step = await Source.create(record_id=made.id, uri=closed.uri, relation="adapts", position=0)
        async with transaction():
            await settle_sources(made, {step.id: closed})

    await here.run(take)
    assert await standing_at(here, made.uri) == ("blocked", "declared")
    async with here.sign_in("bo") as browser:
        page = await send(browser, await browser.get(NEW), NEW, do=f"add-source:{made.id}")
        assert 'class="source-row stop"' in page.text
        assert "was made from something whose licence does not allow that" in page.text
        assert "Ask for their consent" not in page.text
    assert bo.is_local
