"""Feeds that readers subscribe to: Atom (RFC 4287), one page linked to the next (RFC 5005, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fedirec.web.times import in_utc

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_XML: Final = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an entry; `size` in bytes, where known."""

    url: str
    media_type: str
    size: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made something."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a feed. `html` is clean already."""

    uri: str
    url: str
    title: str
    author: Author
    published_at: datetime
    updated_at: datetime
    known_at: datetime | None = None
    """Since when it is here as it is, where it comes from elsewhere; readers are not told."""
    html: str
    language: str | None = None
    rights: str = ""
    licence_url: str | None = None
    tags: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomFeed:
    """A feed, or one page of it; the newest entry first."""

    uri: str
    url: str
    page_url: str
    title: str
    subtitle: str = ""
    icon_url: str | None = None
    updated_at: datetime
    entries: Sequence[Entry] = ()
    next_url: str | None = None

    def write(self) -> bytes:
        """The feed as XML. Characters that XML cannot hold are left out."""
        register_namespace("", _ATOM)
        feed = Element(_atom("feed"))
        _text(feed, "id", self.uri)
        _text(feed, "title", self.title)
        if self.subtitle:
            _text(feed, "subtitle", self.subtitle)
        _text(feed, "updated", in_utc(self.updated_at))
        _link(feed, "alternate", self.page_url, type="text/html")
        _link(feed, "self", self.url, type="application/atom+xml")
        if self.next_url:
            _link(feed, "next", self.next_url, type="application/atom+xml")
        if self.icon_url:
            _text(feed, "icon", self.icon_url)
        for entry in self.entries:
            _add(feed, entry)
        written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
        return written


def _add(feed: Element, entry: Entry) -> None:
    made = SubElement(feed, _atom("entry"))
    if entry.language:
        made.set(f"{{{_XML}}}lang", _clean(entry.language))
    _text(made, "id", entry.uri)
    _text(made, "title", entry.title)
    _text(made, "published", in_utc(entry.published_at))
    _text(made, "updated", in_utc(entry.updated_at))
    author = SubElement(made, _atom("author"))
    _text(author, "name", entry.author.name)
    _text(author, "uri", entry.author.url)
    _link(made, "alternate", entry.url, type="text/html")
    if entry.licence_url:
        _link(made, "license", entry.licence_url)  # RFC 4946
    if entry.rights:
        _text(made, "rights", entry.rights)
    for tag in entry.tags:
        SubElement(made, _atom("category"), term=_clean(tag))
    for enclosure in entry.enclosures:
        length = {} if enclosure.size is None else {"length": str(enclosure.size)}
        _link(made, "enclosure", enclosure.url, type=enclosure.media_type, title=enclosure.title, **length)
    _text(made, "content", entry.html, type="html")


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, _atom(name), attributes).text = _clean(text)


def _link(parent: Element, rel: str, href: str, **attributes: str) -> None:
    given = {name: _clean(value) for name, value in attributes.items() if value}
    SubElement(parent, _atom("link"), {"rel": rel, "href": _clean(href), **given})


def _atom(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _clean(text: str) -> str:
    """`text` without the characters that XML 1.0 does not have (its section 2.2)."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
    )
