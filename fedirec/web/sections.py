"""Further parts of pages and feeds, from packages above the one that has those pages.

A package says what it adds as plain values, and `app.py` joins them; a page asks for those of its place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from fedirec.web.atom import Entry
from fedirec.web.paging import Cursor

Load = Callable[[Request[Any], Any], Awaitable[Mapping[str, Any] | None]]
"""What the template of a section shows, or None where there is nothing to show.

It is asked with what the section is about: the row of the actor whose page it is, or what was looked for.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One further part of a page."""

    name: str
    """As it stands in addresses (`?tab=`) and as the id of the part: small letters."""
    title: str
    """Marked with N_; it is translated where it is shown."""
    template: str
    """It finds what `load` answered under the name `section`, and is included or stands alone under its tab."""
    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """Further things that stand in feeds, by row."""

    template: str
    """Of the card of one, which it finds under the name `thing`."""
    tagged: Callable[[Any, datetime, int, int], Awaitable[Sequence[tuple[datetime, int]]]]
    """Those with a tag that an actor follows: `remix.queries.feeds.Tagged`."""
    views: Callable[[Request[Any], Sequence[int]], Awaitable[Mapping[int, Any]]]
    """What the template shows of each; every one says its `host`."""
    entries: Callable[[str, Cursor | None, int], Awaitable[Sequence[tuple[Cursor, Entry]]]]
    """Those with a tag as strangers see them, the newest first, behind a place so many at most: each with its own, by
    its row.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """What is added to which page, in the order in which it stands there."""

    home: Sequence[Section] = ()
    """Blocks on the first page of a member, under what fits their skills."""
    home_tabs: Sequence[Section] = ()
    """Tabs beside the feeds there."""
    person: Sequence[Section] = ()
    """Tabs on the page of a person."""
    challenge: Sequence[Section] = ()
    """Blocks beside the brief of a challenge, under its terms; they are asked with its row."""
    found: Sequence[Section] = ()
    """Blocks above the records that were found by words; they are asked with the words."""
    tagged: Sequence[Section] = ()
    """Blocks above the records with a tag; they are asked with the tag."""
    fed: Fed | None = None
    """What stands in feeds among records and challenges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A section with what it shows."""

    name: str
    title: str
    template: str
    section: Mapping[str, Any]


async def load_sections(sections: Sequence[Section], request: Request[Any], about: object) -> list[Shown]:
    """Those of `sections` that have anything to show to, or about, `about`."""
    return [
        Shown(name=each.name, title=each.title, template=each.template, section=loaded)
        for each in sections
        if (loaded := await each.load(request, about)) is not None
    ]


def find_section(sections: Sequence[Section], name: str) -> Section | None:
    """The section called `name`."""
    return next((each for each in sections if each.name == name), None)
