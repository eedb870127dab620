"""The words of markup, without it."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final

import nh3

from fedirec.html.bounds import CONTROLS, DROPPED_WITH_CONTENT, MAX_BYTES, cut, is_bounded

_BLOCK_END: Final = re.compile(
    r"</(?:p|div|li|dd|dt|h[1-6]|blockquote|pre|tr|section|article|figcaption)\s*>|<(?:br|hr)\b[^<>]*>", re.IGNORECASE
)
_HIDDEN: Final = re.compile(r'<span[^<>]*\bclass="[^"]*\binvisible\b[^"]*"[^<>]*>[^<]*</span>')
_SPACES: Final = re.compile(r"[^\S\n]+")
_BLANK_LINES: Final = re.compile(r"\s*\n\s*\n\s*")
_TEXT_ONLY: Final = nh3.Cleaner(tags=set(), clean_content_tags=DROPPED_WITH_CONTENT)


@lru_cache(maxsize=64)
def plain(html: str) -> str:
    """The words of `html` without markup, one line to a block. It is text: escape it before it becomes HTML again."""
    text = _BLOCK_END.sub("\n", cut(html, MAX_BYTES))
    text = _TEXT_ONLY.clean(text) if is_bounded(text) else re.sub(r"<[^<>]*>?", "", text)
    text = CONTROLS.sub("", unescape(text).replace("\r", "\n"))
    return _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def one_line(text: str) -> str:
    """Plain text on one line, without what turns its direction, steers a terminal or hides in it."""
    return " ".join(CONTROLS.sub("", text).split())


def excerpt(html: str, length: int = 200) -> str:
    """At most `length` characters of the words of `html` on one line, cut between words and marked with an ellipsis."""
    shown = _HIDDEN.sub("", cut(html, MAX_BYTES)) if "invisible" in html else html
    text = " ".join(plain(shown).split())
    if len(text) <= length:
        return text
    head, space, _ = text[:length].rpartition(" ")
    if not space or len(head) < length // 2:
        head = text[: length - 1]
    return head.rstrip(" ,;:.\u2013\u2014-") + "…"
