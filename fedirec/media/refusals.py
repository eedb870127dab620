"""Why a file is not taken: one sentence for each reason that the decoder knows, with the name of the file in it.

What is kept for later is the reason, with a number of bytes where there is one (`bytes:16000000`); the sentence is made
in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fedirec.errors import Busy, FedirecError, Full, Invalid, TooLarge, WrongType
from fedirec.media.decoder.kinds import Refused
from fedirec.web.language import gettext as _

_Sentence = Callable[[], str]
_SENTENCES: Final[Mapping[str, tuple[type[FedirecError], _Sentence]]] = {
    "empty": (Invalid, lambda: _("“%(name)s” is empty.")),
    "svg": (
        WrongType,
        lambda: _(
            "“%(name)s” is an SVG drawing. Those can carry programs, so they are not taken; please export it as PNG."
        ),
    ),
    "html": (WrongType, lambda: _("“%(name)s” is a web page, not an image, a sound or a film. %(accepted)s")),
    "xml": (WrongType, lambda: _("“%(name)s” is an XML document, not an image, a sound or a film. %(accepted)s")),
    "pdf": (WrongType, lambda: _("“%(name)s” is a PDF document. Please export its pages as PNG or JPEG.")),
    "playlist": (
        WrongType,
        lambda: _("“%(name)s” is a playlist: it only points to other files. Please send the sound or the film itself."),
    ),
    "archive": (
        WrongType,
        lambda: _("“%(name)s” is an archive. Please unpack it and send the files in it. %(accepted)s"),
    ),
    "program": (WrongType, lambda: _("“%(name)s” is a program. %(accepted)s")),
    "picture": (
        WrongType,
        lambda: _("“%(name)s” is an image in a format that browsers do not show. Please save it as PNG or JPEG."),
    ),
    "film": (WrongType, lambda: _("“%(name)s” is a film in a format that is not read here. Please save it as MP4.")),
    "sound": (
        WrongType,
        lambda: _("“%(name)s” is a sound in a format that is not read here. Please save it as WAV or FLAC."),
    ),
    "score": (
        WrongType,
        lambda: _("“%(name)s” is a MIDI file, which holds notes but no sound. Please render it to WAV or FLAC."),
    ),
    "unknown": (WrongType, lambda: _("“%(name)s” is in a format that is not read here. %(accepted)s")),
    "codec": (
        WrongType,
        lambda: _(
            "“%(name)s” is packed in a way that is not read here. Please save it as MP4 (H.264) or, if sound, as MP3."
        ),
    ),
    "nothing": (Invalid, lambda: _("“%(name)s” holds neither sound nor pictures.")),
    "broken": (
        Invalid,
        lambda: _("“%(name)s” cannot be opened: it is damaged, or it is not what its name says. %(accepted)s"),
    ),
    "truncated": (
        Invalid,
        lambda: _("“%(name)s” ends too early: something cut it short. Please send it again from the original."),
    ),
    "pixels": (TooLarge, lambda: _("“%(name)s” has more than 50 million pixels. Please make it smaller.")),
    "wide": (
        TooLarge,
        lambda: _("“%(name)s” is a film wider than 4K. Please save it at 4096 by 2304 pixels or less."),
    ),
    "frames": (
        TooLarge,
        lambda: _(
            "“%(name)s” moves too much: at most 1,000 pictures and 200 million pixels in all. Please save it as MP4."
        ),
    ),
    "long": (TooLarge, lambda: _("“%(name)s” lasts longer than four hours. Please cut it into parts.")),
    "slow": (
        TooLarge,
        lambda: _("“%(name)s” takes too long to read. Please make it shorter, or save it as MP4 (H.264)."),
    ),
    "memory": (TooLarge, lambda: _("“%(name)s” needs too much memory to be opened. Please make it smaller.")),
    "output": (
        TooLarge,
        lambda: _("“%(name)s” grows too large when it is made fit for browsers. Please make it smaller."),
    ),
    "full": (
        Busy,
        lambda: _("There is no space left for “%(name)s” on this instance. Its admin has to make room first."),
    ),
    "bytes": (TooLarge, lambda: _("“%(name)s” is larger than %(limit)s, the most that this instance takes.")),
    "quota": (
        Full,
        lambda: _(
            "There is no room for “%(name)s”: all your files together may have %(limit)s here. "
            "Delete something that you no longer need, or ask whoever runs this instance for more."
        ),
    ),
}
_FAILURES: Final[Mapping[str, _Sentence]] = {
    "slow": lambda: _(
        "“%(name)s” takes too long to be made smaller, so it is shown as it was sent. "
        "Shorter pieces, or MP4 (H.264), play better."
    ),
    "memory": lambda: _("“%(name)s” needs too much memory to be made smaller, so it is shown as it was sent."),
    "full": lambda: _(
        "“%(name)s” is shown as it was sent, because this instance has no space left for smaller versions of it."
    ),
}
REASONS: Final = frozenset(_SENTENCES)


def refusal(reason: str, *, name: str, limit: int = 0) -> FedirecError:
    """The error that tells its sender why the file `name` is not taken, beside the field `file`."""
    error, _sentence = _SENTENCES[reason]
    return error(_said(reason, name=name, limit=limit), field="file")


def refusal_of(refused: Refused, *, name: str) -> FedirecError:
    """The error for what was `refused`."""
    return refusal(refused.reason, name=name, limit=refused.limit)


def noted(refused: Refused) -> str:
    """What is kept of `refused`, for `in_words`."""
    return f"{refused.reason}:{refused.limit}" if refused.limit else refused.reason


def in_words(note: str, *, name: str) -> str:
    """The sentence for a refusal that was `noted`, about the file `name`."""
    reason, _colon, limit = note.partition(":")
    return _said(reason if reason in REASONS else "broken", name=name, limit=int(limit or 0))


def failure_in_words(note: str, *, name: str) -> str:
    """The sentence for a file that was kept and could not be made smaller, for the reason that was `noted`."""
    sentence = _FAILURES.get(note.partition(":")[0])
    words = sentence() if sentence else _("“%(name)s” could not be made smaller, so it is shown as it was sent.")
    return words % {"name": name}


def bytes_in_words(size: int) -> str:
    """`size` bytes as people say it."""
    if size >= 1_000_000_000:
        return _("%(n)s GB") % {"n": f"{size / 1_000_000_000:.3g}"}
    if size >= 100_000:
        return _("%(n)s MB") % {"n": f"{size / 1_000_000:.3g}"}
    return _("%(n)s bytes") % {"n": f"{size:,}"}


def _said(reason: str, *, name: str, limit: int) -> str:
    _error, sentence = _SENTENCES[reason]
    return sentence() % {"name": name, "accepted": _accepted(), "limit": bytes_in_words(limit)}


def _accepted() -> str:
    return _(
        "Images as JPEG, PNG, WebP, AVIF, HEIC or GIF, sound as MP3, M4A, Ogg, FLAC or WAV, and film as MP4, MOV or "
        "WebM are welcome."
    )
