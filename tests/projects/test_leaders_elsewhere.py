"""Who leads a project and lives on another fedirec: they sign in with their own server, and lead."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fedirec.accounts.models import Account
from fedirec.activitypub.models import Actor
from fedirec.projects.actions import leading, steps
from fedirec.remix.actions.news import post_news
from tests.network import Instance
from tests.projects.stage import launch, let_in, project_at, step_at

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def agree(asked: str, at_home: httpx.AsyncClient, *, answer: str = "yes") -> httpx.Response:
    """What the server of a guest shows when they were sent there, and what it does when they answer."""
    question = await at_home.get(asked)
    assert question.status_code == 200, question.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', question.text))
    given = {name: unescape(value) for name, value in fields.items()}
    return await at_home.post("/oauth/authorize", data=given | {"answer": answer})


async def set_out(visitor: httpx.AsyncClient, handle: str = "@bo@there.test") -> str:
    page = await visitor.post("/sign-in/elsewhere", data={"handle": handle, "next": "/"})
    assert page.status_code == 200, page.text
    return page.headers["refresh"].partition("url=")[2]


async def test_a_member_of_one_fedirec_leads_a_project_of_another(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    project = await launch(here, ana)
    async with here.client() as visitor, there.sign_in("bo") as at_home:
        gone = await agree(await set_out(visitor), at_home)
        arrived = await visitor.get(gone.headers["refresh"].partition("url=")[2])
        assert arrived.status_code == 303
    guest = await here.run(lambda: Account.get(role="guest").select_related("actor"))
    assert guest.actor.uri == bo.uri
    met = await here.run(lambda: Actor.get(id=guest.actor_id))
    await let_in(here, ana, project, met)
    await here.run(leading.add_leader, ana, project, met)
    secret = await step_at(here, project, "Secret")
    await here.run(steps.publish_step, met, secret)
    assert (await step_at(here, project, "Secret")).state == "open"
    project = await project_at(here)
    news = await here.run(lambda: post_news(met, project.actor, title="Hello", text="From over there."))
    assert news.author_id == met.id


async def test_who_says_no_or_has_not_the_proof_key_gets_nothing(here: Instance, there: Instance) -> None:
    await there.join("bo")
    async with here.client() as visitor, there.sign_in("bo") as at_home, there.client() as thief:
        asked = await set_out(visitor)
        refused = parse_qs(urlsplit((await agree(asked, at_home, answer="no")).headers["refresh"][7:]).query)
        assert refused["error"] == ["access_denied"]
        assert "code" not in refused
        gone = (await agree(asked, at_home)).headers["refresh"].partition("url=")[2]
        code = parse_qs(urlsplit(gone).query)["code"][0]
        question = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        stolen = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": question["client_id"],
            "redirect_uri": question["redirect_uri"],
            "code_verifier": "a" * 43,
        }
        answer = await thief.post("/api/oauth/token", data=stolen)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
        forged = await thief.post("/api/i", headers={"authorization": f"Bearer {code}"})
        assert forged.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.test/back"},
        {"client_id": "javascript:alert(1)"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"scope": "write"},
        {"response_type": "token"},
    ],
)
async def test_nobody_is_asked_for_more_than_their_name_or_sent_elsewhere(
    here: Instance, changes: dict[str, str]
) -> None:
    await here.join("ana")
    question = {
        "response_type": "code",
        "client_id": "https://there.test/sign-in/elsewhere/about",
        "redirect_uri": "https://there.test/sign-in/elsewhere/back",
        "scope": "read:account",
        "state": "s",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/oauth/authorize", params=question)).status_code == 200
        refused = await browser.get("/oauth/authorize", params=question | changes)
        assert refused.status_code == 400
        assert "refresh" not in refused.headers
