"""What our own authors type becomes HTML, and names in it become links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from bleach.linkifier import Linker
from markdown_it import MarkdownIt

from fedirec.html.bounds import MAX_BYTES, cut
from fedirec.html.cleaning import clean
from fedirec.html.links import OUR_TAG

_EMPTY_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
_HANDLE: Final = re.compile(r"(?<![\w@/.])@(\w(?:[\w.-]*\w)?(?:@\w[\w.-]*\w(?::\d+)?)?)", re.ASCII)
_WRITTEN_ADDRESS: Final = re.compile(r"""(?<![\w@/.-])https?://[^\s<>"'`]*[^\s<>"'`.,;:!?]""", re.IGNORECASE)
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
_LINKER: Final = Linker(callbacks=[], skip_tags={"pre", "code"}, url_re=_WRITTEN_ADDRESS)


def markdown(text: str) -> str:
    """HTML for what an author of ours typed: Markdown without raw HTML, line breaks kept, bare addresses linked.

    The longest text that is read takes the better part of a second: call this in a thread.
    """
    html = _MARKDOWN.render(cut(text, MAX_BYTES))
    if "://" in html and len(html) <= 2 * MAX_BYTES:
        html = _LINKER.linkify(html)
    return clean(html)


def paragraphs(text: str) -> str:
    """HTML for plain text: blank lines part paragraphs, line breaks stay, and written addresses are links."""
    blocks = _EMPTY_LINES.split(cut(text, MAX_BYTES))
    return "".join(f"<p>{_linked(block.strip())}</p>" for block in blocks if block.strip())


def named_in(html: str) -> list[str]:
    """The handles that clean `html` names with an @ outside links and code, each once, in lower case, without the @."""
    found: dict[str, None] = {}
    for text, is_spoken in _pieces(html):
        if is_spoken:
            found |= dict.fromkeys(match[1].lower() for match in _HANDLE.finditer(text))
    return list(found)


def link_people(html: str, people: Mapping[str, str]) -> str:
    """Clean `html` in which those handles that are keys of `people`, as `named_in` gives them, lead to their pages."""

    def link(named: re.Match[str]) -> str:
        page = people.get(named[1].lower())
        return f'<a href="{escape(page)}" class="u-url mention">{named[0]}</a>' if page else named[0]

    return clean("".join(_HANDLE.sub(link, text) if is_spoken else text for text, is_spoken in _pieces(html)))


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """The tags and texts of clean `html` in order, and of each whether it is text outside links and code."""
    inside = end = 0  # how many links and pieces of code are open
    for tag in OUR_TAG.finditer(html):
        yield html[end : tag.start()], not inside
        yield tag[0], False
        end = tag.end()
        if tag[2] in ("a", "code", "pre"):
            inside += -1 if tag[1] else 1
    yield html[end:], not inside


def _linked(text: str) -> str:
    """Plain text as HTML in which its addresses lead where they say."""
    html, end = "", 0
    for found in _WRITTEN_ADDRESS.finditer(text):
        address = escape(found[0])
        html += f'{escape(text[end : found.start()], quote=False)}<a href="{address}">{address}</a>'
        end = found.end()
    return (html + escape(text[end:], quote=False)).replace("\n", "<br>")
