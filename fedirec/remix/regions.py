"""A part of a picture, as comments point at it.

It travels as the address of the picture with a spatial media fragment in percent (Media Fragments URI 1.0, 4.2.2),
which browsers and annotation tools know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Self
from urllib.parse import urldefrag

from fedirec.errors import Invalid
from fedirec.translatable import N_

WHOLE: Final = 1_000_000
"""The width and the height of a picture: regions are in parts per million of them."""
SMALLEST: Final = WHOLE // 200
MAX_FILES: Final = 32
"""Pictures of one record that can be pointed at."""
_PERCENT: Final = r"(\d{1,3}(?:\.\d{1,6})?)"
_FRAGMENT: Final = re.compile(rf"xywh=percent:{_PERCENT},{_PERCENT},{_PERCENT},{_PERCENT}", re.ASCII)
_POINTER: Final = re.compile(
    r"(?P<before>\s*+(?:<p[^<>]{0,100}+>)?\s*)<a [^<>]{0,2400}?#xywh=percent:[^<>]{0,400}>[^<]{0,60}</a>\s*", re.ASCII
)
_ROWS: Final = (
    (N_("upper left"), N_("above"), N_("upper right")),
    (N_("left"), N_("in the middle"), N_("right")),
    (N_("lower left"), N_("below"), N_("lower right")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A rectangle in a picture, in parts per million of its width and its height. Making one raises Invalid."""

    file: int = 0
    """The place of the picture among the files of its record, from 0."""
    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if not 0 <= self.file < MAX_FILES:
            raise Invalid("There is no such picture.", field="region")
        if min(self.x, self.y) < 0 or min(self.width, self.height) < SMALLEST:
            raise Invalid("Please mark a part that can be seen.", field="region")
        if self.x + self.width > WHOLE or self.y + self.height > WHOLE:
            raise Invalid("That part reaches beyond the picture.", field="region")

    @classmethod
    def load(cls, row: dict[str, int] | None) -> Self | None:
        """The region that a row keeps, if it keeps one."""
        return None if row is None else cls(**row)

    def dump(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"file": self.file, "x": self.x, "y": self.y, "width": self.width, "height": self.height}


def write_fragment(region: Region) -> str:
    """The fragment, without its #, that means `region` in whatever picture it is put behind."""
    sides = (region.x, region.y, region.width, region.height)
    return "xywh=percent:" + ",".join(_percent(side) for side in sides)


def read_address(address: str) -> tuple[str, Region] | None:
    """The picture that `address` points at, and the region (of file 0); None when it names no region that can be."""
    url, fragment = urldefrag(address)
    match = _FRAGMENT.fullmatch(fragment)
    if match is None:
        return None
    x, y, width, height = (round(float(number) * WHOLE / 100) for number in match.groups())
    # What was rounded elsewhere may reach beyond the edge by a little.
    width, height = min(width, WHOLE - x), min(height, WHOLE - y)
    try:
        return url, Region(x=x, y=y, width=width, height=height)
    except Invalid:
        return None


def pointer(address: str, region: Region, words: str) -> str:
    """What other software shows of a region, as HTML: `words` that lead to it on the page at `address`."""
    return f'<a href="{escape(address)}#{write_fragment(region)}">{escape(words)}</a>'


def without_pointer(html: str) -> str:
    """Cleaned `html` without such words at its very beginning; all of it when nothing else is said."""
    match = _POINTER.match(html)
    return match["before"] + html[match.end() :] if match else html


def whereabouts(region: Region) -> str:
    """Where in its picture the region lies, in words that are translated where they are shown."""
    across, down = region.x + region.width // 2, region.y + region.height // 2
    return _ROWS[min(2, down * 3 // WHOLE)][min(2, across * 3 // WHOLE)]


def _percent(side: int) -> str:
    whole, rest = divmod(side, WHOLE // 100)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
