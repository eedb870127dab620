"""Members of ours say on other servers who they are: a code is worth something once (RFC 6749, section 4.1.2)."""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from fedirec.accounts.actions.vouching import forget_spent_codes
from fedirec.accounts.models import SpentCode
from tests.conftest import Pass
from tests.network import Instance

CLIENT = "https://there.test/sign-in/elsewhere/about"
BACK = "https://there.test/sign-in/elsewhere/back"
VERIFIER = "v" * 64
QUESTION = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "scope": "read:account",
    "state": "s",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
    "code_challenge_method": "S256",
}


async def code_from(browser: httpx.AsyncClient) -> str:
    """What the server of whoever is signed in gives for another server."""
    page = await browser.get("/oauth/authorize", params=QUESTION)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    given = {name: unescape(value) for name, value in fields.items()}
    gone = await browser.post("/oauth/authorize", data=given | {"answer": "yes"})
    return parse_qs(urlsplit(gone.headers["refresh"].partition("url=")[2]).query)["code"][0]


async def give_back(client: httpx.AsyncClient, code: str, verifier: str = VERIFIER) -> httpx.Response:
    given = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": BACK}
    return await client.post("/api/oauth/token", data=given | {"code": code, "code_verifier": verifier})


async def name_for(client: httpx.AsyncClient, given: httpx.Response) -> int:
    token = given.json()["access_token"]
    return (await client.post("/api/i", headers={"authorization": f"Bearer {token}"})).status_code


async def test_a_code_that_is_given_back_twice_is_refused_and_its_token_is_good_for_nothing(
    here: Instance, time_passes: Pass
) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser, here.client() as client:
        code = await code_from(browser)
        assert (await give_back(client, code, "w" * 64)).status_code == 400  # who has no proof key spends nothing
        first = await give_back(client, code)
        assert await name_for(client, first) == 200
        for again in (code, f"{code}=", f"{code[:20]}.{code[20:]}"):  # the same code, however it is written
            refused = await give_back(client, again)
            assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
        assert await name_for(client, first) == 401

        other = await give_back(client, await code_from(browser))
        assert await name_for(client, other) == 200  # nobody else's sign-in suffers
        assert await here.run(forget_spent_codes) == 0
        time_passes(timedelta(minutes=8))
        assert (await give_back(client, code)).status_code == 400
        assert await here.run(forget_spent_codes) == 2
        assert not await here.run(SpentCode.exists)


async def test_of_many_who_give_a_code_back_at_once_one_at_most_has_a_token(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser, here.client() as client:
        code = await code_from(browser)
        answers = await asyncio.gather(*(give_back(client, code) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
        [given] = [answer for answer in answers if answer.status_code == 200]
        assert await name_for(client, given) == 401
