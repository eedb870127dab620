"""Prints of pictures and sounds: which are alike, and how those are found among very many.

Prints of 64 bits are alike when few bits differ. Cut into four bands, two prints that differ in up to NEAR = 7 bits
have a band that differs in one bit at most: so whoever looks for the 17 spellings of each band (as it is, and with one
bit turned) finds all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NEAR: Final = 7
"""Bits in which two prints of the same thing may differ."""
CHECK: Final = 10
"""The same for what prints of pictures are held against."""
BANDS: Final = 4
_WIDTH: Final = 16
_MASK: Final = (1 << _WIDTH) - 1
SEVERAL: Final = 3
"""Prints of two sounds that have to be alike, each at its place; two where one of them is short."""


def distance(one: str, other: str) -> int:
    """Bits in which two prints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands_of(bits: str) -> tuple[int, ...]:
    """The four parts by which a print is found."""
    whole = int(bits, 16)
    return tuple(whole >> (_WIDTH * number) & _MASK for number in range(BANDS))


def spellings(band: int) -> list[int]:
    """`band` as it is, and with each of its bits turned."""
    return [band, *(band ^ (1 << place) for place in range(_WIDTH))]


def pictures_alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two pictures, by their prints and what those are held against, show the same."""
    return distance(one[0], other[0]) <= NEAR and distance(one[1], other[1]) <= CHECK


def sounds_alike(one: Mapping[int, str], other: Mapping[int, str]) -> bool:
    """Whether two sounds, by their prints at their places, begin alike."""
    both = one.keys() & other.keys()
    wanted = SEVERAL if len(both) > SEVERAL else 2
    near = sum(distance(one[place], other[place]) <= NEAR for place in both)
    return near >= wanted and 2 * near >= len(both)
