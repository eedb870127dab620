"""Pages, errors, negotiation, paging and static files, as a visitor meets them."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from fedirec.errors import Invalid
from fedirec.web import language
from fedirec.web.language import Reader, accepted_languages, best_language, direction_of, reading
from fedirec.web.negotiation import quality
from fedirec.web.paging import Cursor
from fedirec.web.render import local_path
from fedirec.web.statics import static_files, static_folder, static_url, static_version
from fedirec.web.times import ago, countdown, in_words, length, moment
from tests.web import samples
from tests.web.application import ORIGIN, Joined, create_application, visit
from tests.web.test_forms import GOOD

ACTIVITY = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


class Audit(HTMLParser):
    """What a page must not hold under our policy, and what it must hold for everybody."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.foreign: list[str] = []
        self.nameless: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        self.inline += [f"{tag} {name}" for name in attributes if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not attributes.get("src")):
            self.inline.append(tag)
        for name in ("src", "poster", "srcset") + (("href",) if tag in ("link", "use") else ()):
            value = attributes.get(name)
            if value and not value.startswith("/") and not value.startswith("data:"):
                self.foreign.append(f"{tag} {value}")
        if tag == "img" and attributes.get("alt") is None:
            self.nameless.append(str(attributes))
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))


@pytest.mark.parametrize("path", ["/", "/record", "/explore", "/new", "/gone", "/nowhere"])
async def test_a_page_keeps_to_the_policy_and_speaks_to_everybody(browser: httpx.AsyncClient, path: str) -> None:
    page = Audit((await browser.get(path)).text)

    assert page.inline == []
    assert page.foreign == []
    assert page.nameless == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("main") == page.tags.count("header") == page.tags.count("footer") == 1


