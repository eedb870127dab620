"""People of other servers come in when their own server has said who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from fedirec.accounts.models import Account, Identity, Passage, Session
from fedirec.accounts.models import Provider as ProviderRow
from tests.network import Instance, Network
from tests.provider import Provider, providing

HANDLE = "@ana@home.test"


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with providing("https://home.test") as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider, network: Network) -> Provider:
    """A server at https://home.test whose people can sign in elsewhere; ana and bo live there."""
    running_provider.tell(reset=True)
    running_provider.join(network)
    return running_provider


async def set_out(browser: httpx.AsyncClient, typed: str = HANDLE, *, then: str = "/") -> str:
    """The address that the browser is led to when its visitor types a handle."""
    page = await browser.post("/sign-in/elsewhere", data={"handle": typed, "next": then})
    assert page.status_code == 200, sentence_in(page)
    return page.headers["refresh"].partition("url=")[2]


async def come_in(
    browser: httpx.AsyncClient, provider: Provider, *, who: str = "ana", then: str = "/"
) -> httpx.Response:
    return await browser.get(await provider.ask(await set_out(browser, then=then), who=who))


def sentence_in(page: httpx.Response) -> str:
    """What a refused form says beside its field."""
    found = re.search(r'id="handle-error">.*?</svg>(.*?)</p>', page.text, re.DOTALL)
    return unescape(found[1]) if found else page.text


async def test_somebody_signs_in_with_their_own_server_and_is_a_guest(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        back = await come_in(browser, provider, then="/explore?q=rain")
        assert (back.status_code, back.headers["location"]) == (303, "/explore?q=rain")
        page = await browser.get("/explore")
        assert HANDLE in page.text
        assert "New record" not in page.text
    account = await here.run(lambda: Account.get(role="guest").select_related("actor"))
    assert (account.actor.uri, account.actor.is_local) == ("https://home.test/users/ana", False)
    assert account.password_hash == ""
    assert provider.tell()["tokens"] == 0
    assert await here.run(Passage.all().count) == 0
