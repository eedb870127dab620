"""The colours of a picture before it has arrived: a few tinted squares that a browser blurs.

Read from a blurhash (https://github.com/woltapp/blurhash, the algorithm of its version 1), or from one colour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import copysign, cos, pi
from typing import Final, NamedTuple

COLUMNS: Final = 4
ROWS: Final = 3
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


class Spot(NamedTuple):
    """One square of the haze."""

    x: int
    y: int
    colour: str


def haze(blurhash: str | None, colour: str | None = None) -> tuple[Spot, ...]:
    """COLUMNS by ROWS squares in the colours of a blurhash; without a valid one a single square in `colour`, if any."""
    found = _spots(blurhash) if blurhash else ()
    if not found and colour and _COLOUR.fullmatch(colour):
        return (Spot(0, 0, colour.lower()),)
    return found


@lru_cache(maxsize=2048)
def _spots(blurhash: str) -> tuple[Spot, ...]:
    if not 6 <= len(blurhash) <= 4 + 2 * 81 or any(digit not in _VALUES for digit in blurhash):
        return ()
    across, down = _number(blurhash[0]) % 9 + 1, _number(blurhash[0]) // 9 + 1
    if len(blurhash) != 4 + 2 * across * down:
        return ()
    most = (_number(blurhash[1]) + 1) / 166
    waves = [_average(_number(blurhash[2:6]))]
    waves += [_wave(_number(blurhash[at : at + 2]), most) for at in range(6, len(blurhash), 2)]
    return tuple(
        Spot(x, y, _mixed(waves, across, (x + 0.5) / COLUMNS, (y + 0.5) / ROWS))
        for y in range(ROWS)
        for x in range(COLUMNS)
    )


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 83 + _VALUES[digit]
    return value


def _average(value: int) -> tuple[float, float, float]:
    return _linear(value >> 16 & 255), _linear(value >> 8 & 255), _linear(value & 255)


def _wave(value: int, most: float) -> tuple[float, float, float]:
    red, green, blue = (
        copysign(((part - 9) / 9) ** 2, part - 9) * most for part in (value // 361, value // 19 % 19, value % 19)
    )
    return red, green, blue


def _mixed(waves: Sequence[tuple[float, float, float]], across: int, x: float, y: float) -> str:
    """The colour at a place between 0 and 1, as in `#ffcc00`."""
    red = green = blue = 0.0
    for number, wave in enumerate(waves):
        weight = cos(pi * x * (number % across)) * cos(pi * y * (number // across))
        red, green, blue = red + wave[0] * weight, green + wave[1] * weight, blue + wave[2] * weight
    return f"#{_byte(red):02x}{_byte(green):02x}{_byte(blue):02x}"


def _linear(byte: int) -> float:
    share = byte / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _byte(linear: float) -> int:
    value = min(1.0, max(0.0, linear))
    share = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(share * 255)
