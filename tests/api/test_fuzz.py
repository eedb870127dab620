"""Whatever a program asks, an instance never breaks, and answers as it promised.

Schemathesis makes up requests from the description: some as it wants them, some not. A long run (tests/fuzz) makes up
more of them than CI has the time for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import anyio
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from fedirec.api.endpoints import TABLE
from fedirec.api.openapi import openapi_document, plain_path
from fedirec.web.ratelimit import RateLimit
from tests.api.conftest import Programs
from tests.api.programs import Program, check_shape
from tests.fuzz.budget import tries
from tests.network import Instance

EXAMPLES: Final = 2
RECORD: Final[Any] = {"title": "Rain", "text": "On the roof", "licence": "CC-BY-SA-4.0"}
TERMS: Final[Any] = {"licence": "CC-BY-SA-4.0"}

_described = openapi_document("https://here.test")
_described["paths"] = {path: told for path, told in _described["paths"].items() if "/uploads" not in path}
SCHEMA: Final = schemathesis.openapi.from_dict(_described)


@cache
def made_up(path: str, method: str) -> list[Any]:
    """Requests for one operation, in CI the same ones in every run."""
    operation = SCHEMA[path][method]
    found: list[Any] = []

    @settings(tries(EXAMPLES), database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
    )
    def collect(case: Any) -> None:
        found.append(case)

    collect()
    return found


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
async def test_nothing_that_is_asked_breaks_an_instance(here: Instance, program: Programs) -> None:
    await here.join("ana")
    here.state["api_allowance"] = RateLimit(per_minute=10_000_000, burst=10_000_000)
    await _something_there(await program("olga"))
    # Who may ask for what is decided alike on both databases.
    everybody = ("olga", "ana", None) if here.settings.database.startswith("sqlite") else ("olga",)
    for who in everybody:
        asking = await program(who)
        for endpoint in TABLE:
            if asking.token and await _is_spent(asking):
                asking = await program(who)
            path, method = plain_path(endpoint), endpoint.method.lower()
            for number, case in enumerate(await anyio.to_thread.run_sync(made_up, path, method)):
                answer = await _send(asking, case, near=number % 3 != 0)
                told = (endpoint.name, who, case.body, case.query, answer.status_code, answer.text)
                assert answer.status_code < 500 or answer.status_code in (502, 503), told
                if answer.status_code != 405:
                    check_shape(endpoint, answer)


async def _something_there(olga: Program) -> None:
    made = await olga.get("publish_record", **RECORD)
    await olga.get("publish_record", **{**RECORD, "title": "Snow", "sources": [{"record": made["id"]}]})
    await olga.get("open_challenge", title="Sounds", text="Of rain", terms=TERMS)
    await olga.get("write_comment", made["id"], text="Listen")


async def _is_spent(program: Program) -> bool:
    """Whether one of the requests revoked the token."""
    answer = await program.client.get("/api/me", headers={"authorization": f"Bearer {program.token}"})
    return answer.status_code == 401


async def _send(program: Program, case: Any, *, near: bool) -> httpx.Response:
    """The answer to a request as it was made up, as far as HTTP can carry it; `near` to what is there."""
    path, sent = case.path, case.body
    for name, value in (case.path_parameters or {}).items():
        if near:
            value = {"name": "ana", "key": "0" * 26, "id": _row_near(value)}.get(name, value)
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    headers = {name: str(value) for name, value in dict(case.headers or {}).items()}
    headers = {name: value for name, value in headers.items() if _fits_a_header(name) and _fits_a_header(value)}
    if program.token:
        headers["authorization"] = f"Bearer {program.token}"
    else:
        headers.pop("Authorization", None)
    body: dict[str, Any] = {} if _is_left_out(sent) else {"content": _written(_near(sent) if near else sent)}
    if body:
        headers.setdefault("Content-Type", "application/json")
    query = dict(case.query or {}) if isinstance(case.query, Mapping) else {}
    return await program.client.request(case.method, path, params=query, headers=headers, **body)


def _row_near(value: Any) -> Any:
    """One of the first rows, in the place of a number that none has."""
    return value % 4 + 1 if isinstance(value, int) and not isinstance(value, bool) else value


def _near(body: Any) -> Any:
    """The same body, with what it names replaced by something that is there."""
    if isinstance(body, dict):
        known = {"licence": "CC-BY-SA-4.0", "role": "aut", "timezone": "Europe/Berlin"}
        rows = ("record", "person", "challenge", "up_to")
        kept = {
            name: known[name] if name in known and isinstance(value, str) else value for name, value in body.items()
        }
        return {name: _row_near(value) if name in rows else _near(value) for name, value in kept.items()}
    return [_near(each) for each in body] if isinstance(body, list) else body


def _written(body: Any) -> bytes:
    """What a program would send, which need not be JSON at all."""
    if isinstance(body, bytes):
        return body
    return json.dumps(body, default=lambda odd: odd.decode("latin-1") if isinstance(odd, bytes) else str(odd)).encode()


def _is_left_out(body: Any) -> bool:
    return type(body).__name__ == "NotSet"


def _fits_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()
