"""How much markup is read, and what no text holds."""

from __future__ import annotations

import re
from typing import Final

MAX_BYTES: Final = 64_000
"""Of UTF-8. Neither what is read nor what is given back is ever longer."""
_MAX_LOOSE_TAGS: Final = 400
_MAX_DEPTH: Final = 100
_MAX_ELEMENTS: Final = 60_000
# fmt: off
DROPPED_WITH_CONTENT: Final = frozenset({
    "applet", "audio", "canvas", "embed", "frame", "frameset", "iframe", "math", "noembed", "noframes", "noscript",
    "object", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp"
})
# fmt: on
# fmt: off
_VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"
})
# fmt: on
# Everything that steers a terminal or turns the direction of text, and what no text may hold. The joiners of emoji and
# of Persian stay, and so do the two harmless direction marks.
CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)
_ANY_TAG: Final = re.compile(r"</?[A-Za-z]")
_TIDY_TAG: Final = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z_:][-\w:.]*(?:=(?:"[^"<>]*"|'[^'<>]*'))?)*+\s*(/?)>"""
)
_UNTIDY: Final = re.compile(rf"<[!?]|<(?:{'|'.join(sorted(DROPPED_WITH_CONTENT))})\b", re.IGNORECASE)


def cut(text: str, limit: int) -> str:
    """`text` in no more than `limit` bytes, without the characters that no text of ours holds."""
    if 4 * len(text) > limit:
        text = text[:limit].encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore")
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_bounded(html: str) -> bool:
    """Whether a parser builds no more than a bounded number of elements from `html`.

    A parser repeats every open formatting element in each new block, so that 60 kB can grow to a million elements.
    A few hundred tags can do no harm; more of them have to be written so plainly that counting them is safe.
    """
    if len(_ANY_TAG.findall(html)) <= _MAX_LOOSE_TAGS:
        return True
    if _UNTIDY.search(html):
        return False
    depth = elements = tags = 0
    for tag in _TIDY_TAG.finditer(html):
        tags += 1
        if tag[1]:
            depth = max(0, depth - 1)
        elif tag[2].lower() not in _VOID:
            depth += 1
            elements += depth
            if depth > _MAX_DEPTH or elements > _MAX_ELEMENTS:
                return False
    return tags == len(_ANY_TAG.findall(html))
