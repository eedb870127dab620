"""Places in a sound or a film, as people write them: 0:42, or 1:02:03."""

from __future__ import annotations

import re
from typing import Final

_LOOKED_AT: Final = 16_000
"""Characters in which the people and the place at the beginning are looked for."""

_CLOCK: Final = r"(?:(?:(?P<hours>\d{1,2}):)?(?P<minutes>[0-5]?\d)|(?P<long>[6-9]\d)):(?P<seconds>[0-5]\d)"
_TYPED: Final = re.compile(_CLOCK, re.ASCII)
_NOT_A_TIME_OF_DAY: Final = r"(?![:\d]|[.,]\d)(?!(?:\s|&nbsp;)*(?:[ap]\.?\s?m\b|uhr\b|h\b|o\W?clock\b))"
_MENTION: Final = (
    r"(?:<span[^<>]{0,200}+>)?<a (?:[a-z]+=\"[^\"<>]{0,2048}+\" ){0,4}class=\"(?:[\w-]+ ){0,4}mention\b[^<>]{0,300}+>"
    r"[^<]{0,300}+(?:<span[^<>]{0,200}+>[^<]{0,300}+</span>[^<]{0,300}+)?</a>(?:</span>)?"
)
_LEADING: Final = re.compile(
    rf"(?P<before>\s*+(?:<p[^<>]*>)?\s*(?:{_MENTION}(?:\s|&nbsp;|<br>)*){{0,16}}+)"
    rf"(?:<a [^<>]*>(?P<linked>{_CLOCK.replace('?P<', '?P<linked_')})</a>|[\[(]?@?(?P<bare>{_CLOCK})[\])]?)"
    rf"{_NOT_A_TIME_OF_DAY}\s*(?:[:\u2013\u2014-]\s+)?",
    re.ASCII | re.IGNORECASE,
)


def clock(milliseconds: int) -> str:
    """The place as people write it, to the second: 42500 is 0:42."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def find_moment(text: str) -> int | None:
    """The milliseconds that somebody typed as 0:42 or 1:02:03, or None when that is no place in anything."""
    match = _TYPED.fullmatch(text.strip())
    return _milliseconds(match, "") if match else None


def split_moment(html: str) -> tuple[int | None, str]:
    """The place that cleaned `html` names at its very beginning, behind people who are mentioned, and the rest of it.

    None, and all of it, when it begins otherwise or says the time of a day: that is no place in a sound.
    """
    match = _LEADING.match(html, 0, _LOOKED_AT)
    if match is None:
        return None, html
    found = _milliseconds(match, "linked_" if match["linked"] else "")
    return found, match["before"] + html[match.end() :]


def _milliseconds(match: re.Match[str], prefix: str) -> int:
    hours, minutes = match[f"{prefix}hours"], match[f"{prefix}minutes"] or match[f"{prefix}long"]
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(match[f"{prefix}seconds"])) * 1000
