"""Every page, for everybody, on a phone and on a desktop, by day and by night: usable by all, and quiet.

One small world on two instances serves all of it. Each page is opened once, in German, whose words are longer, and
looked at twice: on a phone by night, and on a desktop by day. On the phone, where there is least room, axe (which comes
with its Python package, nothing is downloaded) reads it whole; the first page of each list also on the desktop. Colours
are read in both, once for each look that words have. What English says on pages is looked at by the stories beside this
file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from babel.messages.pofile import read_po

from fedirec.web.language import DOMAIN, FOLDER
from tests.browser.conftest import Served, Window, window

DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 900}
REPOSITORY: Final = Path(__file__).parent.parent.parent
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},
}
"""All but colours, which `COLOURS` reads."""
SIZES: Final = {"light": DESKTOP, "dark": PHONE}

ASKS_WHO: Final = "/oauth/authorize?" + urlencode(
    {
        "response_type": "code",
        "client_id": "https://far.example/",
        "redirect_uri": "https://far.example/back",
        "state": "sailing",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
)
"""Where another server sends a member to hear who they are."""
STRANGER: Final = (
    "/",
    "/explore",
    "/explore?q=night",
    "/picks",
    "/digest",
    "/calendar",
    "{stop_mail}",
    "{confirm_mail}",
    "/explore?show=challenges",
    "/explore?show=people",
    "/explore?q=@nobody@nowhere.example",
    "/challenges",
    "/tags/night",
    "/u/ana",
    "/u/ana?tab=remixed",
    "/u/bo?tab=credits",
    "/about",
    "/about/servers",
    "/rules",
    "/ns",
    "/api",
    "/api/problems/422",
    "/sign-in",
    "/sign-in/elsewhere?next=/explore",
    "/sign-in/elsewhere/about",
    "/elsewhere?uri={here}{text}&do=see",
    "/sign-up",
    "{invitation}",
    "/recover",
    "/offline",
    "/report?about=nothing",
    "/appeal",
    "/nothing-here",
    "{text}",
    "{text}/lineage",
    "{text}/attribution",
    "{text}/credits-roll",
    "/explore?kind=video&fresh=1&skill=sng&lang=de",
    "{text}/versions/1",
    "{text}/versions/2/compare",
    "{compared_words}",
    "{compared_words}?view=beside",
    "{compared_pictures}",
    "{compared_sounds}",
    "{text}/history",
    "{sound}",
    "{picture}",
    "{picture}/lineage/verify",
    "/lineage/verify",
    "{warned}",
    "{deleted}",
    "{challenge}",
    "{challenge}/submissions",
    "{challenge}/news",
    "{challenge}/log",
    "{challenge}/needs",
    "{need}",
    "{concluded}",
    "{concluded}/log",
    "{concluded}/news",
    "{said}",
    "{archived}",
    "/p/orchard/needs",
    "{remote_record}",
    "{remote_challenge}",
    "{remote_person}",
    "{lapsed_record}",
    "{lapsed_record}/lineage",
    "{lapsed_record}/history",
    "{lapsed_record}/lineage/verify",
    "{lapsed_person}",
    "/projects",
    "/slate",
    "/p/orchard",
    "/p/orchard/story",
    "/p/orchard/people",
    "/p/orchard/log?only=decisions",
    "{remote_project}",
    "/p/lamp/tasks",
    "{task}",
    "/p/well/takeover",
    "/p/tin",
    "/productions",
    "{finished}",
    "{finished}/credits",
    "{finished}/grants",
    "{prepared}",
    "{pool}",
    "/ledger",
    "/ledger/audit",
)
MEMBER: Final = (
    "/",
    "/?tab=here",
    "/?tab=everything",
    "/?tab=interests",
    "/?tab=skills",
    "/?tab=adoptable",
    "/explore",
    "/tags/night",
    "/u/ana",
    "/u/ana?tab=credits",
    "/u/bo",
    "/notifications",
    "/reports",
    "/claims",
    "{warned}/claim",
    "/notifications?show=new&kind=remixes",
    "/following",
    "/following/followers",
    "/following/requests",
    "/following/ended",
    "/follow",
    "/follow?uri=@bo@nowhere.example",
    "/pay",
    "{proposal}",
    ASKS_WHO,
)
MAKER: Final = (
    "/records/new",
    "/records/new?source=1",
    "{draft}",
    "{shut}",
    "{waiting}",
    "/bookmarks",
    "/tasks",
    "/money",
    "/money/details",
    "/money/terms",
    "/money/code",
    "{statement}",
    "/p/lamp/tasks",
    "/projects/new",
    "/p/orchard",
    "/p/orchard/edit",
    "/p/orchard/lead",
    "/p/orchard/people",
    "/p/bud",
    "/p/bud/lead",
    "/p/bud/people",
    "/p/bud/discard",
    "{step}/edit",
    "{step}/challenge",
    "/u/ana?tab=projects",
    "/p/lamp/tasks?show=ended",
    "{task}",
    "{task}/edit",
    "/p/well/takeover",
    "/p/tin/productions/new",
    "/p/tin/money",
    "/p/tin/money/new",
    "{pool}/edit",
    "{pool}/propose",
    "{proposal}/edit",
    "{proposal}/publish",
    "{proposal}/who",
    "{proposal_draft}/edit",
    "/credits",
    "{finished}/credits",
    "{finished}/lead",
    "{prepared}/lead",
    "{prepared}/edit",
    "/requests",
    "/requests?show=asking",
    "{asking}",
    "{asked_of}",
    "/challenges/new",
    "/settings",
    "/settings/making",
    "/settings/skills",
    "/settings/notices",
    "/settings/reading",
    "/settings/security",
    "/settings/programs",
    "/settings/boundaries",
    "/settings/data",
    "/settings/moving",
    "/settings/leaving",
    "/people/2/distance",
    "/invitations",
    "/admin",
    "{text}",
    "{text}/edit",
    "{text}/delete",
    "{text}/name",
    "{text}/quotes",
    "/suggestions",
    "{suggestion}",
    "/pens",
    "{pen}",
    "{text}/pens",
    "{picture}/published",
    "{sound}",
    "{followers_only}",
    "{followers_only}/captions",
    "{challenge}",
    "{challenge}/waiting",
    "{challenge}/edit",
    "{challenge}/close",
    "{challenge}/news",
    "{challenge}/select",
    "{challenge}/conclude",
    "{challenge}/cancel",
    "{challenge}/invite",
    "{challenge}/needs",
    "{need}",
    "{concluded}",
    "{concluded}/archive",
    "{said}/edit",
    "/p/orchard/needs",
    "{remote_project}",
    "{remote_record}",
    "{remote_challenge}",
    "{remote_person}",
)
OWNER: Final = (
    "/",
    "/picks",
    "/picks/new",
    "/notifications",
    "/following/requests",
    "/admin/people",
    "/admin/people/ana",
    "/admin/people/pending",
    "/admin/instance",
    "/admin/money",
    "/admin/money/law",
    "/pools",
    "/pools/new",
    "/pools/waiting",
    "/admin/audit",
    "/admin/reports",
    "/admin/reports/2",
    "{lapsed_case}",
    "{lapsed_record}",
    "/admin/appeals",
    "/admin/claims",
    "{claim}",
    "/admin/watch",
    "/admin/watch/held",
    "/admin/federation",
    "/admin/federation?show=decided",
    "/admin/federation/mode",
    "/admin/federation/instances",
    "/admin/federation/import",
    "/admin/federation/peers/nowhere.example",
    "/admin/queue",
    "/admin/refused",
    "{text}",
    "{text}/unnamed",
    "/treasury",
    "/treasury/batches",
    "{batch}",
    "{payout}",
    "/treasury/payees",
    "/treasury/payees?which=form",
    "{payee}",
)
OTHERWISE: Final = {
    "/explore?q=@nobody@nowhere.example": 422,
    "/nothing-here": 404,
    "{deleted}": 410,
    "/admin": 403,
}
"""What is answered where it is not 200."""
COMPLAINTS: Final = """
async ([options, passedBy]) => {
  await document.fonts.ready;
  const exclude = passedBy.map((each) => [each]).filter(([each]) => document.querySelector(each));
  const { violations } = await axe.run({ exclude }, { ...options, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map((node) => [id, node.html.slice(0, 140), (node.failureSummary || "").slice(0, 160)]));
}
"""
"""What axe finds. It waits for the fonts: what it measures while one takes another's place fits nothing."""
COLOURS: Final = """
async ([scheme, passedBy]) => {
  await document.fonts.ready;
  const seen = new Set(JSON.parse(sessionStorage[scheme] || "[]"));
  const grounds = new Map([[null, ""]]);
  const ground = (each) => {
    if (!grounds.has(each)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position } = getComputedStyle(each);
      const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join();
      const over = ["absolute", "fixed", "sticky"].includes(position) ? "over" : "";
      grounds.set(each, ground(each.parentElement) + (own === "rgba(0, 0, 0, 0),none,1,none,normal" ? "" : own) + over);
    }
    return grounds.get(each);
  };
  const look = (each) => {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(each);
    return [ground(each), color, fontSize, fontWeight, textShadow].join();
  };
  const said = (each) => each.matches("input, select, textarea")
    || [...each.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const include = [...document.body.querySelectorAll("*")].filter((each) => said(each)
    && each.checkVisibility() && !(passedBy.length && each.closest(passedBy.join())) && !seen.has(look(each)));
  if (!include.length) return [];
  const rules = { type: "rule", values: ["color-contrast"] };
  const { passes, violations } = await axe.run(
    { include }, { runOnly: rules, elementRef: true, resultTypes: ["passes", "violations"] });
  for (const { element } of passes.flatMap(({ nodes }) => nodes))
    if (!ground(element).includes("over")) seen.add(look(element));
  sessionStorage[scheme] = JSON.stringify([...seen]);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => [id, node.html.slice(0, 140), (node.failureSummary || "").slice(0, 160)]));
}
"""
"""What axe finds unreadable among words of a look that it has not called readable yet, on this page or one before.

The look is all that it measures: colour, size and weight of the words, and every ground that lies under them. Words
that lie over others, as menus do, are read on each page.
"""
FRAME: Final = ["header.top", "footer.foot"]
"""What stands around every page."""
LED: Final = """
() => {
  const leads = document.querySelectorAll(
    "head script[src] ~ script[src], body script[src], main [tabindex], main dialog");
  const led = [...new Set([...leads].map((each) => each.src || `${each.localName} ${each.className}`))].sort().join();
  const seen = new Set(JSON.parse(sessionStorage.led || "[]"));
  if (!led || seen.has(led)) return false;
  sessionStorage.led = JSON.stringify([...seen.add(led)]);
  return true;
}
"""
"""Whether something on this page could lead the keyboard astray as on none before: a script of its own, or a stop of
its own making.

Links, buttons and fields of HTML itself are reached in every browser.
"""
WATCH: Final = """
(inside) => {
  const seen = (window.reached = new Set());
  addEventListener("focusin", (event) => seen.add(event.target));
  document.activeElement?.blur();
  if (inside === "main") document.querySelector("main").focus();
}
"""
STOPS: Final = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls], "
    "[tabindex='0']"
)
SEVERAL: Final = "input[type=datetime-local], audio[controls], video[controls]"
"""What the Tab key stops in more than once: day, month, year, buttons of a player."""
MORE_STOPS: Final = 9
UNREACHED: Final = """
([inside, stops]) => [...document.querySelector(inside).querySelectorAll(stops)].filter((each) =>
  !window.reached.has(each) && !each.disabled && each.tabIndex >= 0 && each.type !== "radio"
  && each.checkVisibility({ visibilityProperty: true })
  && !each.closest("details:not([open]) > :not(summary)") && !each.closest("[inert]")
).map((each) => each.outerHTML.slice(0, 120))
"""


