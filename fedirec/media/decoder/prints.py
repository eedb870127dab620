"""What is left of a picture or a sound when it is made small, written anew or a little darker: its print.

A picture has the signs of its 64 slowest waves (a discrete cosine transform), and beside them whether it grows brighter
from each of 72 places to the next. A sound has eight prints, one every five seconds from its first sound on: whether
each of sixteen bands grows faster than the next, at four moments. Prints of what shows hardly anything are not made:
all of them would be alike. Cut, turned and shifted pictures, and sounds that begin elsewhere or at another speed, have
other prints.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from PIL import Image, ImageStat

SIDE: Final = 32
WAVES: Final = 8
_PLAIN: Final = 5.0
"""Standard deviation of brightness up to which a picture shows hardly anything."""
_CLEAR: Final = 100.0
"""How far a wave is from the middle of all where its sign is more than chance."""
_CLEAR_WAVES: Final = 12
"""Waves that are, in a picture that can be told from others: in a gradient or in two halves there are seven at most."""
_COSINES: Final = tuple(
    tuple(math.cos(math.pi * (2 * place + 1) * wave / (2 * SIDE)) for place in range(SIDE)) for wave in range(WAVES)
)

PRINTS: Final = 8
"""Prints of one sound."""
APART: Final = 5.0
"""Seconds between two of them."""
RATE: Final = 8_000
_STEP: Final = 512
"""Samples between two looks, each of which takes in twice as many."""
_LOOKS: Final = 8
"""Looks that make up one moment: half a second."""
_BANDS: Final = 17
_LOWEST, _HIGHEST = 200.0, 3_000.0
"""Hertz."""
_SILENT: Final = 330
"""Of 32768: what comes before the first sample that is louder is left out."""
_SECOND: Final = RATE // _STEP
_LENGTH: Final = int((APART * (PRINTS - 1) + 5.0) * RATE)
"""Samples from the first sound on that are looked at."""
_FEWEST, _MOST = 12, 52
"""Bits that are set in a print that tells anything."""
_LIVELY: Final = 1.0
"""How far apart the bands grow, as a logarithm, at a moment that tells anything: in a tone or a hum it is less."""
_LIVELY_MOMENTS: Final = 2
"""Of the four of a print."""


def picture_print(image: Image.Image) -> tuple[str, str] | None:
    """The print of `image` and what it is held against, in hexadecimal; None for one that shows hardly anything."""
    grey = image.convert("RGBA") if image.mode in ("P", "PA", "LA", "RGBA") else image.convert("L")
    if grey.mode == "RGBA":
        white = Image.new("RGBA", grey.size, "white")
        white.alpha_composite(grey)
        grey = white.convert("L")
    small = grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    if ImageStat.Stat(small).stddev[0] < _PLAIN:
        return None
    pixels = small.tobytes()
    rows = [pixels[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    across = [[sum(map(_times, row, wave)) for wave in _COSINES] for row in rows]
    waves = [sum(across[place][x] * wave[place] for place in range(SIDE)) for wave in _COSINES for x in range(WAVES)]
    middle = sorted(waves[1:])[len(waves) // 2]
    if sum(abs(value - middle) > _CLEAR for value in waves[1:]) < _CLEAR_WAVES:
        return None
    bits = [value > middle for value in waves]
    steps = grey.resize((WAVES + 1, WAVES), Image.Resampling.LANCZOS).tobytes()
    brighter = [
        one < other
        for start in range(0, len(steps), WAVES + 1)
        for one, other in pairwise(steps[start : start + WAVES + 1])
    ]
    return _hex(bits), _hex(brighter)


class SoundPrint:
    """Listens to the beginning of a sound."""

    def __init__(self) -> None:
        self._resampler = AudioResampler("s16", "mono", RATE)
        self._heard: array[int] = array("h")
        self._begun = False

    @property
    def is_enough(self) -> bool:
        """Whether what follows changes nothing."""
        return len(self._heard) >= _LENGTH

    def hear(self, frame: AudioFrame | None) -> None:
        """`frame` follows what was heard; None is the end."""
        for piece in self._resampler.resample(frame):
            samples: array[int] = array("h")
            samples.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
            if not self._begun:
                first = next((place for place, sample in enumerate(samples) if abs(sample) > _SILENT), None)
                if first is None:
                    continue
                self._begun, samples = True, samples[first:]
            self._heard.extend(samples[: max(0, _LENGTH - len(self._heard))])

    def prints(self) -> list[str]:
        """The prints, each at its place; an empty text where there is nothing to tell."""
        looks = [
            _energies(self._heard[start : start + 2 * _STEP])
            for start in range(0, len(self._heard) - 2 * _STEP + 1, _STEP)
        ]
        sums = [list(accumulate((look[band] for look in looks), initial=0.0)) for band in range(_BANDS)]
        return [self._print(sums, round(number * APART * _SECOND), len(looks)) for number in range(PRINTS)]

    def _print(self, sums: Sequence[Sequence[float]], first: int, count: int) -> str:
        bits: list[bool] = []
        lively = 0
        for moment in range(4):
            start = first + moment * _SECOND
            if start + 2 * _LOOKS > count:
                return ""
            before = [each[start + _LOOKS] - each[start] for each in sums]
            after = [each[start + 2 * _LOOKS] - each[start + _LOOKS] for each in sums]
            grown = [_growth(early, late) for early, late in zip(before, after, strict=True)]
            bits += [one > other for one, other in pairwise(grown)]
            lively += max(grown) - min(grown) >= _LIVELY
        return _hex(bits) if lively >= _LIVELY_MOMENTS and _FEWEST <= sum(bits) <= _MOST else ""


def _growth(before: float, after: float) -> float:
    return math.log((after + 1.0) / (before + 1.0))


def _energies(samples: Sequence[int]) -> list[float]:
    """How much of each band is in `samples` (Goertzel)."""
    found = []
    for factor in _FACTORS:
        one = two = 0.0
        for sample in samples:
            one, two = sample + factor * one - two, one
        found.append((one * one + two * two - factor * one * two) / len(samples))
    return found


_FACTORS: Final = tuple(
    2 * math.cos(2 * math.pi * _LOWEST * (_HIGHEST / _LOWEST) ** (band / (_BANDS - 1)) / RATE) for band in range(_BANDS)
)


def _times(pixel: int, factor: float) -> float:
    return pixel * factor


def _hex(bits: Sequence[bool]) -> str:
    return f"{sum(1 << place for place, bit in enumerate(bits) if bit):016x}"
