"""The only module that touches HTML that was not written by us.

`clean` is for markup from elsewhere, `markdown` for what our own authors type, `plain` and `excerpt` for text without
markup. nh3 always has the last word. bleach only finds bare addresses in our own authors' text; it never judges
anything, because it has had no security fixes since 2026-06-05.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape, unescape
from typing import Final
from unicodedata import normalize

import nh3
from bleach.linkifier import Linker
from markdown_it import MarkdownIt

MAX_BYTES: Final = 64_000
"""Of UTF-8. Neither what is read nor what is given back is ever longer."""
_MAX_WORDS: Final = 4_000
"""Characters of a link that are read to find out whether they name another host."""
_MAX_CLASSES: Final = 1_000
"""Characters of a class attribute that are read."""
_MAX_LOOSE_TAGS: Final = 400
_MAX_DEPTH: Final = 100
_MAX_ELEMENTS: Final = 60_000
_ROUNDS: Final = 6

_HEADINGS: Final = {"h1": "h2", "h5": "h4", "h6": "h4"}
# fmt: off
_TAGS: Final = frozenset({
    "a", "abbr", "b", "bdi", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rb", "rp", "rt", "rtc", "ruby",
    "s", "small", "span", "strong", "sub", "sup", "u", "ul"
})
_BLOCKS: Final = re.compile(
    r"<(/?)(?:article|aside|center|details|figcaption|figure|footer|header|main|section|summary|table|tr)(?=[\s/>])",
    re.IGNORECASE,
)
"""What stands by itself and has no tag of its own here: articles of WordPress and tables of Lemmy are made of them."""
_CELL_END: Final = re.compile(r"(?=</t[dh][\s>])", re.IGNORECASE)
_DROPPED_WITH_CONTENT: Final = frozenset({
    "applet", "audio", "canvas", "embed", "frame", "frameset", "iframe", "math", "noembed", "noframes", "noscript",
    "object", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp"
})
_CLASSES: Final = frozenset({
    "ellipsis", "h-card", "h-cite", "h-entry", "hashtag", "invisible", "link-host", "mention", "p-author", "p-name",
    "quote-inline", "u-url"
})
_VOID: Final = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"
})
# fmt: on
_LINK: Final = re.compile(
    r"(?:https?://[^\s/\\?#@:\[\]]+(?::\d{1,5})?(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE
)

# Everything that steers a terminal or turns the direction of text, and what no text may hold. The joiners of emoji and
# of Persian stay, and so do the two harmless direction marks.
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u200b-\u200f\u3164\ufe00-\ufe0f\uffa0]+")
_DOTS: Final = dict.fromkeys(map(ord, "\u3002\u2024\uff0e\uff61\u0701\ua4f8"), ".")

_ANY_TAG: Final = re.compile(r"</?[A-Za-z]")
_TIDY_TAG: Final = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z_:][-\w:.]*(?:=(?:"[^"<>]*"|'[^'<>]*'))?)*+\s*(/?)>"""
)
_UNTIDY: Final = re.compile(rf"<[!?]|<(?:{'|'.join(sorted(_DROPPED_WITH_CONTENT))})\b", re.IGNORECASE)
_PRE_NEWLINES: Final = re.compile(r"(<pre\b[^<>]*>)\n+", re.IGNORECASE)
_BLOCK_END: Final = re.compile(
    r"</(?:p|div|li|dd|dt|h[1-6]|blockquote|pre|tr|section|article|figcaption)\s*>|<(?:br|hr)\b[^<>]*>", re.IGNORECASE
)
_HIDDEN: Final = re.compile(r'<span[^<>]*\bclass="[^"]*\binvisible\b[^"]*"[^<>]*>[^<]*</span>')
_SPACES: Final = re.compile(r"[^\S\n]+")
_BLANK_LINES: Final = re.compile(r"\s*\n\s*\n\s*")
_EMPTY_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
_OUR_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*+)>')
_HANDLE: Final = re.compile(r"(?<![\w@/.])@(\w(?:[\w.-]*\w)?(?:@\w[\w.-]*\w(?::\d+)?)?)", re.ASCII)
_CLASS: Final = re.compile(r' class="([^"]*)"')
_HREF: Final = re.compile(r' href="([^"]*)"')
_HOST_RUN: Final = re.compile(r"[\w.-]+")
_WRITTEN_ADDRESS: Final = re.compile(r"""(?<![\w@/.-])https?://[^\s<>"'`]*[^\s<>"'`.,;:!?]""", re.IGNORECASE)


