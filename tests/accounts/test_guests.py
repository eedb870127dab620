"""People of other servers come in when their own server has said who they are, and in no other way."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from fedirec.accounts.actions.members import suspend
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.door import new_attempts
from fedirec.accounts.models import Account, Identity, Passage, Session
from fedirec.accounts.models import Provider as ProviderRow
from fedirec.accounts.oauth import exchanges
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.models import Actor, Outgoing, Peer
from fedirec.db import fetch_rows
from fedirec.errors import Forbidden
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission
from fedirec.remix.models import Submission
from fedirec.remix.terms import Terms
from tests.conftest import Pass
from tests.network import Instance, Network
from tests.provider import Provider, providing

pytestmark = pytest.mark.one_database

HANDLE: Final = "@ana@home.test"
ACTIVITY: Final = "application/activity+json"
HUGE: Final = {"body": "x" * 1024, "times": 2048}


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
    return unescape(found[1]) if found else ""


async def guests(here: Instance) -> list[str]:
    rows = await here.run(lambda: Account.filter(role="guest").order_by("id").select_related("actor"))
    return [row.actor.uri for row in rows]


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
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
    assert await here.run(lambda: Passage.all().count()) == 0


async def test_who_comes_again_is_the_same_guest_and_who_moved_is_another_one(
    here: Instance, provider: Provider
) -> None:
    async with here.client() as browser:
        await come_in(browser, provider)
        first = browser.cookies["__Host-fedirec-session"]
        assert (await browser.get("/sign-in/elsewhere?next=/explore")).headers["location"] == "/explore"
        await come_in(browser, provider)
        assert browser.cookies["__Host-fedirec-session"] != first
        assert await here.run(lambda: Session.all().count()) == 1
    old = "https://home.test/users/ana"
    provider.lie(actor={"merge": {"alsoKnownAs": [old]}})
    async with here.client() as browser:
        await come_in(browser, provider, who="bo")
    assert await guests(here) == [old, "https://home.test/users/bo"]
    people = await here.run(lambda: Identity.filter(actor__host="home.test").values_list("person_id", flat=True))
    assert len(set(people)) == 2


async def test_a_server_is_asked_to_know_us_once_and_again_when_it_forgot_us(
    here: Instance, provider: Provider, time_passes: Pass
) -> None:
    async with here.client() as browser:
        for _ in range(2):
            assert (await come_in(browser, provider)).status_code == 303
        assert provider.tell()["seen"].count("apps") == 1
        [row] = await here.run(fetch_rows, "SELECT client_id, secret FROM provider")
        assert len(bytes(row["secret"])) > 30
        leaving = await set_out(browser)
        back = await provider.ask(leaving)
        provider.tell(forget=True)
        page = await browser.get(back)
        assert "did not know us any more" in sentence_in(page)
        assert (await come_in(browser, provider)).status_code == 303
        provider.tell(forget=True)
        time_passes(timedelta(days=2))
        assert (await come_in(browser, provider)).status_code == 303
        assert provider.tell()["seen"].count("apps") == 3
        await here.run(lambda: ProviderRow.all().update(redirect_uri="https://old.test/back"))
        assert (await come_in(browser, provider)).status_code == 303
        assert provider.tell()["seen"].count("apps") == 4
    async with here.client() as browser:
        provider.tell(forget=True)
        assert await provider.ask(await set_out(browser)) == ""
        assert (await come_in(browser, provider)).status_code == 303
        assert provider.tell()["seen"].count("apps") == 5
    assert provider.tell()["tokens"] == 0


async def test_a_server_with_few_words_is_asked_in_the_words_that_it_has(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        provider.lie(metadata={"status": 404})
        assert "scope=read%3Aaccounts" in await set_out(browser)
        provider.lie(authorized={"redirect": "https://here.test/nowhere"})
        asked = parse_qs(urlsplit(await set_out(browser)).query)
        back = urlencode({"error": "invalid_scope", "state": asked["state"][0]})
        page = await browser.get(f"/sign-in/elsewhere/back?{back}")
        assert "once more" in sentence_in(page)
        provider.tell(lies={"authorized": {}})
        leaving = await set_out(browser)
        assert "scope=read&" in leaving
        assert (await browser.get(await provider.ask(leaving))).status_code == 303


MAKES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "GoToSocial": (
        {"metadata": {"merge": {"scopes_supported": ["read", "write", "push", "profile"]}}, "pkce": {}},
        "profile",
    ),
    "Akkoma": (
        {"metadata": {"status": 404}, "token": {"merge": {"scope": None, "me": "https://home.test/users/ana"}}},
        "read:accounts",
    ),
    "Friendica": (
        {
            "metadata": {"status": 404},
            "token": {"merge": {"token_type": "bearer"}},
            "revoke": {"status": 404},
            "pkce": {},
        },
        "read:accounts",
    ),
    "Pixelfed": (
        {"metadata": {"merge": {"scopes_supported": ["read", "write", "follow"], "issuer": None}}, "pkce": {}},
        "read",
    ),
    "Sharkey": ({"metadata": {"body": "<!doctype html>", "type": "text/html"}, "pkce": {}}, "read:accounts"),
}
"""What servers with the API of Mastodon do otherwise: what they describe, which scopes they know, and no PKCE."""


async def test_nothing_is_asked_of_a_server_that_only_mastodon_has(here: Instance, provider: Provider) -> None:
    for make, (does, scope) in MAKES.items():
        provider.tell(reset=True, lies=does)
        await here.run(lambda: ProviderRow.all().delete())
        async with here.client() as browser:
            leaving = await set_out(browser)
            assert parse_qs(urlsplit(leaving).query)["scope"] == [scope], make
            assert (await browser.get(await provider.ask(leaving))).status_code == 303, make
    assert await guests(here) == ["https://home.test/users/ana"]


async def test_somebody_whose_handle_is_on_another_host_is_known_by_it_once_both_agree(
    here: Instance, network: Network, provider: Provider
) -> None:
    links = [{"rel": "self", "type": ACTIVITY, "href": "https://home.test/users/ana"}]
    jrd = {"subject": "acct:ana@short.test", "links": links}
    network.answers["https://short.test/.well-known/webfinger?resource=acct:ana@short.test"] = httpx.Response(
        200, json=jrd
    )
    provider.lie(webfinger={"merge": {"subject": "acct:ana@short.test"}})
    async with here.client() as browser:
        leaving = await set_out(browser, "@ana@short.test")
        assert leaving.startswith("https://home.test/oauth/authorize?")
        assert (await browser.get(await provider.ask(leaving))).status_code == 303
    actor = await here.run(lambda: Actor.get(uri="https://home.test/users/ana"))
    assert actor.host == "short.test"
    jrd["links"] = []
    network.answers["https://short.test/.well-known/webfinger?resource=acct:bo@short.test"] = httpx.Response(
        200, json=jrd
    )
    provider.lie(
        webfinger={
            "merge": {"subject": "acct:bo@short.test", "links": [links[0] | {"href": "https://home.test/users/bo"}]}
        }
    )
    async with here.client() as browser:
        assert (await browser.get(await provider.ask(await set_out(browser, "home.test"), who="bo"))).status_code == 303
    assert (await here.run(lambda: Actor.get(uri="https://home.test/users/bo"))).host == "home.test"


TYPED: Final = {
    "nothing": ("", "fill this in"),
    "two hosts": ("ana@home.test@evil.test", "Write your handle"),
    "a script": ("javascript:alert(1)", "Write your handle"),
    "a user in an address": ("https://ana@home.test/", "Write your handle"),
    "letters that are not plain": ("@ana@h\u00f6me.test", "xn--"),
    "letters that turn the text round": ("@ana@home.test\u202e", "xn--"),
    "this place": ("here.test", "this place"),
    "somebody of this place": ("@olga@here.test", "this place"),
    "this machine": ("127.0.0.1", "not reachable"),
    "this machine as a handle": ("@ana@127.0.0.1", "not reachable"),
    "this machine as a number": ("2130706433", "not an address"),
    "a neighbour": ("https://192.168.1.1/login", "not reachable"),
    "another port": ("home.test:8080", "usual port"),
    "a host that is not there": ("gone.test", "“gone.test” could not be reached"),
    "nobody of that name": ("@carl@home.test", "answers to that handle"),
    "a name with a slash": ("@../ana@home.test", "Write your handle"),
    "a blocked server": ("@eve@blocked.test", "cannot sign in here"),
    "a server below a blocked one": ("@eve@sub.blocked.test", "cannot sign in here"),
}
"""What visitors type, and the sentence that they get."""


async def test_whatever_cannot_be_right_is_told_beside_the_field(here: Instance, provider: Provider) -> None:
    await here.run(lambda: Peer.create(origin="https://blocked.test", policy="block"))
    async with here.client() as browser:
        for name, (typed, sentence) in TYPED.items():
            here.state["attempts"] = new_attempts()
            page = await browser.post("/sign-in/elsewhere", data={"handle": typed, "next": "/"})
            assert (page.status_code, sentence in sentence_in(page)) == (422, True), (name, sentence_in(page))
            assert "refresh" not in page.headers, name
    assert await here.run(lambda: Passage.all().count()) == 0
    assert not [request for request in here.network.requests if "blocked" in request.url.host]


OUTSET: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "registration is refused": ({"apps": {"status": 403}}, "does not let its people"),
    "registration is not there": ({"apps": {"status": 404}}, "does not let its people"),
    "registration fails": ({"apps": {"status": 500}}, "has trouble"),
    "registration passes us on": ({"apps": {"redirect": "https://thief.test/apps"}}, "passes us on"),
    "registration is a page": ({"apps": {"body": "<h1>Hello</h1>", "type": "text/html"}}, "do not understand"),
    "registration gives no secret": ({"apps": {"merge": {"client_secret": None}}}, "do not understand"),
    "registration gives a secret with tricks": ({"apps": {"merge": {"client_secret": "a\nb"}}}, "do not understand"),
    "registration gives a very long id": ({"apps": {"merge": {"client_id": "x" * 501}}}, "do not understand"),
    "registration is huge": ({"apps": HUGE}, "do not understand"),
    "registration is slow": ({"apps": {"sleep": 5}}, "too long"),
    "the description fails": ({"metadata": {"status": 502}}, "has trouble"),
    "the description is elsewhere": ({"metadata": {"redirect": "https://thief.test/meta"}}, "passes us on"),
    "the description is nonsense": ({"metadata": {"body": "[1"}}, "do not understand"),
    "the description is huge": ({"metadata": HUGE}, "larger than"),
    "the description is slow": ({"metadata": {"sleep": 5}}, "too long"),
    "another issuer": ({"metadata": {"merge": {"issuer": "https://big.test"}}}, "may speak for it"),
    "a question on another host": (
        {"metadata": {"merge": {"authorization_endpoint": "https://thief.test/oauth"}}},
        "may speak for it",
    ),
    "a question that is a script": (
        {"metadata": {"merge": {"authorization_endpoint": "javascript:alert(1)"}}},
        "may speak for it",
    ),
    "tokens from a private address": (
        {"metadata": {"merge": {"token_endpoint": "https://127.0.0.1/oauth/token"}}},
        "may speak for it",
    ),
    "tokens without encryption": (
        {"metadata": {"merge": {"token_endpoint": "http://home.test/oauth/token"}}},
        "may speak for it",
    ),
    "somebody who lives on a private address": (
        {"webfinger": {"merge": {"links": [{"rel": "self", "type": ACTIVITY, "href": "https://10.0.0.1/u/ana"}]}}},
        "not reachable",
    ),
    "somebody who lives nowhere": ({"webfinger": {"merge": {"links": []}}}, "cannot be followed"),
    "nobody knows who": ({"webfinger": {"status": 500}}, "answered 500"),
}
"""How a server lies or fails before anybody was sent there."""


async def test_nobody_is_sent_to_a_server_that_lies_or_fails(
    here: Instance, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.network.answers["https://thief.test/meta"] = httpx.Response(200, json={})
    async with here.client() as browser:
        for name, (lies, sentence) in OUTSET.items():
            here.state["attempts"] = new_attempts()
            provider.tell(reset=True, lies=lies)
            monkeypatch.setattr(exchanges, "SECONDS", 0.5 if "slow" in name else 20.0)
            page = await browser.post("/sign-in/elsewhere", data={"handle": HANDLE, "next": "/"})
            assert (page.status_code, sentence in sentence_in(page)) == (422, True), (name, sentence_in(page))
            assert await here.run(lambda: Passage.all().count()) == 0, name
            assert await here.run(lambda: ProviderRow.all().count()) == 0, name


ANSWERS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no token": ({"token": {"merge": {"access_token": None}}}, "do not understand"),
    "a token of another kind": ({"token": {"merge": {"token_type": "mac"}}}, "do not understand"),
    "a token with a line break": ({"token": {"merge": {"access_token": "a\r\nHost: x"}}}, "do not understand"),
    "a token that is a list": ({"token": {"merge": {"access_token": ["a"]}}}, "do not understand"),
    "the code is too old": ({"token": {"status": 400, "error": "invalid_grant"}}, "does not stand by"),
    "the token passes us on": ({"token": {"redirect": "https://thief.test/token", "status": 307}}, "passes us on"),
    "the token fails": ({"token": {"status": 503}}, "has trouble"),
    "the token is a page": ({"token": {"body": "<h1>Hello</h1>", "type": "text/html"}}, "do not understand"),
    "the token is huge": ({"token": HUGE}, "do not understand"),
    "the token is slow": ({"token": {"sleep": 5}}, "too long"),
    "who it is fails": ({"who": {"status": 500}}, "has trouble"),
    "who it is is refused": ({"who": {"status": 403}}, "does not tell us"),
    "who it is is elsewhere": ({"who": {"redirect": "https://thief.test/who"}}, "passes us on"),
    "who it is is a page": ({"who": {"body": "<h1>Hello</h1>", "type": "text/html"}}, "do not understand"),
    "who it is is huge": ({"who": HUGE}, "larger than"),
    "who it is is slow": ({"who": {"sleep": 5}}, "too long"),
    "no name": ({"who": {"merge": {"username": None}}}, "do not understand"),
    "no account": ({"who": {"merge": {"acct": None}}}, "do not understand"),
    "a name that is a path": ({"who": {"merge": {"username": "../bo", "acct": "../bo"}}}, "do not understand"),
    "a name with a host": (
        {"who": {"merge": {"username": "eve@big.test", "acct": "eve@big.test"}}},
        "do not understand",
    ),
    "a name that turns round": ({"who": {"merge": {"username": "ana\u202e", "acct": "ana"}}}, "do not understand"),
    "a name that looks alike": ({"who": {"merge": {"username": "\u0430na", "acct": "\u0430na"}}}, "do not understand"),
    "somebody of another server": ({"who": {"merge": {"acct": "ana@big.test"}}}, "its own people"),
    "somebody else": ({"who": {"merge": {"acct": "bo"}}}, "its own people"),
    "nobody who lives there": ({"who": {"merge": {"username": "carl", "acct": "carl"}}}, "answers to that handle"),
    "the name leads elsewhere": (
        {"webfinger": {"merge": {"links": [{"rel": "self", "type": ACTIVITY, "href": "https://big.test/u/ana"}]}}},
        "somewhere else",
    ),
    "the name leads to nobody": ({"webfinger": {"merge": {"links": []}}}, "cannot be followed"),
    "the name leads to a private address": (
        {"webfinger": {"redirect": "https://169.254.169.254/latest/meta-data"}},
        "not reachable",
    ),
    "the actor is gone": ({"actor": {"status": 410}}, "not there any more"),
    "the actor was never there": ({"actor": {"status": 404}}, "knows nothing"),
    "the actor is hidden": ({"actor": {"status": 403}}, "does not show"),
    "the actor has another name": ({"actor": {"merge": {"preferredUsername": "bo"}}}, "does not agree"),
    "the actor has another id": ({"actor": {"merge": {"id": "https://big.test/users/ana"}}}, "object of"),
    "the actor is a file": ({"actor": {"body": "{}", "type": "application/json"}}, "no ActivityPub document"),
    "the actor is a post": ({"actor": {"merge": {"type": "Note", "attributedTo": "https://home.test/users/ana"}}}, ""),
    "the actor is a group": ({"actor": {"merge": {"type": "Group"}}}, "Only people"),
    "the actor is a server": ({"actor": {"merge": {"type": "Application"}}}, "Only people"),
    "the actor is passed on": ({"actor": {"redirect": "https://big.test/users/ana"}}, "cannot speak for it"),
}
"""How a server lies or fails about somebody who was there and comes back."""


async def test_nobody_comes_in_whose_server_lies_or_fails(
    here: Instance, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async for name in refused(here, provider, ANSWERS, monkeypatch):
        told = provider.tell()
        assert told["tokens"] == 0 or "who" not in told["seen"], name


async def refused(
    here: Instance,
    provider: Provider,
    answers: Mapping[str, tuple[dict[str, Any], str]],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[str]:
    """Each of those ways to lie or fail, after it was seen that nobody came in by it."""
    big = {"id": "https://big.test/users/ana", "type": "Person", "preferredUsername": "ana"}
    for address in ("https://thief.test/who", "https://big.test/users/ana"):
        here.network.answers[address] = httpx.Response(
            200, headers={"content-type": ACTIVITY}, content=json.dumps(big | {"inbox": "https://big.test/inbox"})
        )
    async with here.client() as browser:
        for name, (lies, sentence) in answers.items():
            here.state["attempts"] = new_attempts()
            provider.tell(reset=True, lies={})
            await here.run(lambda: ProviderRow.all().delete())
            back = await provider.ask(await set_out(browser, "home.test", then="/explore"))
            provider.tell(lies=lies)
            monkeypatch.setattr(exchanges, "SECONDS", 0.5 if "slow" in name else 20.0)
            page = await browser.get(back)
            monkeypatch.setattr(exchanges, "SECONDS", 20.0)
            assert (page.status_code, sentence in sentence_in(page)) == (422, True), (name, sentence_in(page))
            assert sentence_in(page)[-1:] in (".", "!"), name
            assert 'value="/explore"' in page.text, name
            assert "no-store" in page.headers["cache-control"], name
            assert (await guests(here), await here.run(lambda: Session.all().count())) == ([], 0), name
            assert "__Host-fedirec-session" not in browser.cookies, name
            yield name
    asked = {request.url.host for request in here.network.requests if request.headers.get("authorization")}
    assert asked == {"home.test"}
    assert not [
        request for request in here.network.requests if request.method == "POST" and "thief" in request.url.host
    ]


async def test_a_passage_belongs_to_one_browser_and_is_gone_once(
    here: Instance, provider: Provider, time_passes: Pass
) -> None:
    async with here.client() as mine, here.client() as theirs:
        back = await provider.ask(await set_out(mine))
        await set_out(theirs)
        for browser, address in (
            (theirs, back),  # a login that somebody else began is no way to sign a visitor in
            (here.client(), back),
            (mine, back.replace("state=", "state=x")),
            (mine, re.sub("state=[^&]*", "", back)),
        ):
            page = await browser.get(address)
            assert (page.status_code, "start again" in sentence_in(page)) == (422, True)
        assert (await mine.get(back)).status_code == 303
        again = await mine.get(back)
        assert (again.status_code, "start again" in sentence_in(again)) == (422, True)

        stolen = parse_qs(urlsplit(await provider.ask(await set_out(theirs), who="bo")).query)["code"][0]
        own = await set_out(mine)
        state = parse_qs(urlsplit(own).query)["state"][0]
        page = await mine.get(f"/sign-in/elsewhere/back?{urlencode({'code': stolen, 'state': state})}")
        assert "does not stand by" in sentence_in(page)

        late = await provider.ask(await set_out(mine))
        time_passes(timedelta(minutes=16))
        assert "start again" in sentence_in(await mine.get(late))
        assert await guests(here) == ["https://home.test/users/ana"]


async def test_an_answer_names_whom_it_comes_from_or_is_not_believed(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        back = await provider.ask(await set_out(browser))
        page = await browser.get(f"{back}&iss=https%3A%2F%2Fbig.test")
        assert "Another server than home.test" in sentence_in(page)
        await here.run(lambda: ProviderRow.all().delete())
        provider.lie(metadata={"merge": {"authorization_response_iss_parameter_supported": True}})
        page = await browser.get(await provider.ask(await set_out(browser)))
        assert "Another server than home.test" in sentence_in(page)
        back = await provider.ask(await set_out(browser))
        assert (await browser.get(f"{back}&iss=https%3A%2F%2Fhome.test%2F")).status_code == 303


async def test_who_says_no_at_home_is_told_that_nothing_happened(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        page = await browser.get(await provider.ask(await set_out(browser), answer="no"))
        assert "nothing has happened" in sentence_in(page)
        state = parse_qs(urlsplit(await set_out(browser)).query)["state"][0]
        for error, sentence in (("server_error", "could not sign you in"), ("<b>x</b>", "could not sign you in")):
            state = parse_qs(urlsplit(await set_out(browser)).query)["state"][0]
            page = await browser.get(f"/sign-in/elsewhere/back?{urlencode({'error': error, 'state': state})}")
            assert sentence in sentence_in(page)
            assert "<b>" not in page.text
        state = parse_qs(urlsplit(await set_out(browser)).query)["state"][0]
        page = await browser.get(f"/sign-in/elsewhere/back?state={state}")
        assert "without an answer" in sentence_in(page)
    assert await guests(here) == []


@pytest.mark.parametrize(
    "then", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/\n/x", ""]
)
async def test_nobody_is_led_away_from_here_afterwards(here: Instance, provider: Provider, then: str) -> None:
    async with here.client() as browser:
        assert (await come_in(browser, provider, then=then)).headers["location"] == "/"


async def test_no_other_site_signs_anybody_in_or_out(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        for path in ("/sign-in/elsewhere", "/forget-me", "/settings/visit/leave"):
            answer = await browser.post(
                path, data={"handle": HANDLE, "sure": "on"}, headers={"origin": "https://evil.test"}
            )
            assert answer.status_code == 403
    assert provider.tell()["seen"] == []


async def test_those_who_may_not_come_in_are_told_so(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        await come_in(browser, provider)
        account = await here.run(lambda: Account.get(role="guest").select_related("actor"))
        await here.run(suspend, Operator("https://here.test/actor"), account)
        assert (await browser.get("/settings/visit")).status_code == 401
        page = await come_in(browser, provider)
        assert "cannot be used here" in sentence_in(page)
        await here.run(lambda: Actor.filter(uri="https://home.test/users/bo").delete())
        page = await come_in(browser, provider, who="bo")
        assert page.status_code == 303
    await here.run(lambda: Actor.filter(uri="https://home.test/users/bo").update(is_quiet=True))
    async with here.client() as browser:
        assert "cannot be used here" in sentence_in(await come_in(browser, provider, who="bo"))
        await here.run(lambda: Actor.filter(uri="https://home.test/users/bo").update(is_quiet=False))
        await come_in(browser, provider, who="bo")
        assert (await browser.get("/settings/visit")).status_code == 200
        back = await provider.ask(await set_out(browser, "home.test"), who="bo")
        await here.run(lambda: Peer.update_or_create({"policy": "block"}, origin="https://home.test"))
        assert "cannot sign in here" in sentence_in(await browser.get(back))
        assert (await browser.get("/settings/visit")).status_code == 401


async def test_a_guest_offers_what_they_published_at_home_and_nothing_of_others(
    here: Instance, network: Network, provider: Provider
) -> None:
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    await here.run(open_challenge, olga, here.state["keyring"], draft)
    for name, number in (("ana", 1), ("bo", 2)):
        uri = f"https://home.test/users/{name}/{number}"
        post = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": uri,
            "type": "Note",
            "attributedTo": f"https://home.test/users/{name}",
            "content": "<p>Rain on a roof</p>",
            "published": "2026-11-20T10:00:00Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "attachment": [{"type": "Audio", "mediaType": "audio/mpeg", "url": "https://home.test/rain.mp3"}],
        }
        network.answers[uri] = httpx.Response(200, headers={"content-type": ACTIVITY}, content=json.dumps(post))
    async with here.client() as browser:
        offered = "https://home.test/users/ana/1"
        assert (await browser.post("/c/rain/offer", data={"address": offered})).status_code == 401
        await come_in(browser, provider)
        page = await browser.get("/c/rain")
        assert 'action="/c/rain/offer"' in page.text
        assert "/records/new?challenge" not in page.text
        others = await browser.post("/c/rain/offer", data={"address": "https://home.test/users/bo/2"})
        assert (others.status_code, "Only its author" in others.text) == (422, True)
        wrong = await browser.post("/c/rain/offer", data={"address": "https://home.test/nothing"})
        assert wrong.status_code == 422
        assert 'value="https://home.test/nothing"' in wrong.text
        assert "By offering it you agree to version 1" in page.text
        unread = await browser.post("/c/rain/offer", data={"address": offered, "terms": "7"})
        assert (unread.status_code, "read them anew" in unread.text) == (422, True), "these are not the terms of now"
        for _ in range(2):
            done = await browser.post("/c/rain/offer", data={"address": offered, "terms": "1"})
            assert done.status_code == 303, re.findall('id="address-error">.*', done.text)
        [waiting] = await here.run(lambda: Submission.all())
        assert waiting.state == "licence_pending"
        own = (await browser.get(f"/records/remote/{waiting.record_id}")).text
        said = ("With it you offer this to", "Terms, version 1", "Nobody is paid.", "Whoever leads it chooses")
        assert [words for words in said if words not in own] == [], "what a licence would agree to"
        assert "will be under CC BY 4.0" in own
        await browser.post("/c/rain/offer", data={"address": offered, "grants": "on"})
    [made] = await here.run(lambda: Submission.all().select_related("record__author"))
    assert (made.record.author.uri, made.state) == ("https://home.test/users/ana", "pending")
    assert made.record.licence == "CC-BY-4.0"
    await here.run(accept_submission, olga, made, "It sounds wet.")
    letter = await here.run(
        lambda: Outgoing.filter(type="Create", object_uri__contains="/words/").order_by("-id").first()
    )
    assert letter is not None
    for words in ("is part of", "Rain", "It sounds wet."):
        assert words in letter.document["object"]["content"], "their own server knows nothing of the offer"


async def test_a_guest_says_that_a_source_is_missing_and_hears_what_came_of_it(
    here: Instance, provider: Provider
) -> None:
    bo = await here.join("bo")
    draft = RecordDraft(title="Song", text="La", licence="CC-BY-4.0")
    rain, song = [await here.run(publish_record, bo, replace(draft, title=title)) for title in ("Rain", "Song")]
    place = song.uri.removeprefix(here.origin)
    async with here.client() as browser:
        await come_in(browser, provider)
        assert f'href="{place}/claim"' in (await browser.get(place)).text
        sent = {"kind": "missing_source", "source": rain.uri, "words": "Listen.", "links": "https://home.test/a"}
        claim = (await browser.post(f"{place}/claim", data=sent)).headers["location"]
        assert (await browser.post(f"{claim}/say", data={"words": "To the drums."})).status_code == 303
        assert (await browser.post(f"{claim}/decision", data={"decision": "uphold", "reason": "x"})).status_code == 403
        async with here.sign_in("bo") as author:
            assert "https://home.test/a" in (await author.get(claim)).text
            await author.post(f"{claim}/answer", data={"answer": "contradict", "words": "No."})
        async with here.sign_in("olga") as moderator:
            await moderator.post(f"{claim}/decision", data={"decision": "dismiss", "reason": "Other drums."})
        assert claim in (await browser.get("/notifications")).text
        page = await browser.get(claim)
        assert "Other drums." in page.text
        assert "Ask to look at it again" in page.text


async def test_those_who_look_after_the_place_tell_a_guest_from_a_member_of_the_same_name(
    here: Instance, provider: Provider
) -> None:
    await here.join("ana")
    async with here.client() as browser, here.sign_in("olga") as olga:
        await come_in(browser, provider)
        people = await olga.get("/admin/people")
        assert 'href="/admin/people/ana"' in people.text
        assert 'href="/admin/people/ana@home.test"' in people.text
        assert "Guest" in (await olga.get("/admin/people/ana@home.test")).text
        assert "Guest" not in (await olga.get("/admin/people/ana")).text
        assert (await olga.get("/admin/people/zoe@home.test")).status_code == 404
        raised = await olga.post("/admin/people/ana@home.test/role", data={"role": "owner"})
        assert raised.status_code in (303, 403)
    guest = await here.run(lambda: Account.get(role="guest"))
    with pytest.raises(Forbidden, match="no tokens"):
        await here.run(create_token, guest, name="x", scopes=["read"])
    roles = await here.run(lambda: Account.filter(actor__handle="ana").order_by("id").values_list("role", flat=True))
    assert [str(role) for role in roles] == ["member", "guest"]


async def test_a_guest_is_asked_to_prove_who_they_are_again_every_month(
    here: Instance, provider: Provider, time_passes: Pass
) -> None:
    async with here.client() as browser:
        await come_in(browser, provider)
        for days in range(1, 31):
            time_passes(timedelta(days=1))
            assert (await browser.get("/settings/visit")).status_code == (200 if days < 30 else 401), days


async def test_nobody_makes_us_ask_server_after_server(here: Instance, provider: Provider) -> None:
    async with here.client() as browser:
        answers = [
            await browser.post("/sign-in/elsewhere", data={"handle": f"host{number}.test", "next": "/"})
            for number in range(30)
        ]
        assert {answer.status_code for answer in answers} == {422, 429}
        assert answers[-1].headers["retry-after"]
        backs = [await browser.get(f"/sign-in/elsewhere/back?state=x{number}&code=y") for number in range(30)]
        assert {back.status_code for back in backs} == {422, 429}
    asked = {request.url.host for request in here.network.requests if request.url.host.startswith("host")}
    assert len(asked) <= 20


async def test_guests_see_their_visit_and_what_belongs_to_members_is_closed_to_them(
    here: Instance, provider: Provider
) -> None:
    async with here.client() as browser, here.client() as phone:
        await come_in(browser, provider)
        await come_in(phone, provider)
        assert (await browser.get("/settings")).headers["location"] == "/settings/visit"
        page = await browser.get("/settings/visit")
        assert page.status_code == 200
        assert "home.test" in page.text
        assert (await browser.get("/")).headers["location"] == "/explore"
        assert "/distance" not in (await browser.get("/u/olga")).text
        assert 'href="/sign-up"' in page.text
        assert 'action="/sign-up"' in (await browser.get("/sign-up")).text
        for path in ("/settings/notices", "/settings/reading", "/notifications", "/explore"):
            assert (await browser.get(path)).status_code == 200, path
        assert 'name="wanted"' not in (await browser.get("/settings/notices")).text
        assert 'href="/sign-up"' in (await browser.get("/records/new")).text
        for path in (
            "/settings/security",
            "/settings/programs",
            "/records/new",
            "/follow",
            "/following",
            "/admin/people",
        ):
            assert (await browser.get(path)).status_code == 403, path
        for path in ("/settings", "/settings/password", "/settings/codes", "/settings/programs", "/records/new"):
            assert (await browser.post(path, data={"name": "x", "scopes": "read"})).status_code == 403, path
        ended = await browser.post("/settings/visit/sessions", data={"others": "on"})
        assert ended.status_code == 303
        assert (await phone.get("/settings/visit")).status_code == 401
        assert (await browser.post("/settings/visit/leave", data={"sure": ""})).status_code == 422
        left = await browser.post("/settings/visit/leave", data={"sure": "on"})
        assert left.status_code == 303
        assert (await browser.get("/settings/visit")).status_code == 401
        assert await guests(here) == []
        assert await here.run(lambda: Session.all().count()) == 0
        assert (await come_in(browser, provider)).status_code == 303
        out = await browser.post("/sign-out")
        assert out.status_code == 303
        assert (await browser.get("/settings/visit")).status_code == 401
    async with here.sign_in("olga") as olga:
        assert (await olga.get("/settings/visit")).headers["location"] == "/settings/security"
        assert (await olga.post("/settings/visit/leave", data={"sure": "on"})).status_code == 403
