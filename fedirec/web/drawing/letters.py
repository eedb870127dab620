"""How wide words are, roughly, and how they are cut to fit a box."""

from __future__ import annotations

from unicodedata import east_asian_width


def shorten(text: str, ems: float) -> str:
    """`text` cut so that it is about `ems` wide, by a rough idea of how wide letters are."""
    width = 0.0
    for place, char in enumerate(text):
        width += _width_of(char)
        if width > ems and place < len(text) - 1:
            return text[: max(1, place - 1)].rstrip() + "…"
    return text


def two_lines(text: str, ems: float) -> tuple[str, ...]:
    """`text` on one line or two that are each about `ems` wide, broken between words where there are any."""
    first = shorten(text, ems)
    if first == text:
        return (text,)
    head = first.removesuffix("…")
    words, space, _ = head.rpartition(" ") if not text[len(head) :].startswith(" ") else (head, " ", "")
    if not space or len(words) < len(head) // 3:
        words = head
    return (words.rstrip(), shorten(text[len(words) :].strip(), ems))


def _width_of(char: str) -> float:
    if east_asian_width(char) in "WF":
        return 1.0
    if char in "iljtfrI.,:;'|!() ":
        return 0.32
    if char in "mwMW@":
        return 0.88
    return 0.68 if char.isupper() else 0.53
