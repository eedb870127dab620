"""What a marked file is put together of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias


class Unmarkable(Exception):
    """The file has no room for marks, or is not as it should be."""


class Part(NamedTuple):
    """The bytes of the kept file from `start` up to, not including, `stop`."""

    start: int
    stop: int


Piece: TypeAlias = bytes | Part


def length_of(pieces: Sequence[Piece]) -> int:
    """How many bytes the file has that is put together of `pieces`."""
    return sum(len(piece) if isinstance(piece, bytes) else piece.stop - piece.start for piece in pieces)


def cut(pieces: Sequence[Piece], start: int, stop: int) -> list[Piece]:
    """What of `pieces` lies between two places of the file that is put together of them."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        length = length_of([piece])
        first, last = max(start - at, 0), min(stop - at, length)
        if first < last:
            found.append(
                piece[first:last] if isinstance(piece, bytes) else Part(piece.start + first, piece.start + last)
            )
        at += length
    return found
