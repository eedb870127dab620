"""Marks in pictures: beside the pixels, which stay as they are."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from fedirec.media.marking.marks import Marks, xmp_of
from fedirec.media.marking.pieces import Part, Piece, Unmarkable

_SEGMENT: Final = 65_533
"""Bytes that one segment of a JPEG holds."""
_XMP_IN_JPEG: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_IN_PNG: Final = b"XML:com.adobe.xmp"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HAS_XMP: Final = 0x04
_HAS_ALPHA: Final = 0x10


def mark_jpeg(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """An XMP segment and a comment behind the first segment (ISO/IEC 10918-1, annex B; XMP part 3, 1.1.3)."""
    if head[:2] != b"\xff\xd8":
        raise Unmarkable
    at = 2
    if head[2:4] == b"\xff\xe0":  # JFIF stands first
        at = 4 + int.from_bytes(head[4:6], "big")
    if head[at] != 0xFF:
        raise Unmarkable
    xmp = _XMP_IN_JPEG + xmp_of(marks)
    segments = b"" if len(xmp) > _SEGMENT else _segment(0xE1, xmp)
    said = "\n".join(value for _name, value in marks.lines).encode()
    segments += _segment(0xFE, said[:_SEGMENT])
    return Part(0, at), segments, Part(at, size)


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data


def mark_png(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """Texts behind the header, one of them an XMP packet (PNG, third edition, 11.3.3)."""
    if head[:8] != _SIGNATURE or head[12:16] != b"IHDR":
        raise Unmarkable
    at = 8 + 4 + 4 + 13 + 4
    names = {"TITLE": "Title", "ARTIST": "Author", "COPYRIGHT": "Copyright", "DESCRIPTION": "Description"}
    told = [(names[name].encode(), value.encode()) for name, value in marks.lines if name in names]
    chunks = b"".join(_international(keyword, text) for keyword, text in ((_XMP_IN_PNG, xmp_of(marks)), *told))
    return Part(0, at), chunks, Part(at, size)


def _international(keyword: bytes, text: bytes) -> bytes:
    data = b"iTXt" + keyword + b"\0\0\0\0\0" + text
    return (len(data) - 4).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")


def mark_webp(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """An XMP chunk at the end, and a header that speaks of it (RFC 9649, 2.7)."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        raise Unmarkable
    end = 8 + int.from_bytes(head[4:8], "little")
    if end > size:
        raise Unmarkable
    xmp = _chunk(b"XMP ", xmp_of(marks))
    if head[12:16] == b"VP8X":
        flags, canvas, at = head[20] | _HAS_XMP, head[24:30], 30
    else:
        if not 0 < marks.width <= 1 << 24 or not 0 < marks.height <= 1 << 24:
            raise Unmarkable
        is_clear = head[12:16] == b"VP8L" and bool(head[24] & 0x10)  # the bit behind 2 times 14 bits of size
        flags, at = _HAS_XMP | (_HAS_ALPHA if is_clear else 0), 12
        canvas = (marks.width - 1).to_bytes(3, "little") + (marks.height - 1).to_bytes(3, "little")
    header = _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + canvas)
    length = 4 + len(header) + (end - at) + end % 2 + len(xmp)
    return b"RIFF" + length.to_bytes(4, "little") + b"WEBP" + header, Part(at, end), b"\0" * (end % 2) + xmp


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def mark_gif(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """A comment before the first picture (GIF89a, 24)."""
    if head[:6] not in (b"GIF87a", b"GIF89a"):
        raise Unmarkable
    flags = head[10]
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    if at > len(head):
        raise Unmarkable
    said = "\n".join(value for _name, value in marks.lines).encode()
    blocks = b"".join(
        bytes((len(said[start : start + 255]),)) + said[start : start + 255] for start in range(0, len(said), 255)
    )
    return b"GIF89a", Part(6, at), b"\x21\xfe" + blocks + b"\0", Part(at, size)
