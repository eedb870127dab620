"""How things are told: problems, pieces of lists, allowances, answers given once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedirec.accounts.models import Account, Token
from fedirec.api.keeping import KEPT_FOR, LEASE, fingerprint_of, forget_answers
from fedirec.api.models import KeptAnswer
from fedirec.clock import now
from fedirec.remix.models import Record
from fedirec.web.ratelimit import RateLimit
from tests.api.conftest import Programs
from tests.api.programs import BY_NAME, Program
from tests.network import Instance

RECORD: Any = {"title": "Rain", "text": "On the roof", "licence": "CC-BY-SA-4.0"}


def bearer(program: Program, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {program.token}", **headers}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/api/nothing", {}, None, 404),
        ("GET", "/api/records/99", {}, None, 404),
        ("GET", "/api/records/99999999999999999999", {}, None, 404),
        ("GET", "/api/records/one", {}, None, 404),
        ("DELETE", "/api/me", {}, None, 405),
        ("GET", "/api/me", {"accept": "text/csv"}, None, 406),
        ("POST", "/api/records", {"content-type": "text/plain"}, b"hello", 415),
        ("POST", "/api/records", {"content-type": "application/json"}, b"{", 400),
        ("POST", "/api/records", {"content-type": "application/json"}, b"[" * 100_000, 400),
        ("POST", "/api/records", {"content-type": "application/json"}, b'"\\ud800"', 400),
        ("POST", "/api/records", {"content-type": "application/json"}, b'{"title": "' + b"a" * 2_000_000, 413),
        ("GET", "/api/records?limit=51", {}, None, 422),
        ("GET", "/api/records?after=nonsense", {}, None, 400),
        ("GET", "/api/records?after=%F0%9F%98%80", {}, None, 400),
    ],
)
async def test_what_goes_wrong_is_told_as_a_problem(
    here: Instance, program: Programs, method: str, path: str, headers: dict[str, str], body: Any, status: int
) -> None:
    olga = await program("olga")
    answer = await olga.client.request(method, path, content=body, headers=bearer(olga, **headers))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["status"] == status
    assert told["detail"]
    page = await here.get(told["type"].removeprefix(here.origin))
    assert page.status_code == 200
    assert f"{status}" in page.text


async def test_mistakes_are_told_in_the_reader_s_language_and_place_by_place(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    answer = await olga.ask("publish_record", title="Rain", text=1, status=422)
    assert {each["pointer"]: each["detail"] for each in answer.json()["errors"]} == {
        "#/text": "This is of another type than it should be.",
        "#/licence": "Please fill this in.",
    }


async def test_a_token_asks_so_often_and_is_told_what_is_left(here: Instance, program: Programs) -> None:
    olga, ben = await program("olga"), await program(None)
    answer = await olga.ask("show_me")
    assert answer.headers["ratelimit-policy"] == '"token";q=300;w=60'
    assert answer.headers["ratelimit"] == '"token";r=299;t=1'
    here.state["api_allowance"] = RateLimit(per_minute=1, burst=1)
    await olga.ask("show_me")
    refused = await olga.ask("show_me", status=429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit"].startswith('"token";r=0;')
    await ben.ask("list_records")


async def test_any_list_is_whole_in_pieces_of_any_size(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    made = [(await olga.get("publish_record", **{**RECORD, "title": f"Rain {n}"}))["id"] for n in range(7)]
    for name, path in (("list_records", "/api/records"), ("show_feed", "/api/feed")):
        for size in (1, 2, 3, 7, 50):
            seen: list[int] = []
            address: str | None = f"{path}?limit={size}"
            while address:
                answer = await olga.client.get(address, headers=bearer(olga))
                piece = answer.json()
                assert len(piece["items"]) <= size
                seen += [each["record"]["id"] if name == "show_feed" else each["id"] for each in piece["items"]]
                address = piece["next"]
                assert answer.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
            assert seen == made[::-1]
    first = await olga.get("list_records", query={"limit": 1})
    cursor = httpx.URL(first["next"]).params["after"]
    await olga.ask("show_feed", query={"after": cursor}, status=400)


async def test_no_cursor_that_somebody_made_up_is_taken(here: Instance, program: Programs) -> None:
    nobody = await program(None)

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.text(min_size=1, max_size=80))
    def guess(text: str) -> None:
        made_up.append(text)

    made_up: list[str] = []
    guess()
    here.state["api_allowance"] = RateLimit(per_minute=1_000, burst=1_000)
    for text in made_up:
        answer = await nobody.client.get("/api/records", params={"after": text, "limit": "1"})
        assert answer.status_code in (400, 404), text


async def test_the_same_key_has_one_effect_and_one_answer(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    key = {"idempotency-key": "rain-1"}
    first = await olga.ask("publish_record", **RECORD, headers=key)
    second = await olga.ask("publish_record", **RECORD, headers=key)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert (second.headers["idempotent-replayed"], "idempotent-replayed" in first.headers) == ("true", False)
    await olga.ask("publish_record", **{**RECORD, "title": "Snow"}, headers=key, status=422)
    assert await here.run(_records) == 1
    quoted = await olga.ask("publish_record", **RECORD, headers={"idempotency-key": '"rain-1"'})
    assert quoted.content == first.content
    await olga.ask("publish_record", **RECORD, headers={"idempotency-key": "x" * 256}, status=400)
    await here.join("ana")
    ana = await program("ana")
    assert (await ana.ask("publish_record", **RECORD, headers=key)).content != first.content


async def test_what_was_refused_may_be_tried_again_with_its_key(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    key = {"idempotency-key": "again"}
    await olga.ask("renew_recovery_codes", present="wrong", headers=key, status=403)
    assert await here.run(_kept) == 0


async def test_a_secret_is_given_again_and_kept_sealed(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    key = {"idempotency-key": "a token"}
    first = await olga.ask("create_token", name="clock", scopes=["read"], headers=key)
    assert (await olga.ask("create_token", name="clock", scopes=["read"], headers=key)).content == first.content

    async def kept() -> bytes:
        return bytes((await KeptAnswer.get()).answer or b"")

    assert first.json()["token"].encode() not in await here.run(kept)


async def test_many_at_once_have_one_effect(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    key = {"idempotency-key": "at once"}
    answers = await asyncio.gather(
        *(olga.client.post("/api/records", json=RECORD, headers=bearer(olga, **key)) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 409)
    assert await here.run(_records) == 1


async def test_an_attempt_that_was_killed_is_waited_for_and_then_begun_anew(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    key = {"idempotency-key": "killed"}

    async def begin() -> None:
        account = await Account.get(actor__local_handle="olga")
        body = httpx.Request("POST", "https://here.test", json=RECORD).content
        await KeptAnswer.create(
            account_id=account.id,
            key="killed",
            fingerprint=fingerprint_of((await Token.get(account_id=account.id)).id, "POST", "/api/records?", body),
            lease="somebody else",
        )

    await here.run(begin)
    await olga.ask("publish_record", **RECORD, headers=key, status=409)

    async def wait() -> None:
        await KeptAnswer.all().update(begun_at=now() - LEASE - timedelta(seconds=1))

    await here.run(wait)
    await olga.ask("publish_record", **RECORD, headers=key)
    assert await here.run(_records) == 1


async def test_keys_are_free_again_after_a_day(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    await olga.ask("publish_record", **RECORD, headers={"idempotency-key": "old"})
    assert await here.run(forget_answers) == 0

    async def age() -> None:
        await KeptAnswer.all().update(begun_at=now() - KEPT_FOR - timedelta(seconds=1))

    await here.run(age)
    assert await here.run(forget_answers) == 1


async def test_two_who_edit_the_same_version_are_not_both_right(here: Instance, program: Programs) -> None:
    olga = await program("olga")
    made = await olga.ask("publish_record", **RECORD)
    address, tag = f"/api/records/{made.json()['id']}", made.headers["etag"]
    answers = await asyncio.gather(
        *(
            olga.client.put(address, json={**RECORD, "title": title}, headers=bearer(olga, **{"if-match": tag}))
            for title in ("Snow", "Hail")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_the_page_shows_the_whole_table(here: Instance) -> None:
    page = (await here.get("/api")).text
    assert set(re.findall(r'<details id="(\w+)"', page)) == set(BY_NAME)
    assert "<script" not in page.partition("<main")[2]


async def _records() -> int:
    return await Record.filter(author__local_handle="olga").count()


async def _kept() -> int:
    return await KeptAnswer.all().count()
