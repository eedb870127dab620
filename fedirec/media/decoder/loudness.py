"""How loud a sound is from its beginning to its end, for the drawing of a wave."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from fedirec.media.decoder.kinds import LOUDEST

PEAKS: Final = 400
"""How many numbers describe a sound, at most."""
_RATE: Final = 8_000
_WINDOW: Final = 80
"""Samples: a hundredth of a second."""
_QUIET: Final = 330
"""Of 32768, about -40 dB: what stays below all the time is drawn as quiet as it is."""


class Loudness:
    """The loudest moment of each hundredth of a second that was heard so far."""

    def __init__(self) -> None:
        self._resampler = AudioResampler("s16", "mono", _RATE)
        self._rest: array[int] = array("h")
        self._moments: array[int] = array("H")

    def hear(self, frame: AudioFrame | None) -> None:
        """`frame` follows what was heard; None is the end."""
        for piece in self._resampler.resample(frame):
            self._rest.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
        whole = len(self._rest) // _WINDOW * _WINDOW if frame is not None else len(self._rest)
        for start in range(0, whole, _WINDOW):
            window = self._rest[start : start + _WINDOW]
            self._moments.append(max(max(window), -min(window)))
        del self._rest[:whole]

    def peaks(self) -> list[int]:
        """What was heard in PEAKS numbers at most, of which the loudest is LOUDEST."""
        count = min(PEAKS, len(self._moments))
        edges = [number * len(self._moments) // count for number in range(count + 1)] if count else []
        peaks = [max(self._moments[start:stop]) for start, stop in pairwise(edges)]
        loudest = max([_QUIET, *peaks])
        return [min(LOUDEST, round(peak * LOUDEST / loudest)) for peak in peaks]
