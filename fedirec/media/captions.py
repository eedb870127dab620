"""The words of a sound or a film with their times, in WebVTT (w3.org/TR/webvtt1), read strictly and written plainly.

What is written is times and text: no styles, regions, settings or notes, no tags, and nothing that a player could take
for one. Pure rules.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.errors import Invalid, TooLarge
from fedirec.web.language import gettext as _

MAX_BYTES: Final = 500_000
MAX_CUES: Final = 5_000
MAX_CUE: Final = 1_000
"""Characters of one cue."""
_MAX_WRITTEN: Final = 4 * MAX_CUE
"""The same with its markup."""
MAX_TIME: Final = 24 * 3_600_000
"""Milliseconds."""
_TIME: Final = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES: Final = re.compile(rf"[ \t]*{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_SPEAKER: Final = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]{1,9}([^<>]{1,100})>")
_TAG: Final = re.compile(r"</?[A-Za-z0-9][^<>]*>|</>|<\.[^<>]*>")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_ARROW: Final = "-->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is said from one moment to another, in milliseconds from the beginning."""

    start_ms: int
    end_ms: int
    text: str


def read_captions(data: bytes) -> list[Cue]:
    """What is said in the WebVTT file `data`, in the order in which it is.

    Raises Invalid or TooLarge with a sentence that says what is wrong and in which line.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(_("These captions are larger than 500 kB."), field="captions")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("These captions are not written in UTF-8. Please save them so."), field="captions") from error
    lines = text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise Invalid(_("This is no WebVTT file: its first line has to be WEBVTT."), field="captions")
    cues: list[Cue] = []
    at = 1
    while at < len(lines):
        stop = at
        while stop < len(lines) and lines[stop].strip():
            stop += 1
        if cue := _find_cue(lines[at:stop], line=at + 1):
            cues.append(cue)
        if len(cues) > MAX_CUES:
            raise TooLarge(_("These captions have more than 5,000 parts."), field="captions")
        at = stop + 1
    if not cues:
        raise Invalid(_("There are no captions in this file."), field="captions")
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def write_captions(cues: Sequence[Cue]) -> bytes:
    """`cues` as a WebVTT file."""
    blocks = ["WEBVTT", *(f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{_escaped(cue.text)}" for cue in cues)]
    return ("\n\n".join(blocks) + "\n").encode()


def clean_language(tag: str) -> str:
    """`tag` as languages are tagged (BCP 47), such as `de` or `pt-BR`. Raises Invalid."""
    first, hyphen, rest = tag.strip().replace("_", "-").partition("-")
    tag = first.lower() + hyphen + rest
    if not _LANGUAGE.fullmatch(tag):
        raise Invalid(_("Please choose the language of the captions."), field="language")
    return tag


def _find_cue(block: Sequence[str], *, line: int) -> Cue | None:
    """What `block`, which begins in `line`, says, or None when it is a note, a style or nothing."""
    place = next((index for index, text in enumerate(block[:2]) if _ARROW in text), None)
    if place is None:
        return None
    times = _TIMES.fullmatch(block[place])
    if times is None:
        raise Invalid(
            _("The times in line %(n)s cannot be read. They look like 00:01:02.500 --> 00:01:04.000.")
            % {"n": line + place},
            field="captions",
        )
    start, end = _milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:])
    if not start < end <= MAX_TIME:
        raise Invalid(_("What begins in line %(n)s ends before it begins.") % {"n": line + place}, field="captions")
    if any(_ARROW in text for text in block[place + 1 :]):
        raise Invalid(_("An empty line is missing after line %(n)s.") % {"n": line + place}, field="captions")
    written = block[place + 1 :]
    # What is far too long is not even read: tags and accents piled up by the thousand take minutes.
    text = None if sum(map(len, written)) > _MAX_WRITTEN else _plain(written)
    if text is None or len(text) > MAX_CUE:
        raise TooLarge(
            _("What begins in line %(n)s has more than 1,000 characters.") % {"n": line + place}, field="captions"
        )
    return Cue(start_ms=start, end_ms=end, text=text) if text else None


def _plain(lines: Sequence[str]) -> str:
    """What is to be read, without tags. Who speaks stands in front of it."""
    said = _TAG.sub("", _SPEAKER.sub(r"\1: ", "\n".join(lines)))
    said = html.unescape(said)
    # Controls and formats (Cc, Cf, …) are not seen, but for the marks that say in which direction a word is written.
    kept = "".join(
        char for char in said if char in "\n\u200e\u200f\u200c\u200d" or unicodedata.category(char)[0] != "C"
    )
    shown = (" ".join(line.split()) for line in unicodedata.normalize("NFC", kept).split("\n"))
    return "\n".join(line for line in shown if line)


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
