"""Pointing at a part of a picture: in the form, and where it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.errors import Invalid
from fedirec.remix.models import Attachment, Comment, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.regions import MAX_FILES, WHOLE, Region, whereabouts, write_fragment
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _

SIDES: Final = ("left", "top", "width", "height")
_STANDARD: Final = 1_000
"""The width, in units of the drawing, of a picture whose size nobody knows; it is taken for a square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointableView:
    """A picture that can be pointed at."""

    position: int
    number: int
    """Its place among the files on the page, from 1."""
    url: str
    alt: str
    width: int
    height: int
    """Units of a drawing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionView:
    """A part of a picture, cut out with a little around it."""

    picture: PointableView
    words: str
    """Where in the picture it is."""
    x: int
    y: int
    width: int
    height: int
    """In units of the drawing."""
    fragment: str
    """As in `#xywh=percent:…`, without its #."""
    cut: str
    """The part of the drawing that is shown: its `viewBox`."""


async def pictures_of(cards: Cards, record: Record) -> tuple[PointableView, ...]:
    """The pictures of `record` that people can point at."""
    shown = Attachment.filter(record_id=record.id).order_by("position", "id").limit(MAX_FILES)
    return tuple(
        PointableView(
            position=row.position,
            number=number,
            url=cards.shown_here(row.url),
            alt=row.description,
            width=row.width or _STANDARD,
            height=row.height or _STANDARD,
        )
        for number, row in enumerate(await shown, 1)
        if row.kind == "image" and row.position < MAX_FILES
    )


def region_typed(form: Form) -> Region | None:
    """The part that was typed or drawn, in percent of the picture; None when nothing was. What cannot be fails."""
    typed = {side: form.line(f"region_{side}", max=12).replace(",", ".") for side in SIDES}
    if not any(typed.values()):
        return None
    if not all(typed.values()):
        form.fail("region", _("Please fill in all four, or none."))
        return None
    try:
        x, y, width, height = (round(float(typed[side]) * WHOLE / 100) for side in SIDES)
        file = int(form.line("region_file", max=3) or 0)
    except (ValueError, OverflowError):
        form.fail("region", _("Please write numbers between 0 and 100."))
        return None
    try:
        return Region(file=file, x=x, y=y, width=width, height=height)
    except Invalid as error:
        form.fail("region", _(error.message))
        return None


def typed_of(region: Region) -> Mapping[str, str]:
    """The fields of a form as they were when somebody pointed at `region`."""
    sides = (region.x, region.y, region.width, region.height)
    typed = zip(SIDES, (f"{side * 100 / WHOLE:.4f}".rstrip("0").rstrip(".") for side in sides), strict=True)
    return {f"region_{name}": value for name, value in typed} | {"region_file": str(region.file)}


def region_view(comment: Comment, pictures: Sequence[PointableView]) -> RegionView | None:
    """What `comment` points at, as far as that picture is still there."""
    region = Region.load(comment.region)
    picture = next((each for each in pictures if region is not None and each.position == region.file), None)
    if region is None or picture is None:
        return None
    x, width = region.x * picture.width // WHOLE, max(1, region.width * picture.width // WHOLE)
    y, height = region.y * picture.height // WHOLE, max(1, region.height * picture.height // WHOLE)
    around = max(width, height) // 4
    left, top = max(0, x - around), max(0, y - around)
    right, bottom = min(picture.width, x + width + around), min(picture.height, y + height + around)
    return RegionView(
        picture=picture,
        words=_(whereabouts(region)),
        x=x,
        y=y,
        width=width,
        height=height,
        fragment=write_fragment(region),
        cut=f"{left} {top} {right - left} {bottom - top}",
    )
