"""What a picture looks like before it is there: one colour, and a blurhash (github.com/woltapp/blurhash)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from fedirec.media.decoder.modes import in_few_modes

_SIDE: Final = 32
"""Pixels of the longer side that are looked at: a blurhash has no finer waves."""
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_LINEAR: Final = tuple(
    value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in range(256)
)
_COLOURS: Final = 6
_PLAIN: Final = frozenset({"RGB", "RGBA", "L", "LA"})

_Colour = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blur:
    """What stands in for a picture while it loads."""

    blurhash: str
    colour: str


def blur_of(image: Image.Image) -> Blur:
    """What stands in for `image`."""
    # What need not be converted first is made small first: a large picture would be there twice.
    small = image.reduce(max(1, max(image.size) // (4 * _SIDE))) if image.mode in _PLAIN else image
    small = in_few_modes(small)
    small.thumbnail((_SIDE, _SIDE))
    if small.mode == "RGBA":
        page = Image.new("RGBA", small.size, "white")
        page.alpha_composite(small)
        small = page.convert("RGB")
    return Blur(blurhash=_encode(small), colour=_main_colour(small))


def _encode(image: Image.Image) -> str:
    wide = image.width >= image.height
    across, down = (4, 3) if wide else (3, 4)
    waves = _waves(image, across=across, down=down)
    rest = waves[1:]
    loudest = max(abs(part) for colour in rest for part in colour)
    step = max(0, min(82, math.floor(loudest * 166 - 0.5)))
    scale = (step + 1) / 166
    text = _digits(across - 1 + (down - 1) * 9, 1) + _digits(step, 1) + _digits(_flat(waves[0]), 4)
    return text + "".join(_digits(_curved(colour, scale), 2) for colour in rest)


def _waves(image: Image.Image, *, across: int, down: int) -> list[_Colour]:
    """How much of each cosine wave is in the picture, in linear light."""
    width, height = image.size
    data = image.tobytes()
    linear = [_LINEAR[value] for value in data]
    rows = [[math.cos(math.pi * wave * x / width) for x in range(width)] for wave in range(across)]
    columns = [[math.cos(math.pi * wave * y / height) for y in range(height)] for wave in range(down)]
    waves: list[_Colour] = []
    for column in columns:
        for row in rows:
            sums = [0.0, 0.0, 0.0]
            at = 0
            for y in range(height):
                for x in range(width):
                    weight = row[x] * column[y]
                    sums[0] += weight * linear[at]
                    sums[1] += weight * linear[at + 1]
                    sums[2] += weight * linear[at + 2]
                    at += 3
            share = (2 if waves else 1) / (width * height)
            waves.append((sums[0] * share, sums[1] * share, sums[2] * share))
    return waves


def _flat(colour: _Colour) -> int:
    red, green, blue = (_displayed(part) for part in colour)
    return (red << 16) + (green << 8) + blue


def _displayed(linear: float) -> int:
    value = max(0.0, min(1.0, linear))
    return round(value * 12.92 * 255 if value <= 0.0031308 else (1.055 * value ** (1 / 2.4) - 0.055) * 255)


def _curved(colour: _Colour, scale: float) -> int:
    steps = [max(0, min(18, math.floor(math.copysign(abs(part / scale) ** 0.5, part) * 9 + 9.5))) for part in colour]
    return steps[0] * 361 + steps[1] * 19 + steps[2]


def _digits(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**place % 83] for place in reversed(range(length)))


def _main_colour(image: Image.Image) -> str:
    few = image.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    palette: Sequence[int] = few.getpalette() or [128, 128, 128]
    counts = few.histogram()
    index = counts.index(max(counts))
    red, green, blue = palette[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
