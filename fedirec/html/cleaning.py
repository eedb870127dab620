"""Markup from elsewhere, with only that left which fediverse posts use."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Final

import nh3

from fedirec.html.bounds import CONTROLS, DROPPED_WITH_CONTENT, MAX_BYTES, cut, is_bounded
from fedirec.html.links import show_hosts
from fedirec.html.words import plain

_ROUNDS: Final = 6
_MAX_CLASSES: Final = 1_000
"""Characters of a class attribute that are read."""
# fmt: off
_TAGS: Final = frozenset({
    "a", "abbr", "b", "bdi", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rb", "rp", "rt", "rtc", "ruby",
    "s", "small", "span", "strong", "sub", "sup", "u", "ul"
})
# fmt: on
_BLOCKS: Final = re.compile(
    r"<(/?)(?:article|aside|center|details|figcaption|figure|footer|header|main|section|summary|table|tr)(?=[\s/>])",
    re.IGNORECASE,
)
"""What stands by itself and has no tag of its own here: articles of WordPress and tables of Lemmy are made of them."""
_CELL_END: Final = re.compile(r"(?=</t[dh][\s>])", re.IGNORECASE)
# fmt: off
_CLASSES: Final = frozenset({
    "ellipsis", "h-card", "h-cite", "h-entry", "hashtag", "invisible", "link-host", "mention", "p-author", "p-name",
    "quote-inline", "u-url"
})
# fmt: on
_LINK: Final = re.compile(
    r"(?:https?://[^\s/\\?#@:\[\]]+(?::\d{1,5})?(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE
)
_PRE_NEWLINES: Final = re.compile(r"(<pre\b[^<>]*>)\n+", re.IGNORECASE)


@lru_cache(maxsize=64)
def clean(html: str) -> str:
    """`html` from elsewhere, with only the markup, classes and addresses left that fediverse posts use.

    Links keep http, https and mailto addresses that are written plainly; a link whose text names another host than the
    one it leads to says so (CVE-2023-36462). Cleaning what is clean changes nothing. Takes time in proportion to the
    length, whatever the markup.
    """
    for limit in (MAX_BYTES, MAX_BYTES // 2):
        text = cut(html, limit)
        if not is_bounded(text):
            break
        for _ in range(_ROUNDS):
            cleaned = _clean_once(text)
            if len(cleaned.encode()) > MAX_BYTES:
                break
            if cleaned == text:
                return cleaned
            text = cleaned
    return _as_paragraph(plain(html))


def _clean_once(text: str) -> str:
    text = _CELL_END.sub(" ", _BLOCKS.sub(r"<\1div", text))
    cleaned = _CLEANER.clean(_PRE_NEWLINES.sub(r"\1", text))
    return show_hosts(CONTROLS.sub("", cleaned.replace("\r", "\n")))


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if _LINK.fullmatch(value) else None
    if attribute in ("start", "value"):
        return value if re.fullmatch(r"-?\d{1,6}", value) else None
    if attribute == "lang":
        return value if re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", value) else None
    if attribute == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    if attribute == "class":
        return _known_classes(value[:_MAX_CLASSES])
    return value if attribute == "rel" else None  # nh3 writes that one itself


@lru_cache(maxsize=256)
def _known_classes(classes: str) -> str | None:
    return " ".join(dict.fromkeys(name for name in classes.split() if name in _CLASSES)) or None


def _as_paragraph(text: str) -> str:
    limit = MAX_BYTES
    while True:
        paragraph = _clean_once(f"<p>{escape(cut(text, limit), quote=False)}</p>".replace("\n", "<br>"))
        if _clean_once(paragraph) == paragraph and len(paragraph.encode()) <= MAX_BYTES and is_bounded(paragraph):
            return paragraph
        limit //= 2


_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={
        "a": {"href", "class", "lang", "dir"},
        "span": {"class", "lang", "dir"},
        "p": {"class", "lang", "dir"},
        "ol": {"start"},
        "li": {"value"},
    },
    attribute_filter=_keep_attribute,
    link_rel="nofollow noopener noreferrer ugc",
    url_schemes={"https", "http", "mailto"},
    url_relative="deny",
)
