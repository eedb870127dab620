"""Why a file is not taken: one sentence for each reason that the decoder knows, with the name of the file in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.errors import Busy, FedirecError, Invalid, TooLarge, WrongType

_ACCEPTED: Final = (
    "Images as JPEG, PNG, WebP, AVIF or GIF, sound as MP3, M4A, Ogg, FLAC or WAV, and film as MP4, MOV or WebM "
    "are welcome."
)
_SENTENCES: Final[Mapping[str, tuple[type[FedirecError], str]]] = {
    "empty": (Invalid, "“{name}” is empty."),
    "svg": (
        WrongType,
        "“{name}” is an SVG drawing. Those can carry programs, so they are not taken; please export it as PNG.",
    ),
    "html": (WrongType, "“{name}” is a web page, not an image, a sound or a film. {accepted}"),
    "xml": (WrongType, "“{name}” is an XML document, not an image, a sound or a film. {accepted}"),
    "pdf": (WrongType, "“{name}” is a PDF document. Please export its pages as PNG or JPEG."),
    "playlist": (
        WrongType,
        "“{name}” is a playlist: it only points to other files. Please send the sound or the film itself.",
    ),
    "archive": (WrongType, "“{name}” is an archive. Please unpack it and send the files in it. {accepted}"),
    "program": (WrongType, "“{name}” is a program. {accepted}"),
    "heic": (WrongType, "“{name}” is an HEIC photograph, which few browsers can show. Please save it as JPEG."),
    "picture": (
        WrongType,
        "“{name}” is an image in a format that browsers do not show. Please save it as PNG or JPEG.",
    ),
    "film": (WrongType, "“{name}” is a film in a format that is not read here. Please save it as MP4."),
    "sound": (WrongType, "“{name}” is a sound in a format that is not read here. Please save it as WAV or FLAC."),
    "score": (WrongType, "“{name}” is a MIDI file, which holds notes but no sound. Please render it to WAV or FLAC."),
    "unknown": (WrongType, "“{name}” is in a format that is not read here. {accepted}"),
    "codec": (
        WrongType,
        "“{name}” is packed in a way that is not read here. Please save it as MP4 (H.264) or, if sound, as MP3.",
    ),
    "nothing": (Invalid, "“{name}” holds neither sound nor pictures."),
    "broken": (Invalid, "“{name}” cannot be opened: it is damaged, or it is not what its name says. {accepted}"),
    "truncated": (Invalid, "“{name}” ends too early: something cut it short. Please send it again from the original."),
    "pixels": (TooLarge, "“{name}” has more than 50 million pixels. Please make it smaller."),
    "wide": (TooLarge, "“{name}” is a film wider than 4K. Please save it at 4096 by 2304 pixels or less."),
    "frames": (
        TooLarge,
        "“{name}” moves too much: at most 1,000 pictures and 200 million pixels in all. Please save it as MP4.",
    ),
    "long": (TooLarge, "“{name}” lasts longer than four hours. Please cut it into parts."),
    "slow": (TooLarge, "“{name}” takes too long to read. Please make it shorter, or save it as MP4 (H.264)."),
    "memory": (TooLarge, "“{name}” needs too much memory to be opened. Please make it smaller."),
    "output": (TooLarge, "“{name}” grows too large when it is made fit for browsers. Please make it smaller."),
    "full": (Busy, "There is no space left for “{name}” on this instance. Its admin has to make room first."),
}
REASONS: Final = frozenset(_SENTENCES)


def refusal(reason: str, *, name: str) -> FedirecError:
    """The error that tells its sender why the file `name` is not taken, beside the field `file`."""
    error, sentence = _SENTENCES[reason]
    return error(sentence.format(name=name, accepted=_ACCEPTED), field="file")


def too_many_bytes(*, name: str, limit: int) -> FedirecError:
    """The error for a file of more than `limit` bytes."""
    return TooLarge(f"“{name}” is larger than {_megabytes(limit)}, the most that this instance takes.", field="file")


def _megabytes(limit: int) -> str:
    return f"{limit / 1_000_000:g} MB" if limit >= 100_000 else f"{limit:,} bytes"
