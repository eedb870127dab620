"""Everything that has to be said of a record and of what it was made from, over all generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fedirec.remix.licences import Licence, find_licence, licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import licence_view
from fedirec.remix.pseudonyms import has_no_account
from fedirec.remix.queries.credits import Further, credits_of
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.remix.words import in_words, labels_of, plain
from fedirec.web.language import gettext as _

_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedWork:
    """A record that has to be named: title, author, source and licence, as Creative Commons recommends."""

    uri: str
    url: str
    """Its page; empty where its address is none that a browser opens."""
    title: str
    author: str
    author_handle: str
    author_url: str
    licence: str
    licence_url: str
    generation: int
    """0 is the record itself, 1 its direct sources."""
    is_remembered: bool = False
    """It is gone or out of reach: what is said of it was kept."""
    thanks: str = ""
    """What the author of the record says to the author of this source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedPerson:
    """Somebody who has to be named, and for what."""

    uri: str
    """Empty for somebody without an account."""
    name: str
    url: str
    roles: tuple[str, ...]
    """In the reader's words, with what is not certain about one."""
    generation: int
    titles: tuple[str, ...]
    """Of the works that they made or helped with, nearest first."""
    is_certain: bool = True
    """Whether they, or the author of a work, said so; else others named them, and nobody confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Everybody and everything that has to be named for a record."""

    work: CreditedWork
    sources: tuple[CreditedWork, ...]
    people: tuple[CreditedPerson, ...]
    sentence: str
    """The credits in one line."""


async def attribution_of(record: Record, further: Further | None = None) -> Attribution:
    """What has to be said of `record`, which comes with its parts, and whom `further` knows besides.

    What is not public is left out, but for itself.
    """
    trail = await trail_of(record.uri)
    lines, names, notes = await credits_of(trail, further)
    thanks = {source.uri: source.thanks for source in record.sources}
    here = trail.waypoints[record.uri]
    above = [
        trail.waypoints[uri]
        for uri in sorted(trail.up, key=lambda uri: (trail.up[uri], uri))
        if uri in trail.waypoints and not trail.waypoints[uri].is_hidden
    ]
    shown = {waypoint.uri: waypoint for waypoint in (here, *above)}
    pages = {waypoint.author_uri: waypoint.author_url for waypoint in shown.values()}
    return Attribution(
        work=_work(here, licence_of(record), generation=0),
        sources=tuple(
            _work(
                waypoint,
                find_licence(waypoint.licence),
                generation=trail.up[waypoint.uri],
                thanks=thanks.get(waypoint.uri, ""),
            )
            for waypoint in above
        ),
        people=tuple(
            CreditedPerson(
                uri="" if has_no_account(line.person) else line.person,
                name=names.get(line.person) or _("somebody"),
                url=page_at(pages.get(line.person, line.person)),
                roles=labels_of(line.person, line.roles, notes, gettext=_),
                generation=line.generation,
                titles=tuple(_title(shown[work.record]) for work in line.works if work.record in shown),
                is_certain=any((line.person, role) not in notes for role in line.roles) or line.is_author,
            )
            for line in lines
        ),
        sentence=plain(in_words(lines, names=names, notes=notes, gettext=_)),
    )


def _work(waypoint: Waypoint, licence: Licence, *, generation: int, thanks: str = "") -> CreditedWork:
    return CreditedWork(
        uri=waypoint.uri,
        url=page_at(waypoint.url),
        title=_title(waypoint),
        author=waypoint.author_name or _("somebody"),
        author_handle=f"@{waypoint.author_handle}" if waypoint.author_handle else "",
        author_url=page_at(waypoint.author_url),
        licence=licence_view(licence).short,
        licence_url=licence.url or "",
        generation=generation,
        is_remembered=waypoint.is_gone,
        thanks=thanks,
    )


def _title(waypoint: Waypoint) -> str:
    return waypoint.title or _("Untitled")


def page_at(url: str) -> str:
    """`url` if a browser may be led there from a page of somebody else."""
    return url if urlsplit(url).scheme in _SCHEMES else ""
