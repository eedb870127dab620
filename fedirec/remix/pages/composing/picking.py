"""Where sources are picked from: what was found, and shelves of what is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from fedirec.remix.models import Record
from fedirec.remix.pages.composing.buttons import MAX_FOUND
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.seen import seen_lately
from fedirec.remix.queries.picking import by_those_followed, kept_by, lately
from fedirec.remix.queries.records import own_records
from fedirec.web.language import gettext as _

SHELVES: Final = ("lately", "bookmarks", "followed", "mine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A choice of records to build on, one of which is open."""

    name: str
    label: str
    sign: str
    is_open: bool


def shelf_named(text: str) -> str:
    """The shelf that a form names, or the first."""
    return text if text in SHELVES else SHELVES[0]


def shelves(opened: str) -> list[Shelf]:
    labels = {
        "lately": (_("Lately"), "clock"),
        "bookmarks": (_("Bookmarks"), "bookmark"),
        "followed": (_("Whom you follow"), "people"),
        "mine": (_("Your own"), "person"),
    }
    return [Shelf(name=name, label=label, sign=sign, is_open=name == opened) for name, (label, sign) in labels.items()]


def nothing_on(shelf: str) -> str:
    """Why a shelf is empty, and how it fills."""
    return {
        "lately": _("Nothing has come in yet."),
        "bookmarks": _("Nothing is kept yet. On the page of a record, press the bookmark."),
        "followed": _("Nothing yet by the people and the tags that you follow."),
        "mine": _("You have published nothing yet."),
    }[shelf]


async def at_hand(request: Request[Any], composition: Composition, shelf: str) -> list[Record]:
    """What lies on that shelf and is not among the sources already."""
    author, taken = composition.author, {row.record.id for row in composition.sources}
    if composition.record:
        taken.add(composition.record.id)
    limit = MAX_FOUND + len(taken)
    found: Sequence[Record]
    match shelf:
        case "bookmarks":
            found = await kept_by(author, limit=limit)
        case "followed":
            found = await by_those_followed(author, limit=limit)
        case "mine":
            found = await own_records(author, but=composition.record)
        case _:
            found = await lately(author, seen=seen_lately(request), limit=limit)
    return [record for record in found if record.id not in taken][:MAX_FOUND]
