"""People of Misskey and what descends from it come in as well: there we are known by the address of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from fedirec.accounts.models import Account
from fedirec.accounts.models import Provider as ProviderRow
from tests.accounts.test_guests import ANSWERS, HUGE, come_in, guests, refused, sentence_in, set_out
from tests.network import Instance, Network
from tests.provider import Provider, providing

ABOUT: Final = "https://here.test/sign-in/elsewhere/about"
BACK: Final = "https://here.test/sign-in/elsewhere/back"
pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with providing("https://home.test", kind="misskey") as provider:
        yield provider


@pytest.fixture
async def provider(running_provider: Provider, network: Network, here: Instance) -> Provider:
    """A server of Misskey's kind at https://home.test, which has read who we are; ana and bo live there."""
    page = await here.get("/sign-in/elsewhere/about")
    assert page.headers["link"] == f'<{BACK}>; rel="redirect_uri"'
    running_provider.tell(reset=True, pages={ABOUT: page.text})
    running_provider.join(network)
    return running_provider


async def test_somebody_signs_in_with_their_own_misskey_and_is_a_guest(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        leaving = await set_out(browser, then="/explore")
        asked = parse_qs(urlsplit(leaving).query)
        assert {name: asked[name] for name in ("client_id", "redirect_uri", "scope", "code_challenge_method")} == {
            "client_id": [ABOUT],
            "redirect_uri": [BACK],
            "scope": ["read:account"],
            "code_challenge_method": ["S256"],
        }
        assert (await browser.get(await provider.ask(leaving))).headers["location"] == "/explore"
    account = await here.run(lambda: Account.get(role="guest").select_related("actor"))
    assert account.actor.uri == "https://home.test/users/ana"
    async with here.client() as browser:
        assert (await come_in(browser, provider)).status_code == 303
        assert (await come_in(browser, provider, who="bo")).status_code == 303
    assert provider.tell()["seen"].count("metadata") == 1
    assert await guests(here) == ["https://home.test/users/ana", "https://home.test/users/bo"]


async def test_a_server_that_changes_its_make_is_asked_in_the_new_way(here: Instance, provider: Provider) -> None:
    await here.run(
        lambda: ProviderRow.create(
            origin="https://home.test",
            client_id="old",
            secret=b"",
            redirect_uri="https://here.test/old",
            scope="read",
            authorization_endpoint="https://home.test/x",
            token_endpoint="https://home.test/y",
            revocation_endpoint="https://home.test/z",
        )
    )
    async with here.client() as browser:
        assert (await come_in(browser, provider)).status_code == 303
    assert (await here.run(lambda: ProviderRow.get())).client_id == ABOUT


OUTSET: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "another issuer": ({"metadata": {"merge": {"issuer": "https://big.test"}}}, "may speak for it"),
    "a question on another host": (
        {"metadata": {"merge": {"authorization_endpoint": "https://thief.test/oauth"}}},
        "may speak for it",
    ),
    "tokens from another host": (
        {"metadata": {"merge": {"token_endpoint": "https://thief.test/token"}}},
        "may speak for it",
    ),
    "an older one, that describes nothing": ({"metadata": {"status": 404}}, "does not let its people"),
    "one that knows no small scope": (
        {"metadata": {"merge": {"scopes_supported": ["write:account"]}}},
        "does not let its people",
    ),
}
"""How a server lies or fails before anybody was sent there."""


async def test_nobody_is_sent_to_a_misskey_that_lies_or_is_too_old(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        for name, (lies, sentence) in OUTSET.items():
            provider.tell(reset=True, lies=lies)
            page = await browser.post("/sign-in/elsewhere", data={"handle": "home.test", "next": "/"})
            assert (page.status_code, sentence in sentence_in(page)) == (422, True), (name, sentence_in(page))
            assert "PeerTube" in page.text, "what else they can do stands below"


OF_ALL: Final = {name: row for name, row in ANSWERS.items() if "merge" not in row[0].get("who", {})}
OWN: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no name": ({"who": {"merge": {"username": None}}}, "do not understand"),
    "a name that is a path": ({"who": {"merge": {"username": "../bo"}}}, "do not understand"),
    "a name with a host": ({"who": {"merge": {"username": "eve@big.test"}}}, "do not understand"),
    "somebody of another server": ({"who": {"merge": {"host": "big.test"}}}, "its own people"),
    "a host that is a list": ({"who": {"merge": {"host": ["big.test"]}}}, "its own people"),
    "nobody who lives there": ({"who": {"merge": {"username": "carl"}}}, "answers to that handle"),
    "no host at all": ({"who": {"body": '{"username": "ana"}'}}, "do not understand"),
    "who it is is huge": ({"who": HUGE}, "do not understand"),
}


async def test_nobody_comes_in_whose_misskey_lies_or_fails(
    here: Instance, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async for name in refused(here, provider, OF_ALL | OWN, monkeypatch):
        assert "revoke" not in provider.tell()["seen"], name


async def test_a_code_is_worth_nothing_to_anybody_else_and_an_answer_names_its_server(
    here: Instance, provider: Provider
) -> None:
    async with here.client() as mine, here.client() as theirs:
        stolen = parse_qs(urlsplit(await provider.ask(await set_out(theirs), who="bo")).query)["code"][0]
        for changed, sentence in (
            ({"code": stolen}, "does not stand by"),
            ({"iss": "https://big.test"}, "Another server than home.test"),
            ({"iss": ""}, "Another server than home.test"),
        ):
            back = httpx.URL(await provider.ask(await set_out(mine)))
            page = await mine.get(f"/sign-in/elsewhere/back?{urlencode(dict(back.params) | changed)}")
            assert sentence in sentence_in(page), changed
        page = await mine.get(await provider.ask(await set_out(mine), answer="no"))
        assert "nothing has happened" in sentence_in(page)
    assert await guests(here) == []
