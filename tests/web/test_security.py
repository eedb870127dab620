"""Who may change things, what each answer carries, whom we believe about the visitor."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from fedirec.errors import TooMany
from fedirec.web.ratelimit import RateLimit
from fedirec.web.security import CONTENT_SECURITY_POLICY, content_security_policy
from tests.web.application import ORIGIN, Joined, create_application, visit

REQUESTS = [
    # method, path, headers, accepted
    ("POST", "/echo", {"Sec-Fetch-Site": "same-origin"}, True),
    ("POST", "/echo", {"Sec-Fetch-Site": "none"}, True),
    ("POST", "/echo", {"Sec-Fetch-Site": "same-site"}, False),
    ("POST", "/echo", {"Sec-Fetch-Site": "cross-site"}, False),
    ("PUT", "/echo", {"Sec-Fetch-Site": "cross-site"}, False),
    ("DELETE", "/echo", {"Sec-Fetch-Site": "cross-site"}, False),
    ("POST", "/echo", {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
    ("POST", "/echo", {"Sec-Fetch-Site": ""}, False),
    ("POST", "/echo", {"Origin": ORIGIN}, True),
    ("POST", "/echo", {"Origin": "https://STUDIO.example:443"}, True),
    ("POST", "/echo", {"Origin": "http://studio.example"}, False),
    ("POST", "/echo", {"Origin": "https://studio.example:8443"}, False),
    ("POST", "/echo", {"Origin": "https://studio.example.evil.example"}, False),
    ("POST", "/echo", {"Origin": "https://evil.example", "Host": "evil.example"}, False),
    ("POST", "/echo", {"Origin": "null"}, False),
    ("POST", "/echo", {}, False),
    ("POST", "/echo", {"Authorization": "Bearer abc"}, True),
    ("POST", "/echo", {"Authorization": "Basic abc"}, False),
    ("POST", "/inbox", {"Origin": "https://evil.example"}, True),
    ("POST", "/u/ana/inbox", {}, True),
    ("GET", "/who", {"Sec-Fetch-Site": "cross-site"}, True),
]


@pytest.mark.parametrize(("method", "path", "headers", "accepted"), REQUESTS)
async def test_changes_come_from_our_own_pages(
    application: Joined, method: str, path: str, headers: dict[str, str], accepted: bool
) -> None:
    async with visit(application) as browser:
        response = await browser.request(method, path, headers=headers)

    assert response.status_code == (200 if accepted else 403)


@pytest.mark.parametrize("path", ["/who%00", "/who?q=%00", "/records/remote/" + "9" * 4_990])
async def test_an_address_that_nothing_can_have_is_not_looked_for(application: Joined, path: str) -> None:
    async with visit(application) as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("path", "headers"), [("/inbox", {}), ("/u/ana/inbox", {}), ("/echo", {"Authorization": "Bearer abc"})]
)
async def test_what_is_exempt_has_no_cookies(application: Joined, path: str, headers: dict[str, str]) -> None:
    async with visit(application) as browser:
        response = await browser.post(path, headers={**headers, "Cookie": "session=secret"})

    assert response.json()["cookie"] is None


async def test_before_setup_the_address_that_was_asked_counts_as_ours(tmp_path: Path) -> None:
    application = create_application(tmp_path, origin="")

    async with visit(application, base_url="http://127.0.0.1:8000") as browser:
        ours = await browser.post("/echo", headers={"Origin": "http://127.0.0.1:8000"})
        theirs = await browser.post("/echo", headers={"Origin": "http://127.0.0.1:8001"})

    assert (ours.status_code, theirs.status_code) == (200, 403)


@pytest.mark.parametrize("path", ["/", "/who", "/gone", "/nowhere", "/broken", "/robots.txt"])
async def test_every_answer_carries_our_headers(application: Joined, path: str) -> None:
    async with visit(application, raises=False) as browser:
        response = await browser.get(path)

    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["strict-transport-security"].startswith("max-age=")
    assert "camera=()" in response.headers["permissions-policy"]
    assert len(response.headers["x-request-id"]) == 26


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval", "https:", "*"} & set(CONTENT_SECURITY_POLICY.replace("'", "").split())


def test_one_rule_of_the_policy_can_be_changed() -> None:
    policy = content_security_policy(form_action="'self' https://b.example")

    assert "form-action 'self' https://b.example;" in policy
    assert "default-src 'none'" in policy


async def test_a_page_may_bring_its_own_policy(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/away")

    assert "https://mastodon.example" in response.headers["content-security-policy"]


async def test_plain_http_is_not_pinned_to_https(application: Joined) -> None:
    async with visit(application, base_url="http://127.0.0.1:8000") as browser:
        response = await browser.get("/who")

    assert "strict-transport-security" not in response.headers


PROXY, VISITOR, OTHER = "10.0.0.2", "198.51.100.9", "192.0.2.55"
FORWARDED = [
    # peer, headers, client, url
    (PROXY, [("X-Forwarded-For", VISITOR)], VISITOR, "http://inner/who"),
    (PROXY, [("X-Forwarded-For", f"{OTHER}, {VISITOR}")], VISITOR, "http://inner/who"),
    (PROXY, [("X-Forwarded-For", f"{VISITOR}, 10.0.0.3")], VISITOR, "http://inner/who"),
    (PROXY, [("X-Forwarded-For", OTHER), ("X-Forwarded-For", VISITOR)], VISITOR, "http://inner/who"),
    (PROXY, [("X-Forwarded-For", "10.0.0.9")], "10.0.0.9", "http://inner/who"),
    (PROXY, [("X-Forwarded-For", f"{OTHER}, unknown")], PROXY, "http://inner/who"),
    (PROXY, [("X-Forwarded-For", "[2001:db8::7]:443")], "2001:db8::7", "http://inner/who"),
    (PROXY, [("X-Forwarded-For", "::ffff:198.51.100.9")], VISITOR, "http://inner/who"),
    (
        PROXY,
        [("X-Forwarded-For", VISITOR), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "studio.example")],
        VISITOR,
        "https://studio.example/who",
    ),
    (PROXY, [("X-Forwarded-Host", "evil.example, studio.example")], PROXY, "http://studio.example/who"),
    (PROXY, [("X-Forwarded-Host", "studio.example/path?<")], PROXY, "http://inner/who"),
    (PROXY, [("X-Forwarded-Proto", "gopher")], PROXY, "http://inner/who"),
    (
        PROXY,
        [("Forwarded", f'for={OTHER}, for="{VISITOR}";proto=https;host=studio.example')],
        VISITOR,
        "https://studio.example/who",
    ),
    (PROXY, [("Forwarded", 'for="[2001:db8::7]:99"')], "2001:db8::7", "http://inner/who"),
    (PROXY, [("X-Forwarded-For", VISITOR), ("Forwarded", f"for={OTHER};proto=https")], VISITOR, "http://inner/who"),
    (OTHER, [("X-Forwarded-For", VISITOR), ("X-Forwarded-Proto", "https")], OTHER, "http://inner/who"),
    (OTHER, [("X-Forwarded-Host", "studio.example")], OTHER, "http://inner/who"),
    (OTHER, [("Forwarded", f"for={VISITOR};proto=https")], OTHER, "http://inner/who"),
    ("::ffff:10.0.0.2", [("X-Forwarded-For", VISITOR)], VISITOR, "http://inner/who"),
]


@pytest.mark.parametrize(("peer", "headers", "client", "url"), FORWARDED)
async def test_only_trusted_proxies_say_who_the_visitor_is(
    tmp_path: Path, peer: str, headers: list[tuple[str, str]], client: str, url: str
) -> None:
    application = create_application(tmp_path, trusted_proxies="10.0.0.0/8")

    async with visit(application, base_url="http://inner", client=(peer, 1), headers=headers) as browser:
        told = (await browser.get("/who")).json()

    assert (told["client"], told["url"], told["told"]) == (client, url, [])


async def test_a_body_is_limited_where_nobody_expects_more(browser: httpx.AsyncClient) -> None:
    fits = await browser.post("/echo", content=b"x" * 1_000_000)
    announced = await browser.post("/echo", content=b"x" * 1_000_001)

    async def unannounced() -> AsyncGenerator[bytes]:
        for _ in range(11):
            yield b"x" * 100_000

    streamed = await browser.post("/echo", content=unannounced())

    assert [fits.status_code, announced.status_code, streamed.status_code] == [200, 413, 413]
    assert "too large" in announced.text


def test_a_bucket_lets_a_burst_through_and_then_says_when_to_come_back() -> None:
    limit = RateLimit(per_minute=6, burst=3)
    for _ in range(3):
        limit.check("ana")
    limit.check("bo")

    with pytest.raises(TooMany) as refused:
        limit.check("ana")

    assert refused.value.retry_after in (9, 10)
    limit.forget("ana")
    limit.check("ana")


def test_a_bucket_fills_again() -> None:
    limit = RateLimit(per_minute=6e12, burst=1)

    for _ in range(50):
        limit.check("ana")


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    limit = RateLimit(per_minute=1, burst=1, max_keys=100)
    for number in range(1_000):
        limit.check(str(number))

    limit.check("0")
    with pytest.raises(TooMany):
        limit.check("999")
