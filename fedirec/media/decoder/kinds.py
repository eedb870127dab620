"""What a file is by its first bytes: one of the few families that are read here, or something with a name of its own.

The bytes decide, never the name of the file nor what the sender calls it. Only comparisons happen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

HEAD: Final = 4096
"""Bytes from the beginning that are enough to tell."""


SIZES: Final[Mapping[str, int]] = {"small": 320, "medium": 640, "large": 1280}
"""The sizes in which pages show an image, with their longer side in pixels."""
LOUDEST: Final = 255
"""What the loudest moment of a sound is drawn with."""


class Kind(StrEnum):
    """What a file is to those who use it."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


Family = Literal["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "mov", "matroska", "ogg", "flac", "wav", "mpeg"]
IMAGES: Final[frozenset[Family]] = frozenset({"JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"})
SOUNDS: Final[frozenset[Family]] = frozenset({"flac", "wav", "mpeg"})
"""Families that never hold a film."""


class Refused(Exception):
    """The file is not taken; `reason` is a key of `fedirec.media.refusals`, `limit` the bytes that it speaks of."""

    def __init__(self, reason: str, *, limit: int = 0) -> None:
        self.reason, self.limit = reason, limit
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form in which files are kept."""

    kind: Kind
    extension: str
    families: frozenset[Family]


FORMS: Final[Mapping[str, Form]] = {
    "image/jpeg": Form(kind=Kind.IMAGE, extension="jpg", families=frozenset({"JPEG"})),
    "image/png": Form(kind=Kind.IMAGE, extension="png", families=frozenset({"PNG"})),
    "image/gif": Form(kind=Kind.IMAGE, extension="gif", families=frozenset({"GIF"})),
    "image/webp": Form(kind=Kind.IMAGE, extension="webp", families=frozenset({"WEBP"})),
    "audio/mpeg": Form(kind=Kind.AUDIO, extension="mp3", families=frozenset({"mpeg"})),
    "audio/mp4": Form(kind=Kind.AUDIO, extension="m4a", families=frozenset({"mov"})),
    "audio/ogg": Form(kind=Kind.AUDIO, extension="ogg", families=frozenset({"ogg"})),
    "audio/flac": Form(kind=Kind.AUDIO, extension="flac", families=frozenset({"flac"})),
    "audio/wav": Form(kind=Kind.AUDIO, extension="wav", families=frozenset({"wav"})),
    "video/mp4": Form(kind=Kind.VIDEO, extension="mp4", families=frozenset({"mov"})),
    "video/quicktime": Form(kind=Kind.VIDEO, extension="mov", families=frozenset({"mov"})),
    "video/webm": Form(kind=Kind.VIDEO, extension="webm", families=frozenset({"matroska"})),
}
"""What can be kept, by media type: Mastodon takes all of it, and what browsers do not play has a rendition."""

_STRANGERS: Final = (
    (b"%PDF", "pdf"),
    (b"#EXTM3U", "playlist"),
    (b"ffconcat", "playlist"),
    (b"[playlist]", "playlist"),
    (b"v=0\r\n", "playlist"),
    (b"v=0\n", "playlist"),
    (b"PK\x03\x04", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"8BPS", "picture"),
    (b"BM", "picture"),
    (b"gimp xcf", "picture"),
    (b"\x30\x26\xb2\x75", "film"),
    (b"FLV", "film"),
    (b"\x00\x00\x01\xba", "film"),
    (b"MThd", "score"),
    (b"FORM", "sound"),
)
_HEIF: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def family_of(head: bytes) -> Family:
    """What the file that begins with `head` claims to be. Raises Refused for everything that is not read here."""
    if not head:
        raise Refused("empty")
    if family := _family(head):
        return family
    for beginning, reason in _STRANGERS:
        if head.startswith(beginning):
            raise Refused(reason)
    raise Refused(_reason_for_text(head))


def _family(head: bytes) -> Family | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF"):
        return _family_of_riff(head[8:12])
    if head[4:8] == b"ftyp":
        return _family_of_brands(head)
    if head[4:8] in _OLD_QUICKTIME:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return "mpeg"
    return None


def _family_of_riff(form: bytes) -> Family:
    if form == b"WEBP":
        return "WEBP"
    if form == b"WAVE":
        return "wav"
    raise Refused("film" if form == b"AVI " else "unknown")


def _family_of_brands(head: bytes) -> Family:
    length = int.from_bytes(head[:4], "big")
    brands = {head[at : at + 4] for at in (8, *range(16, min(length, len(head), 256), 4))}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & _HEIF:
        return "HEIF"
    return "mov"


def _reason_for_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in text:
        return "svg"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")) or b"<html" in text:
        return "html"
    if text.startswith(b"<"):
        return "xml"
    return "unknown"