@lru_cache(maxsize=64)
def clean(html: str) -> str:
    """`html` from elsewhere, with only the markup, classes and addresses left that fediverse posts use.

    Links keep http, https and mailto addresses that are written plainly; a link whose text names another host than the
    one it leads to says so (CVE-2023-36462). Cleaning what is clean changes nothing. Takes time in proportion to the
    length, whatever the markup.
    """
    for limit in (MAX_BYTES, MAX_BYTES // 2):
        text = _cut(html, limit)
        if not _is_bounded(text):
            break
        for _ in range(_ROUNDS):
            cleaned = _clean_once(text)
            if len(cleaned.encode()) > MAX_BYTES:
                break
            if cleaned == text:
                return cleaned
            text = cleaned
    return _as_paragraph(plain(html))


def markdown(text: str) -> str:
    """HTML for what an author of ours typed: Markdown without raw HTML, line breaks kept, bare addresses linked.

    The longest text that is read takes the better part of a second: call this in a thread.
    """
    html = _MARKDOWN.render(_cut(text, MAX_BYTES))
    if "://" in html and len(html) <= 2 * MAX_BYTES:
        html = _LINKER.linkify(html)
    return clean(html)


def paragraphs(text: str) -> str:
    """HTML for plain text: blank lines part paragraphs, line breaks stay, and written addresses are links."""
    blocks = _EMPTY_LINES.split(_cut(text, MAX_BYTES))
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


@lru_cache(maxsize=64)
def plain(html: str) -> str:
    """The words of `html` without markup, one line to a block. It is text: escape it before it becomes HTML again."""
    text = _BLOCK_END.sub("\n", _cut(html, MAX_BYTES))
    text = _TEXT_ONLY.clean(text) if _is_bounded(text) else re.sub(r"<[^<>]*>?", "", text)
    text = _CONTROLS.sub("", unescape(text).replace("\r", "\n"))
    return _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def one_line(text: str) -> str:
    """Plain text on one line, without what turns its direction, steers a terminal or hides in it."""
    return " ".join(_CONTROLS.sub("", text).split())


def excerpt(html: str, length: int = 200) -> str:
    """At most `length` characters of the words of `html` on one line, cut between words and marked with an ellipsis."""
    shown = _HIDDEN.sub("", _cut(html, MAX_BYTES)) if "invisible" in html else html
    text = " ".join(plain(shown).split())
    if len(text) <= length:
        return text
    head, space, _ = text[:length].rpartition(" ")
    if not space or len(head) < length // 2:
        head = text[: length - 1]
    return head.rstrip(" ,;:.\u2013\u2014-") + "…"


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """The tags and texts of clean `html` in order, and of each whether it is text outside links and code."""
    inside = end = 0  # how many links and pieces of code are open
    for tag in _OUR_TAG.finditer(html):
        yield html[end : tag.start()], not inside
        yield tag[0], False
        end = tag.end()
        if tag[2] in ("a", "code", "pre"):
            inside += -1 if tag[1] else 1
    yield html[end:], not inside


def _clean_once(text: str) -> str:
    text = _CELL_END.sub(" ", _BLOCKS.sub(r"<\1div", text))
    cleaned = _CLEANER.clean(_PRE_NEWLINES.sub(r"\1", text))
    return _show_hosts(_CONTROLS.sub("", cleaned.replace("\r", "\n")))


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


def _show_hosts(html: str) -> str:
    """Our own note of the real host stands in each link whose words name another one; headings have our levels."""
    out: list[str] = []
    words: list[str] = []
    host: str | None = None
    hidden: list[bool] = []  # one for each open span: whether a class hides it
    dropping = 0  # how many spans are open inside a host note that somebody else wrote, or that we wrote before
    end = 0
    for tag in _OUR_TAG.finditer(html):
        text = html[end : tag.start()]
        end = tag.end()
        if not dropping:
            out.append(text)
            if host is not None and not any(hidden):
                words.append(text)
        closing, name, attributes = tag.groups()
        if name == "span":
            if closing:
                hidden.pop()
            else:
                classes = _CLASS.search(attributes)
                hidden.append(classes is not None and "invisible" in classes[1])
                if dropping or (classes and "link-host" in classes[1].split()):
                    dropping += 1
                    continue
            if closing and dropping:
                dropping -= 1
                continue
        if dropping:
            continue
        if name == "a":
            if closing:
                if host and _names_another_host(unescape("".join(words)), host):
                    out.append(f'<span class="link-host"> ({escape(host)})</span>')
                host = None
            else:
                href = _HREF.search(attributes)
                host, words = (_host_in(unescape(href[1])) if href else None), []
        out.append(f"<{closing}{_HEADINGS.get(name, name)}{attributes}>")
    out.append(html[end:])
    return "".join(out)


def _host_in(address: str) -> str | None:
    scheme, _, rest = address.partition("://")
    return re.split(r"[/?#]", rest, maxsplit=1)[0].lower() if scheme.lower() in ("http", "https") else None


def _names_another_host(words: str, host: str) -> bool:
    """Whether a reader of `words` would expect a host that is not `host`."""
    if len(words) > _MAX_WORDS:
        return True  # nobody reads that far, and to compose accents by the thousand takes long
    shown = normalize("NFKC", _UNSEEN.sub("", words)).translate(_DOTS).lower()
    bare = host.removeprefix("www.")
    for word in shown.split():
        address = re.split(r"[/?#]", word.partition("://")[2] or word, maxsplit=1)[0].rpartition("@")[2]
        for run in _HOST_RUN.findall(address):
            named = run.strip(".-").removeprefix("www.")
            ending = named.rpartition(".")[2]
            if "." in named and len(ending) > 1 and ending.isalpha() and named not in (bare, bare.partition(":")[0]):
                return True
    return False


def _cut(text: str, limit: int) -> str:
    """`text` in no more than `limit` bytes, without the characters that no text of ours holds."""
    if 4 * len(text) > limit:
        text = text[:limit].encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore")
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _is_bounded(html: str) -> bool:
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


def _linked(text: str) -> str:
    """Plain text as HTML in which its addresses lead where they say."""
    html, end = "", 0
    for found in _WRITTEN_ADDRESS.finditer(text):
        address = escape(found[0])
        html += f'{escape(text[end : found.start()], quote=False)}<a href="{address}">{address}</a>'
        end = found.end()
    return (html + escape(text[end:], quote=False)).replace("\n", "<br>")


def _as_paragraph(text: str) -> str:
    limit = MAX_BYTES
    while True:
        paragraph = _clean_once(f"<p>{escape(_cut(text, limit), quote=False)}</p>".replace("\n", "<br>"))
        if _clean_once(paragraph) == paragraph and len(paragraph.encode()) <= MAX_BYTES and _is_bounded(paragraph):
            return paragraph
        limit //= 2


_CLEANER: Final = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
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
_TEXT_ONLY: Final = nh3.Cleaner(tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")
_LINKER: Final = Linker(callbacks=[], skip_tags={"pre", "code"}, url_re=_WRITTEN_ADDRESS)
