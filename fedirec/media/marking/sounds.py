"""Marks in sounds: beside the sound, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fedirec.media.marking.marks import Marks
from fedirec.media.marking.pieces import Part, Piece, Unmarkable

_ID3: Final = {"TITLE": "TIT2", "ARTIST": "TPE1", "COPYRIGHT": "TCOP", "LICENSE": "WCOP", "CONTACT": "WOAF"}
_INFO: Final = {"TITLE": b"INAM", "ARTIST": b"IART", "COPYRIGHT": b"ICOP", "DESCRIPTION": b"ICMT"}
_COMMENTS: Final = 4
_VENDOR: Final = b"fedirec"
_MOST_BLOCKS: Final = 200
_LACES: Final = 255


def mark_mp3(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """A tag in front (ID3v2.4)."""
    if head[:3] == b"ID3" or not (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0):
        raise Unmarkable
    frames = b""
    for name, value in marks.lines:
        if name == "DESCRIPTION":
            frames += _frame("COMM", b"\x03und\0" + value.encode())
        elif (kind := _ID3[name]).startswith("W"):  # addresses are ISO 8859-1 and nothing else
            frames += _frame(kind, value.encode("latin-1", "ignore"))
        else:
            frames += _frame(kind, b"\x03" + value.encode())
    return b"ID3\x04\0\0" + _synchsafe(len(frames)) + frames, Part(0, size)


def _frame(kind: str, data: bytes) -> bytes:
    return kind.encode() + _synchsafe(len(data)) + b"\0\0" + data


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def mark_flac(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """A block of comments behind the first block, in the place of any other (RFC 9639, 8.6)."""
    if head[:4] != b"fLaC":
        raise Unmarkable
    blocks: list[tuple[int, int, int]] = []  # kind, from, to
    at, is_last = 4, False
    while not is_last:
        is_last, kind = bool(head[at] & 0x80), head[at] & 0x7F
        end = at + 4 + int.from_bytes(head[at + 1 : at + 4], "big")
        if end > len(head) or len(blocks) > _MOST_BLOCKS:
            raise Unmarkable
        blocks.append((kind, at, end))
        at = end
    if not blocks or blocks[0][0] != 0:
        raise Unmarkable
    comments = _comments(marks)
    kept = [(kind, head[first + 4 : last]) for kind, first, last in blocks if kind != _COMMENTS]
    written = [kept[0], (_COMMENTS, comments), *kept[1:]]
    packed = b"".join(
        bytes((kind | (0x80 if number == len(written) else 0),)) + len(data).to_bytes(3, "big") + data
        for number, (kind, data) in enumerate(written, 1)
    )
    return b"fLaC" + packed, Part(at, size)


def _comments(marks: Marks) -> bytes:
    """The marks as Vorbis comments."""
    told = [f"{name}={value}".encode() for name, value in marks.lines]
    fields = b"".join(len(each).to_bytes(4, "little") + each for each in told)
    return len(_VENDOR).to_bytes(4, "little") + _VENDOR + len(told).to_bytes(4, "little") + fields


def mark_wav(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """A list of facts at the end (Multimedia Programming Interface 1.0, RIFF INFO)."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise Unmarkable
    end = 8 + int.from_bytes(head[4:8], "little")
    if end != size and end + 1 != size:
        raise Unmarkable
    facts = b"INFO"
    for name, value in marks.lines:
        if name in _INFO:
            text = value.encode() + b"\0"
            facts += _INFO[name] + len(text).to_bytes(4, "little") + text + b"\0" * (len(text) % 2)
    padding = b"\0" * (size % 2)
    added = padding + b"LIST" + len(facts).to_bytes(4, "little") + facts
    length = size - 8 + len(added)
    if length >= 1 << 32:
        raise Unmarkable
    return head[:4] + length.to_bytes(4, "little"), Part(8, size), added


def mark_ogg(head: bytes, size: int, marks: Marks) -> Sequence[Piece]:
    """Comments in the place of those in the headers, on as many pages as before (RFC 3533; RFC 7845, 5.2)."""
    pages = _pages(head)
    first = next(pages, None)
    if first is None:
        raise Unmarkable
    comments = _comments(marks)
    if first.body.startswith(b"OpusHead"):
        headers, start, ending = 1, b"OpusTags", b""
    elif first.body.startswith(b"\x01vorbis"):
        headers, start, ending = 2, b"\x03vorbis", b"\x01"
    else:
        raise Unmarkable
    used: list[_Page] = []
    packets: list[bytes] = []
    packet = b""
    while len(packets) < headers:
        page = next(pages, None)
        if page is None or page.serial != first.serial:
            raise Unmarkable
        used.append(page)
        at = 0
        for lace in page.laces:
            packet += page.body[at : at + lace]
            at += lace
            if lace < _LACES:
                packets.append(packet)
                packet = b""
    if packet or len(packets) != headers or not packets[0].startswith(start):
        raise Unmarkable
    packets[0] = start + comments + ending
    return Part(0, first.end), _paged(packets, used), Part(used[-1].end, size)


class _Page:
    """A page of an Ogg file that lies in `head`, at `at`."""

    def __init__(self, head: bytes, at: int) -> None:
        if head[at : at + 4] != b"OggS" or at + 27 > len(head):
            raise Unmarkable
        self.serial = head[at + 14 : at + 18]
        self.number = int.from_bytes(head[at + 18 : at + 22], "little")
        count = head[at + 26]
        self.laces = head[at + 27 : at + 27 + count]
        start = at + 27 + count
        self.end = start + sum(self.laces)
        if self.end > len(head):
            raise Unmarkable
        self.body = head[start : self.end]


def _pages(head: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(head):
        page = _Page(head, at)
        yield page
        at = page.end


def _paged(packets: Sequence[bytes], pages: Sequence[_Page]) -> bytes:
    """`packets` on as many pages as there were, with their numbers."""
    laces = b"".join(b"\xff" * (len(packet) // _LACES) + bytes((len(packet) % _LACES,)) for packet in packets)
    body = b"".join(packets)
    count = len(pages)
    if len(laces) > count * _LACES or len(laces) < count:
        raise Unmarkable
    share = -(-len(laces) // count)
    written, place, at = b"", 0, 0
    for number, page in enumerate(pages):
        mine = laces[place : place + min(share, len(laces) - place - (count - number - 1))]
        length = sum(mine)
        is_continued = place > 0 and laces[place - 1] == _LACES
        ends_packet = any(lace < _LACES for lace in mine)
        granule = bytes(8) if ends_packet else b"\xff" * 8
        head = b"OggS\0" + bytes((1 if is_continued else 0,)) + granule + page.serial
        head += page.number.to_bytes(4, "little") + bytes(4) + bytes((len(mine),)) + mine
        data = head + body[at : at + length]
        written += data[:22] + _checksum(data).to_bytes(4, "little") + data[26:]
        place, at = place + len(mine), at + length
    return written


def _table() -> tuple[int, ...]:
    found = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
        found.append(value)
    return tuple(found)


_CHECKSUMS: Final = _table()


def _checksum(data: bytes) -> int:
    """CRC-32 as in RFC 3533, section 6: not reflected, begun with zero."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _CHECKSUMS[value >> 24 ^ byte]
    return value