async def test_a_page_shows_the_viewer_and_the_instance(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text

    assert re.search(r'<html lang="en" dir="ltr" data-now="[-:TZ0-9]+" data-zone="Europe/Berlin">', page)
    assert "Tin Roof Studio" in page
    assert "@ana@studio.example" in page
    assert "Sign out" in page
    assert "Sign in" not in page


async def test_a_visitor_is_offered_to_join(tmp_path: Path) -> None:
    async with visit(create_application(tmp_path)) as browser:
        page = (await browser.get("/")).text

    assert "Sign in" in page
    assert "Sign out" not in page
    assert "data-zone" not in page


async def test_things_from_elsewhere_look_as_if(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/record")).text

    assert "@cy@ink.example" in page
    assert "open the original" in page
    assert "From words.example" in page


async def test_a_warned_record_hides_its_picture_on_a_card(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text

    assert "Insects, close up" in page
    assert "/media/moth.png" not in page


ACCEPTS = [
    (None, False),
    ("*/*", False),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
    (ACTIVITY, True),
    (LD, True),
    ("application/ld+json", True),
    ('application/ld+json; profile="https://example.org/other"', False),
    ('application/ld+json; profile="http://x.example https://www.w3.org/ns/activitystreams"', True),
    (f"{ACTIVITY}, {LD}", True),
    (f"{ACTIVITY}, text/html;q=0.1", True),
    (f"text/html, {ACTIVITY}", False),
    (f"text/html;q=0.5, {ACTIVITY};q=0.6", True),
    (f"text/html;q=0.6, {ACTIVITY};q=0.5", False),
    (f"{ACTIVITY};q=0", False),
    (f"{ACTIVITY};q=x", False),
    ("APPLICATION/ACTIVITY+JSON", True),
    (f"*/*;q=0.1, {ACTIVITY}", True),
    ("application/*", False),
    ("application/json", False),
    (",;,q=;", False),
    ('application/ld+json; profile="', False),
]


@pytest.mark.parametrize(("accept", "document"), ACCEPTS)
async def test_one_address_gives_the_page_or_the_document(
    browser: httpx.AsyncClient, accept: str | None, document: bool
) -> None:
    browser.headers.pop("accept", None)
    answer = await browser.get("/", headers={"Accept": accept} if accept is not None else {})

    assert answer.headers["content-type"].startswith(ACTIVITY if document else "text/html")


def test_the_closest_range_decides() -> None:
    assert quality("text/*;q=0.3, text/html;q=0.7, */*;q=0.5", (("text", "html"),)) == 0.7
    assert quality("text/*;q=0.3, */*;q=0.5", (("text", "html"),)) == 0.3


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/gone", 410, "This is gone"),
        ("/nowhere", 404, "There is nothing here"),
        ("/slow", 429, "should work again in 7 seconds"),
        ("/full", 503, "The studio &lt;is&gt; full."),
        ("/echo", 405, "That cannot be done here"),
        ("/broken", 500, "Something broke on our side"),
    ],
)
async def test_an_error_is_a_friendly_page(application: Joined, path: str, status: int, words: str) -> None:
    async with visit(application, raises=False) as browser:
        page = await browser.get(path)

    assert page.status_code == status
    assert words in page.text
    assert "private words" not in page.text
    assert (page.headers["x-request-id"] in page.text) == (status == 500)


async def test_programs_get_a_problem_document(application: Joined) -> None:
    async with visit(application, raises=False, headers=[("Accept", ACTIVITY)]) as browser:
        slow = await browser.get("/slow")
        broken = await browser.get("/broken")

    assert slow.headers["content-type"] == "application/problem+json"
    assert slow.headers["retry-after"] == "7"
    assert slow.json()["status"] == 429
    assert "private" not in broken.text
    assert broken.json()["request_id"] == broken.headers["x-request-id"]


async def test_an_unexpected_error_still_reaches_the_log_of_the_server(application: Joined) -> None:
    async with visit(application) as browser:
        with pytest.raises(ZeroDivisionError):
            await browser.get("/broken")


async def test_a_list_is_read_to_its_end_without_gaps(browser: httpx.AsyncClient) -> None:
    seen: list[str] = []
    url: str | None = "/list?size=30"
    while url:
        piece = (await browser.get(url)).json()
        seen += piece["items"]
        url = piece["next"]

    assert seen == [str(number) for number in range(95, 0, -1)]


async def test_a_page_is_never_longer_than_fifty(browser: httpx.AsyncClient) -> None:
    assert len((await browser.get("/list?size=5000")).json()["items"]) == 50


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0x", "bnVsbA", "WyJhIiwxXQ", "[" * 300, "WzFlOTk5LDFd", "é"])
async def test_a_cursor_that_is_none_is_refused(browser: httpx.AsyncClient, cursor: str) -> None:
    assert (await browser.get("/list", params={"after": cursor})).status_code == 400


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = Cursor(at=datetime(2026, 11, 21, 12, 0, 0, 123_457, tzinfo=UTC), id=2**62)

    assert Cursor.read(str(cursor)) == cursor
    with pytest.raises(Invalid):
        Cursor.read(str(cursor)[:-4])


async def test_static_files_are_kept_for_a_year_under_an_address_of_their_own(browser: httpx.AsyncClient) -> None:
    url = static_url("app.css")
    fresh = await browser.get(url)
    stale = await browser.get(re.sub(r"/static/\w+/", "/static/000000000000/", url))

    assert re.fullmatch(r"/static/[0-9a-f]{12}/app\.css", url)
    assert fresh.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert fresh.headers["content-type"] == "text/css; charset=utf-8"
    assert "max-age=300" in stale.headers["cache-control"]
    with pytest.raises(KeyError):
        static_url("no-such-file.css")


@pytest.mark.parametrize("name", ["%2e%2e/pyproject.toml", "/etc/passwd", "", "js", "vendor/SHA256SUMS"])
async def test_nothing_but_the_static_files_is_served(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/static/x/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/favicon.ico", "image/svg+xml"),
        ("/apple-touch-icon.png", "image/png"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ],
)
async def test_every_site_has_these(browser: httpx.AsyncClient, path: str, content_type: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type


def test_every_file_that_a_style_sheet_or_script_names_is_there() -> None:
    for name, path in static_files().items():
        if path.suffix in (".css", ".js"):
            text = path.read_text()
            for named in re.findall(r"url\(([^)]+)\)", text) + re.findall(r'import "([^"]+)"', text):
                assert (path.parent / named).resolve().is_file(), f"{name} names {named}"


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', static_files()["icons.svg"].read_text()))
    package = Path(__file__).parents[2] / "fedirec"
    for template in package.rglob("templates/**/*.html"):
        for named in re.findall(r"icon\(\"([a-z-]+)\"", template.read_text()):
            assert named in sprite, f"{template.name} names {named}"


def test_what_was_made_elsewhere_is_as_it_was_made() -> None:
    vendor = static_folder() / "vendor"
    lines = [line.split("  ") for line in (vendor / "SHA256SUMS").read_text().splitlines()]
    listed = {name: digest for digest, name in lines}
    found = {
        path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.parent != vendor
    }

    assert found == listed


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/records/1?x=y#z", "/records/1?x=y#z"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_form_sends_people_on_to_this_instance_only(value: str | None, path: str) -> None:
    assert local_path(value) == path


@pytest.mark.usefixtures("at_noon")
def test_times_are_told_in_the_readers_zone() -> None:
    with reading(Reader(zone=ZoneInfo("Europe/Berlin"), knows_zone=True)):
        assert str(moment(samples.NOON)) == '<time datetime="2026-11-21T12:00:00Z">Sat 21 Nov, 13:00</time>'
        assert ">3 hours ago<" in ago(samples.NOON - timedelta(hours=3))
        assert ">1 Nov 2026<" in ago(samples.NOON - timedelta(days=20))
        assert "Fri 4 Dec, 13:00" in countdown(samples.NOON + timedelta(days=13))
        assert "in 13 days" in countdown(samples.NOON + timedelta(days=13))
    with reading(Reader(locale="de", zone=ZoneInfo("Europe/Berlin"), knows_zone=True)):
        assert "Fr., 4. Dez., 13:00" in countdown(samples.NOON + timedelta(days=13))
        assert ">1. Nov. 2026<" in ago(samples.NOON - timedelta(days=20))


@pytest.mark.usefixtures("at_noon")
def test_whoever_has_no_zone_reads_utc_and_is_told_so() -> None:
    assert in_words(samples.NOON) == "Sat 21 Nov, 12:00 UTC"
    assert "data-utc" in moment(samples.NOON)


@pytest.mark.parametrize(("seconds", "told"), [(0, "0:00"), (187.4, "3:07"), (3725, "1:02:05")])
def test_a_length_is_told_as_on_a_record_sleeve(seconds: float, told: str) -> None:
    assert length(seconds) == told


def test_the_wanted_languages_come_in_the_order_of_their_weights() -> None:
    assert accepted_languages("de;q=0.7, pt-BR, en;q=0, fr;q=x, *;q=0.1") == ["pt-BR", "de", "*"]
    assert best_language(["xx", "en-GB", "de"]) == "en"
    assert best_language(["xx"]) == "en"


def test_the_direction_follows_the_language() -> None:
    assert (direction_of("en"), direction_of("ar"), direction_of("zz")) == ("ltr", "rtl", "auto")


async def test_a_catalogue_needs_no_build_step(
    browser: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = tmp_path / "nds" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=n != 1;\\n"\n\n'
        'msgid "Explore"\nmsgstr "Ümkieken"\n\n'
        'msgid "That was a little too often"\nmsgstr "Dat weer to faken"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.languages.cache_clear()
    try:
        page = await browser.get("/", headers={"Accept-Language": "xx, nds-DE;q=0.9, en;q=0.5"})
        error = await browser.get("/slow", headers={"Accept-Language": "nds"})
    finally:
        language.languages.cache_clear()

    assert '<html lang="nds"' in page.text
    assert "Ümkieken" in page.text
    assert "Challenges" in page.text
    assert "Dat weer to faken" in error.text


async def test_cookies_are_for_this_instance_alone(tmp_path: Path) -> None:
    names = {}
    for origin in (ORIGIN, "http://127.0.0.1:8001", "http://127.0.0.1:8002"):
        application = create_application(tmp_path, viewer=samples.VIEWER, origin=origin)
        async with visit(application, base_url=origin, headers=[("Origin", origin)]) as browser:
            names[origin] = (await browser.post("/new", data=GOOD)).headers["set-cookie"]

    assert names[ORIGIN].startswith("__Host-fedirec-flash=")
    assert "; Secure" in names[ORIGIN]
    assert all("; HttpOnly" in told and "; SameSite=lax" in told for told in names.values())
    assert len({told.partition("=")[0] for told in names.values()}) == 3


async def test_the_service_worker_keeps_what_everybody_gets_alike_and_is_new_with_every_change(
    browser: httpx.AsyncClient,
) -> None:
    worker = await browser.get("/service-worker.js")
    named = re.search(r"const FILES = (\[.*?\]);", worker.text)

    assert named is not None
    assert worker.headers["cache-control"] == "no-cache"
    assert f'const VERSION = "{static_version()}"' in worker.text
    for path in json.loads(named[1]):
        assert path.startswith(f"/static/{static_version()}/")
        assert (await browser.get(path)).status_code == 200


async def test_the_page_without_a_connection_knows_nobody(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/offline")).text

    assert "There is no connection just now" in page
    assert "/sign-out" not in page
    assert "/notifications" not in page


async def test_the_manifest_names_icons_for_every_shape(browser: httpx.AsyncClient) -> None:
    manifest = (await browser.get("/manifest.webmanifest")).json()

    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert (await browser.get(icon["src"])).status_code == 200
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/", "/", "standalone")
