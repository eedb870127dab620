"""What a child answered about a file, as far as it is true.

It is checked like anything else from outside: the child has read what a stranger wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from fedirec.media.content import head_of
from fedirec.media.decoder.kinds import FORMS, LOUDEST, SIZES, Form, Kind, Refused, family_of

PRINTS: Final = 8
"""Prints of one sound; the child makes as many (`decoder.prints`), and this process loads none of what it needs."""
log = structlog.stdlib.get_logger(__name__)

_MAX_SIDE: Final = 100_000
_MOST_PEAKS: Final = 1_000
_BLURHASH: Final = re.compile(r"[0-9A-Za-z#$%*+,.:;=?@\[\]^_{|}~-]{6,100}")
_PRINT: Final = re.compile(r"(?:[0-9a-f]{16})?")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_PLAYS: Final = {"video/mp4": "film", "audio/mp4": "sound"}
"""What the rendition is called that plays everywhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A file that is what it says it is, cleaned, still in the folder where it was made."""

    media_type: str
    width: int | None
    height: int | None
    duration_ms: int | None
    master: Path
    poster: Path | None
    blurhash: str | None = None
    colour: str | None = None
    peaks: list[int] | None = None
    """How loud it is, where the whole of it was read."""

    @property
    def form(self) -> Form:
        return FORMS[self.media_type]

    @property
    def kind(self) -> Kind:
        return self.form.kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """Something that was made of a file, still in the folder where it was made."""

    name: str
    media_type: str
    extension: str
    path: Path
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """What pages show of a file."""

    renditions: Sequence[Made]
    peaks: list[int] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prints:
    """What is left of a file when it is made small or written anew."""

    picture: tuple[str, str] | None
    """The print, and what it is held against."""
    sound: Sequence[str]
    """Prints at their places; an empty text where there is nothing to tell."""


def believe(said: dict[str, Any], master: Path, poster: Path) -> Decoded:
    """The child's answer, as far as it is true."""
    try:
        decoded = Decoded(
            media_type=said["media_type"],
            width=_whole(said["width"], most=_MAX_SIDE),
            height=_whole(said["height"], most=_MAX_SIDE),
            duration_ms=_whole(said["duration_ms"], most=24 * 3_600_000),
            master=master,
            poster=poster if poster.stat().st_size else None,
            blurhash=_text(said["blurhash"], _BLURHASH),
            colour=_text(said["colour"], _COLOUR),
            peaks=_loudness(said["peaks"]),
        )
        if family_of(head_of(master)) not in decoded.form.families:
            raise Refused("broken")
        if decoded.poster and family_of(head_of(poster)) != "JPEG":
            raise Refused("broken")
    except (ValueError, KeyError, TypeError) as error:
        log.warning("the decoder said something strange", answer=str(said)[:200])
        raise Refused("broken") from error
    return decoded


def believe_renditions(said: dict[str, Any], folder: Path) -> Rendered:
    """The child's answer, as far as it is true."""
    try:
        made = [
            Made(
                name=name,
                media_type="image/webp",
                extension=f"{name}.webp",
                path=folder / name,
                width=_whole(size["width"], most=_MAX_SIDE),
                height=_whole(size["height"], most=_MAX_SIDE),
            )
            for name, size in said["sizes"].items()
            if name in SIZES
        ]
        if play := said["play"]:
            name = _PLAYS[play["media_type"]]
            made.append(
                Made(
                    name=name,
                    media_type=play["media_type"],
                    extension=f"{name}.{FORMS[play['media_type']].extension}",
                    path=folder / "play",
                    width=_whole(play["width"], most=_MAX_SIDE),
                    height=_whole(play["height"], most=_MAX_SIDE),
                    duration_ms=_whole(play["duration_ms"], most=24 * 3_600_000),
                )
            )
        for each in made:
            if family_of(head_of(each.path)) not in FORMS[each.media_type].families:
                raise Refused("broken")
        peaks = _loudness(said["peaks"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the decoder said something strange", answer=str(said)[:200])
        raise Refused("broken") from error
    return Rendered(renditions=made, peaks=peaks)


def believe_prints(said: dict[str, Any]) -> Prints:
    """The child's answer, as far as it is true."""
    try:
        picture = said["picture"]
        if picture is not None:
            bits, check = (_text(each, _PRINT) or "" for each in picture)
            picture = (bits, check)
        return Prints(picture=picture, sound=[_text(each, _PRINT) or "" for each in said["sound"][:PRINTS]])
    except (ValueError, KeyError, TypeError) as error:
        log.warning("the decoder said something strange", answer=str(said)[:200])
        raise Refused("broken") from error


def _loudness(value: Any) -> list[int] | None:
    return None if value is None else [_whole(peak, most=LOUDEST) or 0 for peak in value[:_MOST_PEAKS]]


def _text(value: Any, pattern: re.Pattern[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _whole(value: Any, *, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(value)
    return value
