"""Whatever markup arrives, a browser finds nothing in what is left of it but what we know how to show."""

from __future__ import annotations

import json
import time
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from fedirec.html import MAX_BYTES, clean, excerpt, link_people, markdown, paragraphs, plain
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.conftest import skip_or_fail
from tests.fuzz.budget import tries
from tests.test_html import ATTACKS, markup

NAMES: Final = (
    *("a", "p", "b", "span", "ul", "li", "table", "td", "svg", "math", "mtext", "mglyph", "style", "script", "title"),
    *(
        "textarea",
        "noscript",
        "template",
        "select",
        "option",
        "form",
        "iframe",
        "img",
        "image",
        "foreignObject",
        "desc",
    ),
    *("annotation-xml", "xmp", "plaintext", "frameset", "body", "html", "base", "link", "meta", "object", "details"),
)
VALUES: Final = (
    *(
        "javascript:alert(1)",
        "JaVaScRiPt&colon;alert(1)",
        "https://a.test/",
        "https://a.test\\@b.test",
        "//b.test",
        "x",
    ),
    *("--><img src=x onerror=alert(1)>", "</style><img src=x onerror=alert(1)>", "alert(1)", "text/html", "&#0;", "é"),
)
ATTRIBUTES: Final = (
    *("href", "src", "onload", "onerror", "onfocus", "style", "class", "id", "name", "xlink:href", "srcdoc", "action"),
    *("formaction", "rel", "target", "dir", "lang", "start", "autofocus", "encoding", "is", "slot", "data-x", "title"),
)
pieces: Final = (
    st.builds('<{} {}="{}">'.format, st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES))
    | st.builds("<{} {}={}/>".format, st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES))
    | st.builds("</{}>".format, st.sampled_from(NAMES))
    | st.sampled_from(
        [
            "<!--",
            "-->",
            "--!>",
            "<![CDATA[",
            "]]>",
            "<?x",
            "<!DOCTYPE",
            "&lt;",
            "&#60;img>",
            "\0",
            "<",
            ">",
            '"',
            "'",
            "`",
        ]
    )
    | st.text(max_size=5)
)
hostile: Final = st.lists(pieces, max_size=12).map("".join) | markup

LOOK: Final = """
(all) => all.map((text) => {
  const found = [];
  const look = (node) => {
    for (const each of node.querySelectorAll("*")) {
      const attributes = [...each.attributes].map((a) => [a.name, a.value]);
      const href = each.href === undefined ? "" : String(each.href);
      found.push([each.localName, each.namespaceURI.split("/").pop(), attributes, href]);
      if (each.content) look(each.content);
    }
  };
  const shown = document.createElement("div");
  document.body.replaceChildren(shown);
  shown.innerHTML = text;
  look(shown);
  const parsed = new DOMParser().parseFromString(text, "text/html");
  look(parsed.body);
  if (parsed.head.childNodes.length) found.push(["head", "", [], ""]);
  return found;
})
"""
SHOWN: Final = frozenset(
    (
        *("a", "abbr", "b", "bdi", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3", "h4"),
        *("hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "small"),
        *("span", "strong", "sub", "sup", "u", "ul"),
    )
)
KEPT: Final = frozenset(("href", "rel", "class", "lang", "dir", "start", "value"))


@pytest.mark.fuzz
def test_a_browser_finds_nothing_that_runs_or_leads_astray_in_what_is_left() -> None:
    if not CHROMIUM:
        skip_or_fail("Chromium is not installed here")
    made = list(ATTACKS)

    @tries(60)
    @given(hostile)
    def collect(text: str) -> None:
        made.append(text)

    collect()
    doors = (clean, markdown, paragraphs, lambda text: link_people(clean(text), {"ana": "https://here.test/u/ana"}))
    left = [(text, door(text)) for text in made for door in doors]
    for number, trouble in _seen_by_chromium([cleaned for _, cleaned in left]):
        pytest.fail(f"{left[number][0]!r} became {left[number][1]!r}, in which there is {trouble}")


def _seen_by_chromium(cleaned: list[str]) -> list[tuple[int, str]]:
    """What there is in each text that must not be, by its number."""
    troubles: list[tuple[int, str]] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = chromium.new_page()
        asked: list[str] = []

        def note(route: Any) -> None:
            asked.append(route.request.url)
            route.abort()

        def close(dialog: Any) -> None:
            asked.append(f"dialog {dialog.message}")
            dialog.dismiss()

        page.route("**/*", note)
        page.on("dialog", close)
        for number, elements in enumerate(page.evaluate(LOOK, cleaned)):
            troubles += [(number, what) for each in elements if (what := _trouble(*each))]
        page.wait_for_timeout(50)
        troubles += [(0, f"something that asks for {url}") for url in asked]
        chromium.close()
    return troubles


def _trouble(name: str, language: str, attributes: list[list[str]], href: Any) -> str:
    values = dict(attributes)
    if name not in SHOWN or language != "xhtml":
        return f"an element {name} of {language}"
    if not values.keys() <= KEPT:
        return f"an attribute of {json.dumps(attributes)}"
    leads = str(href)
    return "" if not leads or leads.lower().startswith(("http://", "https://", "mailto:")) else f"a link to {leads}"


@tries(100)
@given(hostile)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert len(excerpt(text, 80)) <= 80
    assert "\u202e" not in plain(text)


@tries(15)
@given(st.lists(pieces, min_size=1, max_size=3).map("".join).filter(bool))
def test_no_markup_takes_longer_than_its_length(text: str) -> None:
    """The same again and again, to the most that is read."""
    long = text * (MAX_BYTES // len(text.encode("utf-8", "replace")) + 1)
    for read in (clean, plain, excerpt):
        began = time.process_time()
        read(long)
        assert time.process_time() - began < 1.5, read
