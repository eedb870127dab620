"""A melody as from a music box, computed note by note."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from operator import add
from pathlib import Path
from random import Random
from typing import Final, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

RATE: Final = 32_000
_BEAT: Final = 0.5
"""Seconds."""
_CHORDS: Final = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""C major, A minor, F major, G major, in semitones above C."""
_SCALE: Final = (12, 14, 16, 19, 21, 24, 26, 28)
_LATE: Final = 200
"""Samples."""
_C4: Final = 261.6256
_PARTIALS: Final = ((1.0, 0.60, 2.4), (2.0, 0.22, 5.0), (3.01, 0.10, 8.0), (5.43, 0.06, 14.0))
"""Of a struck comb: pitch against the note, loudness, and how fast it fades."""
_CODECS: Final = {
    ".wav": ("pcm_s16le", "wav", None),
    ".flac": ("flac", "flac", 4096),
    ".mp3": ("libmp3lame", "mp3", 1152),
    ".m4a": ("aac", "ipod", 1024),
    ".ogg": ("libopus", "ogg", 960),
}


def make_melody(path: Path, *, seconds: float = 9.0, seed: int = 1) -> Path:
    """`path` holds a melody of so many seconds; WAV, FLAC, MP3, M4A or Ogg (Opus) by its ending."""
    samples = compose(seconds, seed=seed)
    codec, form, frame_size = _CODECS[path.suffix.lower()]
    rate = 48_000 if codec == "libopus" else RATE
    with av.open(str(path), "w", format=form) as output:
        stream = cast("AudioStream", output.add_stream(codec, rate=rate))
        stream.layout = "stereo"
        if codec not in ("pcm_s16le", "flac"):
            stream.bit_rate = 160_000
        resampler = AudioResampler(stream.format, "stereo", rate, frame_size=frame_size)
        for frame in (*frames_of(samples), None):
            for piece in resampler.resample(frame):
                output.mux(stream.encode(piece))
        output.mux(stream.encode())
    return path


def frames_of(samples: array[int]) -> Iterator[AudioFrame]:
    """Interleaved stereo samples, as FFmpeg takes them."""
    size = 4096
    for start in range(0, len(samples), 2 * size):
        piece = samples[start : start + 2 * size]
        frame = AudioFrame(format="s16", layout="stereo", samples=len(piece) // 2)
        frame.sample_rate = RATE
        frame.pts = start // 2
        frame.time_base = Fraction(1, RATE)
        frame.planes[0].update(piece.tobytes())
        yield frame


def compose(seconds: float, *, seed: int = 1) -> array[int]:
    """A melody as interleaved stereo samples."""
    random = Random(seed)  # noqa: S311  (notes, not secrets)
    length = int(seconds * RATE)
    low, high = array("d", bytes(8 * length)), array("d", bytes(8 * length))
    notes: dict[int, array[float]] = {}
    step = 3
    for beat in range(max(1, int((seconds - 2.0) / _BEAT))):
        chord = _CHORDS[beat // 4 % len(_CHORDS)]
        tones = [chord[beat % 3]]
        if beat % 2 == 0 or random.random() < 0.4:
            step = min(len(_SCALE) - 1, max(0, step + random.choice((-2, -1, -1, 1, 1, 2))))
            tones.append(_SCALE[step])
        for tone in tones:
            note = notes.setdefault(tone, _note(tone))
            start = int(beat * _BEAT * RATE)
            _mix(low if tone < 12 else high, note, at=start)
    _mix(low, _note(chord[0]), at=max(0, length - int(2.0 * RATE)))
    _mix(high, _note(chord[0] + 12), at=max(0, length - int(2.0 * RATE)))
    return _interleave(low, high)


def _note(tone: int) -> array[float]:
    pitch = _C4 * 2 ** (tone / 12)
    length = int(2.2 * RATE)
    note = array("d", bytes(8 * length))
    for times, loud, fade in _PARTIALS:
        heard = min(length, int(7 / fade * RATE))
        # A damped sine by its recurrence: two multiplications a sample instead of a sine and an exponential.
        turn = math.tau * pitch * times / RATE
        decay = math.exp(-fade / RATE)
        first, second = 2 * decay * math.cos(turn), decay * decay
        before, value = 0.0, loud * decay * math.sin(turn)
        wave = [0.0, value]
        for _ in range(heard - 2):
            before, value = value, first * value - second * before
            wave.append(value)
        note[:heard] = array("d", map(add, note[:heard], wave))
    for at in range(60):
        note[at] *= at / 60
    return note


def _mix(voice: array[float], note: array[float], *, at: int) -> None:
    room = min(len(note), len(voice) - at)
    if room > 0:
        voice[at : at + room] = array("d", map(add, voice[at : at + room], note))


def _interleave(low: array[float], high: array[float]) -> array[int]:
    """Both voices in stereo: the low one more to the left and the high one, a little later, more to the right."""
    late = array("d", bytes(8 * _LATE)) + high[:-_LATE]
    left = [0.9 * one + 0.6 * other for one, other in zip(low, high, strict=True)]
    right = [0.6 * one + 0.9 * other for one, other in zip(low, late, strict=True)]
    scale = 26_000 / max(max(left), -min(left), max(right), -min(right), 1e-9)
    samples = array("h", bytes(4 * len(low)))
    samples[0::2] = array("h", [int(value * scale) for value in left])
    samples[1::2] = array("h", [int(value * scale) for value in right])
    return samples
