"""Who made a file and what may be done with it, written into the file when it is saved.

Nothing is decoded or written anew: what was kept stays as it is, byte by byte, and the marks go where its format has
room for them, before, between or after its parts. So the new file is described by pieces, of which any can be sent by
itself. Only files that we have kept and cleaned are marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fedirec.media.marking.films import mark_mp4
from fedirec.media.marking.marks import Marks
from fedirec.media.marking.pictures import mark_gif, mark_jpeg, mark_png, mark_webp
from fedirec.media.marking.pieces import Part, Piece, Unmarkable, length_of
from fedirec.media.marking.sounds import mark_flac, mark_mp3, mark_ogg, mark_wav

HEAD: Final = 1 << 20
"""Bytes from the beginning of a file by which it is marked."""
_BY_TYPE: Final[Mapping[str, Callable[[bytes, int, Marks], Sequence[Piece]]]] = {
    "image/jpeg": mark_jpeg,
    "image/png": mark_png,
    "image/webp": mark_webp,
    "image/gif": mark_gif,
    "audio/mpeg": mark_mp3,
    "audio/flac": mark_flac,
    "audio/wav": mark_wav,
    "audio/ogg": mark_ogg,
    "audio/mp4": mark_mp4,
    "video/mp4": mark_mp4,
    "video/quicktime": mark_mp4,
}
MARKABLE: Final = frozenset(_BY_TYPE)
"""The types of files that have room for marks which programs read."""

__all__ = ("HEAD", "MARKABLE", "Marks", "Part", "Piece", "length_of", "mark")


def mark(media_type: str, head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """The pieces of a marked file: bytes, and parts of the file of `size` bytes that begins with `head`.

    A file that is not as it is expected to be is left as it is.
    """
    try:
        pieces = _BY_TYPE[media_type](head, size, marks)
    except (KeyError, Unmarkable, IndexError, ValueError, OverflowError):
        return (Part(0, size),)
    fits = all(0 <= piece.start <= piece.stop <= size for piece in pieces if isinstance(piece, Part))
    return pieces if fits else (Part(0, size),)
