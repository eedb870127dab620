"""Hashtags, mentions, and links from one object to another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from fedirec.activitypub.vocab import Doc, Json
from fedirec.remix.vocab.text import clean_line, find_id

MAX_TAGS: Final = 32
"""Of each sort."""
MAX_HASHTAG: Final = 100
_MAX_HANDLE: Final = 600
_MAX_LABEL: Final = 500
OBJECT_LINK: Final = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
"""The media type by which a Link says that it leads to an object (FEP-e232)."""

_QUOTED: Final = "https://misskey-hub.net/ns#_misskey_quote"
"""The relation by which a Link says that it leads to what is quoted (FEP-e232)."""

_HASHTAG: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A word that people follow."""

    name: str
    """As its author wrote it, without the #."""
    href: str | None = None

    @property
    def key(self) -> str:
        """The spelling under which all its spellings are one."""
        return hashtag_key(self.name)

    def write(self) -> Json:
        document: Json = {"type": "Hashtag", "name": f"#{self.name}"}
        return document | {"href": self.href} if self.href else document


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody who is told."""

    href: str
    """Their id."""
    name: str = ""
    """Their handle, with both @."""

    def write(self) -> Json:
        return {"type": "Mention", "href": self.href, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLink:
    """Another object that is spoken of (FEP-e232)."""

    href: str
    name: str = ""

    def write(self) -> Json:
        return {"type": "Link", "mediaType": OBJECT_LINK, "href": self.href, "name": self.name}


def hashtag_key(name: str) -> str:
    """The spelling under which hashtags are the same: without #, in one width and case."""
    return normalize("NFKC", name).removeprefix("#").casefold()


def find_hashtag(name: object) -> str | None:
    """`name` without its #, if it is one word with a letter in it."""
    word = clean_line(name, MAX_HASHTAG + 2).removeprefix("#")
    if word.isdecimal() or not _HASHTAG.fullmatch(word):
        return None
    key = hashtag_key(word)
    return word if len(word) <= MAX_HASHTAG >= len(key) and _HASHTAG.fullmatch(key) else None


def read_hashtags(doc: Doc) -> tuple[Hashtag, ...]:
    """The hashtags of a document, each once, up to MAX_TAGS."""
    found: dict[str, Hashtag] = {}
    for tag in _tags(doc, "Hashtag"):
        if name := find_hashtag(tag.find_text("name")):
            found.setdefault(hashtag_key(name), Hashtag(name=name, href=tag.url("href")))
    return tuple(found.values())[:MAX_TAGS]


def read_mentions(doc: Doc) -> tuple[Mention, ...]:
    """Who is mentioned, each once, up to MAX_TAGS."""
    found: dict[str, Mention] = {}
    for tag in _tags(doc, "Mention"):
        if href := find_id(tag, "href"):
            found.setdefault(href, Mention(href=href, name=clean_line(tag.find_text("name"), _MAX_HANDLE)))
    return tuple(found.values())[:MAX_TAGS]


def read_links(doc: Doc) -> tuple[ObjectLink, ...]:
    """The objects that are linked, each once, up to MAX_TAGS; what is only quoted is not among them."""
    found: dict[str, ObjectLink] = {}
    for tag in _object_links(doc):
        href = find_id(tag, "href")
        if href and not _is_quote(tag):
            found.setdefault(href, ObjectLink(href=href, name=clean_line(tag.find_text("name"), _MAX_LABEL)))
    return tuple(found.values())[:MAX_TAGS]


def find_quote(doc: Doc) -> str | None:
    """The object that a Link says is quoted, if one does."""
    return next(filter(None, (find_id(tag, "href") for tag in _object_links(doc) if _is_quote(tag))), None)


def write_tags(*groups: Iterable[Hashtag | Mention | ObjectLink]) -> list[Json]:
    """All of them, as they stand under `tag`."""
    return [tag.write() for group in groups for tag in group]


def _object_links(doc: Doc) -> list[Doc]:
    types = ("application/ld+json", "application/activity+json")
    links = _tags(doc, "Link")
    return [link for link in links if (link.find_text("mediaType") or "").partition(";")[0].strip() in types]


def _is_quote(link: Doc) -> bool:
    return _QUOTED in link.many("rel")


def _tags(doc: Doc, type: str) -> list[Doc]:
    return [tag for tag in doc.docs("tag") if type in tag.many("type")]
