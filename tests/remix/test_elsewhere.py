"""Taking part from one's own server: everything here leads to its dialogs, and the handle is typed once."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import httpx

from fedirec.activitypub.intents import INTENTS, SUBSCRIBE
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, write_comment
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.actions.threads import Place
from fedirec.remix.models import Record
from fedirec.remix.terms import Terms
from tests.network import Instance, Network, settle
from tests.remix.forms import fields_of, send

HANDLE = "@mia@home.test"


def offer(network: Network, **templates: str) -> None:
    """https://home.test offers its people these dialogs."""
    relations = {"subscribe": SUBSCRIBE}
    links = [
        {"rel": relations.get(name, INTENTS + name), "template" if name == "subscribe" else "href": template}
        for name, template in templates.items()
    ]
    network.answers["https://home.test/.well-known/webfinger?resource=acct:mia@home.test"] = httpx.Response(
        200, json={"subject": "acct:mia@home.test", "links": links}
    )


async def write(instance: Instance, author: Actor, title: str, **fields: str) -> Record:
    draft = RecordDraft(**{"title": title, "text": "la", "licence": "CC-BY-4.0", **fields})  # type: ignore[arg-type]
    return await instance.run(publish_record, author, draft)


def refresh_of(page: httpx.Response) -> str:
    """Where a page sends its visitor on to."""
    assert page.status_code == 200, page.text
    url = page.headers["refresh"].partition("url=")[2]
    assert f'href="{url.replace("&", "&amp;")}"' in page.text
    return url


async def test_everything_leads_to_the_dialog_of_ones_own_server_and_the_handle_is_typed_once(
    here: Instance, network: Network
) -> None:
    offer(
        network,
        subscribe="https://home.test/authorize_interaction?uri={uri}",
        Create="https://home.test/write?to={inReplyTo}",
        Object="https://home.test/show?it={object}",
    )
    ana = await here.join("ana")
    record = await write(here, ana, "Song")
    place = Place(record=await here.find_record(record.uri))
    comment = await here.run(write_comment, ana, place, CommentDraft(text="Hear, hear."))
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    group = await here.run(lambda: Actor.get(id=challenge.actor_id))
    path = record.uri.removeprefix(here.origin)

    async with here.client() as stranger:
        page = await stranger.get(path)
        assert f'href="/elsewhere?uri={quote(comment.uri, safe="")}&amp;do=answer"' in page.text
        assert f'href="/elsewhere?uri={quote(record.uri, safe="/")}&amp;do=see"' in page.text
        assert "kept" not in fields_of(page, "/elsewhere")
        first = await send(stranger, page, "/elsewhere", handle="mia@home.test")
        assert refresh_of(first) == f"https://home.test/write?to={quote(record.uri, safe='')}"

        for about, do, expected in (
            (comment.uri, "answer", f"https://home.test/write?to={quote(comment.uri, safe='')}"),
            (record.uri, "see", f"https://home.test/show?it={quote(record.uri, safe='')}"),
            (ana.uri, "", f"https://home.test/authorize_interaction?uri={quote('@ana@here.test', safe='')}"),
            (group.uri, "follow", f"https://home.test/authorize_interaction?uri={quote('@rain@here.test', safe='')}"),
        ):
            asked = await stranger.get(f"/elsewhere?uri={quote(about, safe='')}&do={do}")
            assert fields_of(asked, "/elsewhere")["handle"] == [HANDLE]
            assert refresh_of(await send(stranger, asked, "/elsewhere")) == expected
        for address in ("/u/ana", group.uri.removeprefix(here.origin), path):
            known = await stranger.get(address, follow_redirects=True)
            assert f"Go on as {HANDLE}" in unescape(known.text), address
        forgotten = await send(stranger, known, "/forget-me")
        assert forgotten.headers["location"] == path
        assert "Go on as" not in (await stranger.get(path)).text


async def test_a_server_that_names_no_dialog_is_searched_with_what_stands_there_to_copy(
    here: Instance, network: Network
) -> None:
    offer(network, Follow="https://home.test/no-blank-at-all")
    ana = await here.join("ana")
    async with here.client() as stranger:
        page = await stranger.get("/u/ana")
        for typed, sentence in (
            (HANDLE, "home.test does not say where"),
            ("mia", "looks like"),
            ("@mia@gone.test", "“gone.test” could not be reached"),
            ("@zoe@home.test", "“home.test” could not be reached"),
        ):
            answer = await send(stranger, page, "/elsewhere", handle=typed)
            assert (answer.status_code, sentence in unescape(answer.text)) == (422, True), typed
            assert f'data-copy="@ana@{here.host}"' in answer.text
            assert "refresh" not in answer.headers
        own = await send(stranger, page, "/elsewhere", handle="@ana@here.test")
        assert refresh_of(own) == ana.uri


async def test_nobody_is_led_to_what_not_everybody_may_see(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    close = await write(here, ana, "For friends", visibility="followers")
    gone = await write(here, ana, "Gone")
    await here.run(delete_record, ana, gone)
    record = await write(here, ana, "Song")
    comment = await here.run(
        write_comment, ana, Place(record=await here.find_record(record.uri)), CommentDraft(text="Oh")
    )
    async with here.client() as stranger:
        hidden = [close.uri, gone.uri, f"{here.origin}/actor", "https://evil.test/", "", "x" * 3_000]
        for uri in hidden:
            assert (await stranger.get("/elsewhere", params={"uri": uri})).status_code == 404, uri
            answer = await stranger.post("/elsewhere", data={"uri": uri, "handle": HANDLE})
            assert answer.status_code in (400, 404), uri
        assert (await stranger.get("/elsewhere", params={"uri": comment.uri})).status_code == 200
        async with here.sign_in("ana") as browser:
            page = comment.uri.removeprefix(here.origin)
            assert (await browser.post(f"{page}/hide", data={"undo": ""})).status_code == 303
        assert (await stranger.get("/elsewhere", params={"uri": comment.uri})).status_code == 404


async def test_somebody_of_another_place_like_this_lands_where_they_can_remix_and_answer(
    here: Instance, there: Instance
) -> None:
    ana, cy = await here.join("ana"), await there.join("cy")
    record = await write(here, ana, "Song")
    async with here.client() as stranger:
        page = await stranger.get(f"/elsewhere?uri={quote(record.uri, safe='')}&do=see")
        url = refresh_of(await send(stranger, page, "/elsewhere", handle=f"@{cy.handle}@there.test"))
    async with there.sign_in("cy") as browser:
        led = await browser.get(url.removeprefix(there.origin))
        assert led.status_code == 303
        shown = await browser.get(led.headers["location"])
        assert "Remix this" in shown.text
        assert re.search(r'action="/records/remote/\d+/comments"', shown.text)
    await settle(here, there)


async def test_a_dialog_whose_address_has_other_letters_is_gone_on_to(here: Instance, network: Network) -> None:
    offer(network, subscribe="https://home.test/\u0436/{uri}")
    await here.join("ana")
    async with here.client() as stranger:
        page = await send(
            stranger, await stranger.get("/elsewhere?uri=https://here.test/u/ana"), "/elsewhere", handle=HANDLE
        )
        assert page.status_code == 200
        assert page.headers["refresh"] == f"0; url=https://home.test/%D0%B6/{quote('@ana@here.test', safe='')}"