WORDS: Final = """
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (texts.nextNode())
    if (!texts.currentNode.parentElement.closest("[lang=en], script, style, code, pre"))
      found.add(texts.currentNode.textContent.trim().replace(/\\s+/g, " "));
  for (const each of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    for (const name of ["aria-label", "placeholder", "title"]) found.add(each.getAttribute(name));
  return [document.documentElement.lang, ...found];
}
"""
"""Its language, and what a page says, but for what it says to be English, and for what is a program's."""


def german() -> dict[str, str]:
    """The words of the German catalogue, without those that are filled in."""
    with (FOLDER / "de" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    return {
        message.id: str(message.string)
        for message in catalogue
        if message.id and isinstance(message.id, str) and "%(" not in message.id and "{" not in message.id
    }


@pytest.fixture(scope="module")
def world(here: Served, there: Served) -> dict[str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.world", str(here.folder), str(there.folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3_000:]
    pages: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    pages["here"] = here.origin
    return pages


def _walk(page: Any, inside: str) -> list[str]:
    """What the Tab key does not reach in the part `inside` of this page, and before it."""
    page.evaluate(WATCH, inside)
    part = page.locator(inside)
    stops = part.locator(STOPS).count()
    most = stops + MORE_STOPS * part.locator(SEVERAL).count() + 3
    unreached: list[str] = []
    for number in range(1, most + 1):
        page.keyboard.press("Tab")
        if number >= stops and not (unreached := page.evaluate(UNREACHED, [inside, STOPS])):
            break
    return unreached


def _see(shown: Window, scheme: str, *, is_first: bool) -> list[str]:
    """What hangs out of the window as it is, or is complained about."""
    passed_by = [] if is_first else FRAME
    wrong = list[str]()
    try:
        shown.check()
    except AssertionError as error:
        shown.troubles.clear()
        wrong.append(str(error))
    found = shown.page.evaluate(COLOURS, [scheme, passed_by])
    if is_first or scheme == "dark":
        found += shown.page.evaluate(COMPLAINTS, [RULES, passed_by])
    return wrong + [f"{rule} where it is {scheme}: {html} ({why})" for rule, html, why in found]


def _look(
    shown: Window, path: str, scheme: str, english: set[str], *, status: int = 200, is_first: bool
) -> tuple[list[str], str]:
    """What is wrong with one page, opened as the window is, in `scheme`, and then the other way; and how it is now.

    The frame is the same around every page: it is read and walked through on the first, and then what is in it.
    """
    page, wrong = shown.page, list[str]()
    answer = page.goto(shown.origin + path)
    if answer.status != status:
        wrong.append(f"answered {answer.status}")
    if english:
        language, *said = page.evaluate(WORDS)
        assert language == "de"
        wrong += sorted(english.intersection(said))
    wrong += _see(shown, scheme, is_first=is_first)
    scheme = "light" if scheme == "dark" else "dark"
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(SIZES[scheme])
    wrong += _see(shown, scheme, is_first=is_first)
    if is_first or page.evaluate(LED):
        wrong += [f"the keyboard does not reach {each}" for each in _walk(page, "body" if is_first else "main")]
    return [f"{path}: {each}" for each in wrong], scheme


@pytest.mark.timeout(480)
@pytest.mark.parametrize(
    ("name", "paths"),
    [("", STRANGER), ("ana", MEMBER), ("ana", MAKER), ("olga", OWNER)],
    ids=["stranger", "member", "maker", "owner"],
)
def test_every_page_is_for_everybody(
    chromium: Any, here: Served, world: dict[str, str], name: str, paths: tuple[str, ...]
) -> None:
    """German words are longer: they fit, and none was forgotten. The first page of each list is seen in English too."""
    wrong: list[str] = []
    english = {said for said, words in german().items() if words not in (said, "")}
    for language, theirs, words in (("en-GB", paths[:1], set[str]()), ("de-DE", paths, english)):
        scheme = "dark"
        with window(chromium, here, width=PHONE["width"], dark=True, language=language, still=True) as shown:
            if name:
                shown.sign_in(name)
            shown.page.add_init_script(AXE_SCRIPT)
            for number, path in enumerate(theirs):
                found, scheme = _look(
                    shown,
                    path.format_map(world),
                    scheme,
                    words,
                    status=OTHERWISE.get(path, 200),
                    is_first=number == 0,
                )
                wrong += found
    assert wrong == [], "\n" + "\n".join(wrong)


def test_without_a_connection_a_page_says_so_and_nothing_private_is_kept(chromium: Any, here: Served) -> None:
    with window(chromium, here) as ana:
        ana.sign_in("ana")
        ana.page.evaluate("navigator.serviceWorker.ready")
        ana.open("/notifications")
        kept = ana.page.evaluate(
            "async () => (await Promise.all((await caches.keys()).map(async (name) => "
            "(await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat()"
        )
        assert [path for path in kept if not path.startswith("/static/")] == ["/offline"]
        page = ana.page.evaluate("async () => (await caches.match('/offline')).text()")
        assert "There is no connection" in page
        assert "@ana@" not in page
        ana.page.context.set_offline(True)
        ana.open("/following")
        assert ana.page.inner_text("h1") == "There is no connection just now"
        ana.page.context.set_offline(False)
        ana.follow("text=Try again")
        assert ana.page.inner_text("h1") == "People and challenges"
        ana.troubles.clear()


def test_pictures_are_wiped_and_sounds_are_heard_at_the_same_moment(
    chromium: Any, here: Served, world: dict[str, str]
) -> None:
    with window(chromium, here) as shown:
        page = shown.page
        shown.open(world["compared_pictures"])
        wiping = page.locator(".wipe input")
        assert wiping.get_attribute("aria-valuetext") == "50 percent before"
        wiping.press("ArrowRight")
        wiping.press("End")
        assert page.evaluate("document.querySelector('.wipe-frame').style.getPropertyValue('--at')") == "100%"
        place = page.locator(".wipe-frame").bounding_box()
        page.locator(".wipe-frame").scroll_into_view_if_needed()
        page.locator(".wipe-frame").click(position={"x": place["width"] / 4, "y": 40})
        assert wiping.input_value() == "25"
        shown.check()

        shown.open(world["compared_sounds"])
        where = page.locator(".duet-deck input[type=range]")
        assert float(where.get_attribute("max")) == 3
        shares = page.locator(".duet-wave g")
        assert [shares.nth(number).get_attribute("transform") for number in (0, 1)] == [
            "scale(1 1)",
            "scale(0.6666666666666666 1)",
        ]
        assert page.locator(".duet audio").first.is_hidden()
        where.focus()
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        assert page.inner_text("[data-duet-at]") == "0:01"
        assert float(page.locator(".duet-now").nth(1).get_attribute("x1")) == pytest.approx(200, abs=5)
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("() => document.querySelector('[data-side=before] audio').currentTime > 1.05")
        page.locator(".duet-sides input[value=after]").check(force=True)
        page.wait_for_function("() => !document.querySelector('[data-side=after] audio').paused")
        assert page.evaluate("document.querySelector('[data-side=before] audio').paused")
        assert page.evaluate("document.querySelector('[data-side=after] audio').currentTime") >= 1
        page.get_by_role("button", name="Pause").click()
        shown.check()
    with window(chromium, here, scripts=False) as shown:
        shown.open(world["compared_sounds"])
        assert shown.page.locator(".duet audio[controls]").count() == 2
        assert shown.page.locator(".duet-deck").is_hidden()
        shown.open(world["compared_pictures"])
        assert shown.page.locator(".side-frame img").count() == 2
        assert shown.page.locator(".wipe").is_hidden()


def test_a_list_goes_on_where_one_is(chromium: Any, here: Served, world: dict[str, str]) -> None:
    with window(chromium, here) as shown:
        shown.open("/explore")
        before = shown.page.locator(".card").count()
        if shown.page.locator(".pager a").count():
            top = shown.page.evaluate("scrollTo(0, 500), scrollY")
            shown.page.click(".pager a")
            shown.page.wait_for_function(f"document.querySelectorAll('.card').length > {before}")
            assert shown.page.evaluate("scrollY") >= top
        shown.check()
