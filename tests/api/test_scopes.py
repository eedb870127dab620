"""Who may ask: tokens, their scopes, and nobody in particular."""

from __future__ import annotations

import pytest

from fedirec.accounts.actions.members import suspend
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import SCOPE_OF, Operator, Scope
from fedirec.api.endpoint import Endpoint
from fedirec.api.endpoints import TABLE
from fedirec.web.ratelimit import RateLimit
from tests.api.conftest import Programs
from tests.api.programs import path_of
from tests.network import Instance


def _address(endpoint: Endpoint) -> str:
    return path_of(endpoint, *[1] * endpoint.path.count("{"))


async def test_every_operation_is_refused_without_its_scope(here: Instance, program: Programs) -> None:
    for scope in Scope:
        others = await program("olga", set(Scope) - {scope})
        for endpoint in TABLE:
            if endpoint.scope is not scope:
                continue
            bearer = {"authorization": f"Bearer {others.token}"}
            answer = await others.client.request(endpoint.method, _address(endpoint), json={}, headers=bearer)
            assert answer.status_code == 403, endpoint.name
            assert f"“{scope}”" in answer.json()["detail"], endpoint.name


async def test_without_a_token_only_what_strangers_see_is_open(here: Instance, program: Programs) -> None:
    nobody = await program(None)
    here.state["api_allowance"] = RateLimit(per_minute=60, burst=2 * len(TABLE))
    for endpoint in TABLE:
        answer = await nobody.client.request(endpoint.method, _address(endpoint), json={})
        if endpoint.is_open:
            assert endpoint.method == "GET"
            assert answer.status_code in (200, 404, 422), endpoint.name
        else:
            assert answer.status_code == 401, endpoint.name
            assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("permission", SCOPE_OF)
def test_every_permission_has_a_scope(permission: str) -> None:
    assert SCOPE_OF[permission] in Scope  # type: ignore[index]


async def test_a_session_opens_nothing_here(here: Instance) -> None:
    async with here.sign_in("olga") as browser:
        browser.headers["accept"] = "application/json"
        assert (await browser.get("/api/me")).status_code == 401
        answer = await browser.post("/api/records", json={"title": "From a form"})
        assert answer.status_code == 401
        assert (await browser.get("/api/uploads/limits")).status_code == 200


async def test_a_suspended_member_s_tokens_open_nothing_at_once(here: Instance, program: Programs) -> None:
    await here.join("ana")
    ana = await program("ana")
    await ana.ask("show_me")

    async def act() -> None:
        account = await Account.get(actor__local_handle="ana").select_related("actor")
        await suspend(Operator("https://here.test/actor"), account)

    await here.run(act)
    answer = await ana.client.get("/api/me", headers={"authorization": f"Bearer {ana.token}"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_token_makes_none_that_may_do_more(here: Instance, program: Programs) -> None:
    weak = await program("olga", {Scope.ACCOUNT, Scope.READ})
    await weak.ask("create_token", name="more", scopes=["admin"], status=403)
    await weak.ask("create_token", name="less", scopes=["read"])


async def test_pages_of_other_sites_may_ask_with_a_token(here: Instance, program: Programs) -> None:
    nobody = await program(None)
    before = {"origin": "https://elsewhere.test", "access-control-request-method": "PUT"}
    asked = await nobody.client.options("/api/records/1", headers=before)
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = await nobody.client.get("/api/records", headers={"origin": "https://elsewhere.test"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
