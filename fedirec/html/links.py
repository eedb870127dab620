"""Links say where they lead (CVE-2023-36462)."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final
from unicodedata import normalize

_MAX_WORDS: Final = 4_000
"""Characters of a link that are read to find out whether they name another host."""
_HEADINGS: Final = {"h1": "h2", "h5": "h4", "h6": "h4"}
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u200b-\u200f\u3164\ufe00-\ufe0f\uffa0]+")
_DOTS: Final = dict.fromkeys(map(ord, "\u3002\u2024\uff0e\uff61\u0701\ua4f8"), ".")
OUR_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*+)>')
_CLASS: Final = re.compile(r' class="([^"]*)"')
_HREF: Final = re.compile(r' href="([^"]*)"')
_HOST_RUN: Final = re.compile(r"[\w.-]+")
_NAMING: Final = frozenset({"mention", "hashtag"})
"""Classes of links that name somebody, or a tag."""


def show_hosts(html: str) -> str:
    """Our own note of the real host stands in each link whose words name another one; headings have our levels."""
    out: list[str] = []
    words: list[str] = []
    host: str | None = None
    hidden: list[bool] = []  # one for each open span: whether a class hides it
    dropping = 0  # how many spans are open inside a host note that somebody else wrote, or that we wrote before
    end = 0
    for tag in OUR_TAG.finditer(html):
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


def leads_to(html: str) -> list[str]:
    """The http addresses to which the links of clean `html` lead, each once, without those to people and tags."""
    found: dict[str, None] = {}
    for tag in OUR_TAG.finditer(html):
        closing, name, attributes = tag.groups()
        href, classes = _HREF.search(attributes), _CLASS.search(attributes)
        if closing or name != "a" or href is None or (classes and not _NAMING.isdisjoint(classes[1].split())):
            continue
        address = unescape(href[1])
        if _host_in(address) is not None:
            found.setdefault(address)
    return list(found)


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
