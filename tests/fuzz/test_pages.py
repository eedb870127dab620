"""Whatever is asked of a page, or sent to a form, by whomever: never a broken answer."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from fedirec.web.ratelimit import RateLimit
from tests.fuzz.budget import tries
from tests.fuzz.mutations import ADDRESSES, TEXTS
from tests.fuzz.neighbours import nothing_broke
from tests.network import Instance
from tests.remix.test_comments import publish, say

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

ENDS_A_SESSION: Final = ("/sign-out", "/settings/sessions", "/forget-me", "/settings/visit/leave")
"""What would make everything after it the same answer to a stranger."""
_BLANK: Final = re.compile(r"{(\w+)(?::\w+)?}")
_WORD: Final = re.compile(r'"([a-z][a-z0-9_-]{0,30})"')
ODD: Final = (
    *(
        "",
        " ",
        "0",
        "1",
        "2",
        "-1",
        "9999999999999999999999",
        "1e9",
        "٣",
        "on",
        "yes",
        "true",
        "null",
        "[]",
        "{}",
        "\0",
    ),
    *("ana", "olga", "@ana@here.test", "nobody", "x" * 3000, "\u202e", "😀" * 50, "%", "_", "*", '"', "' OR 1=1 --"),
    *("2026-12-24T10:00", "2026-02-31T10:00", "0001-01-01T00:00", "Europe/Berlin", "../etc", "de", "en", "CC-BY-4.0"),
)
values: Final = st.sampled_from(ODD) | st.sampled_from([*ADDRESSES, *TEXTS]) | st.text(max_size=10)


def names_in(route: Route) -> list[str]:
    """The words that stand in the file of the page: among them are the names of its fields, and what they may say."""
    source = inspect.getsource(sys.modules[route.endpoint.__module__])
    return sorted(set(_WORD.findall(source))) or ["x"]


@pytest.fixture
async def visitors(here: Instance) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """The browsers of the owner, of a member and of nobody, where something was made and said."""
    song = await publish(here, await here.join("ana"))
    await say(here, await here.join("bo"), song.uri, "Listen")
    here.state["api_allowance"] = RateLimit(per_minute=10_000_000, burst=10_000_000)
    async with AsyncExitStack() as open_browsers:
        yield [
            await open_browsers.enter_async_context(here.sign_in("olga")),
            await open_browsers.enter_async_context(here.sign_in("ana")),
            await open_browsers.enter_async_context(here.client()),
        ]


def routes_of(instance: Instance) -> list[Route]:
    """Every page and every form; programs have tests of their own (tests/api/test_fuzz.py)."""
    routes = [each for each in instance.transport.app.routes if isinstance(each, Route)]  # type: ignore[attr-defined]
    return [each for each in routes if each.path not in ENDS_A_SESSION and not each.path.startswith("/api/")]


@tries(80)
@given(
    place=st.integers(0, 9999),
    who=st.integers(0, 2),
    blanks=st.lists(values, min_size=2, max_size=2),
    filled=st.lists(st.tuples(st.integers(0, 999), values | st.integers(0, 999)), max_size=6),
    how=st.sampled_from(["form", "form", "files", "json", "bytes"]),
    near=st.booleans(),
)
async def test_no_page_and_no_form_breaks_whatever_it_is_given(
    here: Instance,
    visitors: list[httpx.AsyncClient],
    caplog: pytest.LogCaptureFixture,
    place: int,
    who: int,
    blanks: list[str],
    filled: list[tuple[int, str | int]],
    how: str,
    near: bool,
) -> None:
    routes = routes_of(here)
    route = routes[place % len(routes)]
    names = names_in(route)
    fields = [
        (names[number % len(names)], names[value % len(names)] if isinstance(value, int) else _spoken(value))
        for number, value in filled
    ]
    spelled = iter(blanks)
    known = {"handle": "ana", "name": "ana", "host": "peer.test", "id": "1", "slug": "rain"}

    def fill(blank: re.Match[str]) -> str:
        if near and blank[1] in known:
            return known[blank[1]]
        return quote(_spoken(next(spelled, "0")), safe="") if ":int" not in blank[0] else "2"

    path = _BLANK.sub(fill, route.path)
    sent: dict[str, Any] = {"params": fields}
    if "POST" in (route.methods or ()):
        sent = _body(fields, how)
    method = "POST" if "POST" in (route.methods or ()) else "GET"
    answer = await visitors[who].request(method, path, **sent)
    told = (method, path, fields, answer.status_code, answer.text[:300])
    assert answer.status_code < 500 or answer.status_code in (502, 503, 504), told
    assert "Traceback" not in answer.text, told
    assert not answer.headers.get("location", "/").startswith(("//", "/\\")), told
    nothing_broke(caplog)


def _body(fields: list[tuple[str, str]], how: str) -> dict[str, Any]:
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    match how:
        case "files":
            return {
                "data": data,
                "files": [("files", ("../x.png", b"\x89PNG\r\n", "image/png")), ("file", ("", b"", ""))],
            }
        case "json":
            return {"json": data}
        case "bytes":
            kind = "multipart/form-data; boundary=x" if len(fields) % 2 else "application/x-www-form-urlencoded"
            return {"content": repr(fields).encode(), "headers": {"content-type": kind}}
    return {"data": data, "headers": {} if data else {"content-type": "application/x-www-form-urlencoded"}}


def _spoken(value: str) -> str:
    """`value` as a browser can send it."""
    return value.encode("utf-8", "replace").decode()
