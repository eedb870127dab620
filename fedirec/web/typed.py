"""What somebody typed, as it is kept."""

from __future__ import annotations

from typing import Final
from unicodedata import category, combining, normalize

MAX_MARKS: Final = 30
"""Accents on one letter, as in the stream-safe text format (UAX 15, section 13)."""
_KEPT_CONTROLS: Final = frozenset("\n\t")


def tidy(value: str) -> str:
    """Composed (NFC), with plain line ends, without control characters and outer blanks.

    Of more than MAX_MARKS accents on one letter the rest is left out: composing takes time by the square of them.
    """
    value = normalize("NFC", _with_few_marks(value.replace("\r\n", "\n").replace("\r", "\n")))
    return "".join(char for char in value if char in _KEPT_CONTROLS or category(char) not in ("Cc", "Cs")).strip()


def _with_few_marks(value: str) -> str:
    if value.isascii():
        return value
    kept, marks = [], 0
    for char in value:
        marks = marks + 1 if combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)
