"""A sound as bars: how loud it is from its beginning to its end.

The bars are one SVG path in a box of WIDTH by HEIGHT that may be stretched to any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 100
BARS: Final = 120
_FILLED: Final = 0.6
"""How much of its place a bar takes up; the rest is air."""
_LEAST: Final = 4.0
"""Silence is seen as well."""
_LOUDEST: Final = 255


def waveform(peaks: Sequence[int], bars: int = BARS) -> str:
    """The path of `bars` bars for `peaks` (each 0 to 255, in order of time), as high as they are loud.

    Without peaks all bars are low and the same.
    """
    return _path(tuple(peaks), max(1, bars))


@lru_cache(maxsize=256)
def _path(peaks: tuple[int, ...], bars: int) -> str:
    room = WIDTH / bars
    loudest = max(peaks, default=0) or _LOUDEST
    parts = []
    for place in range(bars):
        share = _loudness(peaks, place, bars) / loudest
        height = max(_LEAST, share * HEIGHT)
        left, top = (place + (1 - _FILLED) / 2) * room, (HEIGHT - height) / 2
        parts.append(f"M{left:.1f} {top:.1f}h{room * _FILLED:.1f}v{height:.1f}h-{room * _FILLED:.1f}z")
    return "".join(parts)


def _loudness(peaks: Sequence[int], place: int, bars: int) -> int:
    """The loudest of the peaks that fall to the bar at `place`."""
    if not peaks:
        return 0
    first = place * len(peaks) // bars
    last = max(first + 1, (place + 1) * len(peaks) // bars)
    return max(0, min(_LOUDEST, max(peaks[first:last])))
