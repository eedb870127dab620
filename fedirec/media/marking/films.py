"""Marks in films and sounds of the family of QuickTime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from fedirec.media.marking.marks import Marks, xmp_of
from fedirec.media.marking.pieces import Part, Piece, Unmarkable

_XMP: Final = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac")


def mark_mp4(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """A box with an XMP packet behind everything else, so that nothing in the file moves (XMP part 3, 1.3.2)."""
    if head[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        raise Unmarkable
    at = 0
    while at + 8 <= len(head):  # a last box that reaches to the end, whatever its end is, would swallow ours
        length = int.from_bytes(head[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(head[at + 8 : at + 16], "big")
        if length < 8:
            raise Unmarkable
        at += length
    if at > size:
        raise Unmarkable
    data = _XMP.bytes + xmp_of(marks)
    return Part(0, size), (len(data) + 8).to_bytes(4, "big") + b"uuid" + data
