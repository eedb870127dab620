"""What people paste and mistype is answered where they typed it."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.network import Instance
from tests.remix.forms import fields_of, send


@pytest.mark.parametrize(
    "path",
    [
        f"/u/{'x' * 61}",
        f"/c/{'x' * 3_000}",
        f"/c/{'x' * 61}/submissions",
        f"/records/{'x' * 3_000}",
        f"/u/{'x' * 61}/outbox",
        f"/.well-known/webfinger?resource=acct:{'x' * 61}@here.test",
    ],
)
async def test_an_address_that_is_longer_than_any_here_leads_nowhere(here: Instance, path: str) -> None:
    for accept in ("text/html", "application/activity+json"):
        assert (await here.get(path, accept=accept)).status_code == 404


@pytest.mark.parametrize("typed", [f"https://far.test/{'x' * 2_048}", f"https://here.test/{'x' * 2_048}"])
async def test_an_address_that_is_too_long_is_refused_where_it_was_pasted(here: Instance, typed: str) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        pasted: list[dict[str, Any]] = [{"seek": typed[:2_040], "who": typed[:590]}, {"seek": typed}]
        for fields in pasted:
            form = await ana.get("/records/new")
            answer = await send(ana, form, "/records/new", do="keep", title="Rain", **fields)
            assert answer.status_code == 200
            assert fields_of(answer, "/records/new")["title"] == ["Rain"]
            assert 'id="seek-error"' in answer.text
        assert (await ana.get("/explore", params={"q": typed})).status_code in (303, 422)
        assert (await ana.post("/follow", data={"who": typed})).status_code == 422
        assert (await ana.post("/unfollow", data={"who": typed})).status_code in (400, 404)
        assert (await ana.post("/elsewhere", data={"uri": typed, "handle": "@a@b.test"})).status_code in (400, 404)


async def test_a_tag_in_the_box_for_words_leads_to_its_page(here: Instance) -> None:
    assert (await here.get("/explore?q=%23Night")).headers["location"] == "/tags/night"
    several = (await here.get("/explore?q=%23two%20words")).headers["location"]
    assert parse_qs(urlsplit(several).query) == {"tag": ["two"], "q": ["words"]}
    assert (await here.get(several)).status_code == 200
    assert (await here.get("/explore?q=%23")).status_code == 200


async def test_what_cannot_be_found_is_told_in_a_whole_sentence(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        answer = await ana.get("/explore", params={"q": "https://nowhere.invalid/x"})
    assert answer.status_code == 422
    assert 'value="https://nowhere.invalid/x"' in answer.text
    told = answer.text.partition('id="q-error"')[2].partition("</p>")[0]
    assert told.endswith(".")


async def test_whoever_has_to_sign_in_to_look_something_up_comes_back_to_it(here: Instance) -> None:
    await here.join("ana")
    page = await here.get("/explore?q=https://far.test/a%3Fb=c%26d")
    ways = [each.partition('"')[0] for each in page.text.split('href="/sign-in?next=')[1:]]
    (then,) = {unquote(unescape(each)) for each in ways} - {"/explore"}
    assert then.startswith("/explore?q=")
    assert unquote(then.removeprefix("/explore?q=")) == "https://far.test/a?b=c&d"
