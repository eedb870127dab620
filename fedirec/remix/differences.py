"""What became of one text in another, word by word.

The longest common sequence of words is found with one bit for each word of the text before (Hyyrö 2004), so that the
worst that two texts can do is known beforehand: MAX_CELLS bits, and one step on a long number for each word after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

MAX_CELLS: Final = 200_000_000
"""Words before times words after, beyond what both begin and end with, that are still compared: 25 MB, and less than a
second. Texts that have more are shown as one replaced by the other.
"""

_TOKEN: Final = re.compile(
    r"\n|[^\S\n]+|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u2e80-\u9fff\uac00-\ud7af\uf900-"
    r"\ufaff\U00020000-\U0003ffff]+|."
)
"""Words, signs, spaces and line breaks; each sign of a script without spaces between words by itself."""
_WORD: Final = re.compile(r"\w+")
_LONE_WORDS: Final = 2
"""So many words that stayed between two larger changes say nothing by themselves."""


class Change(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


_CHANGES: Final = (Change.REMOVED, Change.ADDED)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, and what became of it."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What stands beside each other: a part of the text before, and what it is now."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """How `before` became `after`: what was removed stands in front of what was added in its place."""
    return tuple(_joined(_without_noise(_joined(align(_TOKEN.findall(before), _TOKEN.findall(after))))))


def align(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """How the tokens `old` became `new`, one piece for each of them; where there are too many, all new for old."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece(Change.KEPT, token) for token in old[:start]]
    if len(middle_old) * len(middle_new) <= MAX_CELLS:
        pieces += _align(middle_old, middle_new)
    else:
        pieces += [Piece(Change.REMOVED, token) for token in middle_old]
        pieces += [Piece(Change.ADDED, token) for token in middle_new]
    return pieces + [Piece(Change.KEPT, token) for token in old[len(old) - end :]]


def side_by_side(pieces: Iterable[Piece]) -> tuple[Row, ...]:
    """The same in rows, one for each line that both texts have."""
    rows: list[Row] = []
    before: list[Piece] = []
    after: list[Piece] = []
    for piece in pieces:
        if piece.change is not Change.KEPT:
            (before if piece.change is Change.REMOVED else after).append(piece)
            continue
        *lines, rest = piece.text.split("\n")
        for line in lines:
            if line:
                before.append(Piece(Change.KEPT, line))
                after.append(Piece(Change.KEPT, line))
            rows.append(Row(tuple(before), tuple(after)))
            before, after = [], []
        if rest:
            before.append(Piece(Change.KEPT, rest))
            after.append(Piece(Change.KEPT, rest))
    rows.append(Row(tuple(before), tuple(after)))
    return tuple(row for row in rows if row.before or row.after)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many tokens both begin with."""
    place = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        place += 1
    return place


def _align(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """One piece for each token, along the longest sequence that both have in common."""
    places: dict[str, int] = {}
    for place, token in enumerate(old):
        places[token] = places.get(token, 0) | 1 << place
    everything = (1 << len(old)) - 1
    row, rows = everything, [everything]
    for token in new:
        matches = row & places.get(token, 0)
        row = ((row + matches) | (row - matches)) & everything
        rows.append(row)
    found: list[Piece] = []
    left, down = len(old), len(new)
    while left and down:
        bit = left - 1
        if rows[down] >> bit & 1:
            left -= 1
            found.append(Piece(Change.REMOVED, old[left]))
        elif not rows[down - 1] >> bit & 1:
            down -= 1
            found.append(Piece(Change.ADDED, new[down]))
        else:
            left, down = left - 1, down - 1
            found.append(Piece(Change.KEPT, old[left]))
    found += [Piece(Change.REMOVED, token) for token in reversed(old[:left])]
    found += [Piece(Change.ADDED, token) for token in reversed(new[:down])]
    return found[::-1]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with nothing empty, one piece for each run, and what was removed before what was added beside it."""
    said: list[Piece] = []
    for is_kept, run in groupby(pieces, lambda piece: piece.change is Change.KEPT):
        parts = list(run)
        said += [
            Piece(change, text)
            for change in ((Change.KEPT,) if is_kept else _CHANGES)
            if (text := "".join(piece.text for piece in parts if piece.change is change))
        ]
    return said


def _without_noise(pieces: Sequence[Piece]) -> list[Piece]:
    """The same where a word or two that happen to stand between two larger changes count as changed with them."""
    said: list[Piece] = []
    removed, added = list[str](), list[str]()
    sizes = 0, 0

    def end_change() -> None:
        nonlocal sizes
        said.append(Piece(Change.REMOVED, "".join(removed)))
        said.append(Piece(Change.ADDED, "".join(added)))
        removed.clear()
        added.clear()
        sizes = 0, 0

    for place, piece in enumerate(pieces):
        if piece.change is Change.REMOVED:
            removed.append(piece.text)
            sizes = sizes[0] + len(piece.text), sizes[1]
        elif piece.change is Change.ADDED:
            added.append(piece.text)
            sizes = sizes[0], sizes[1] + len(piece.text)
        elif _is_noise(piece.text, sizes, pieces[place + 1 : place + 3]):
            removed.append(piece.text)
            added.append(piece.text)
            sizes = sizes[0] + len(piece.text), sizes[1] + len(piece.text)
        else:
            end_change()
            said.append(piece)
    end_change()
    return said


def _is_noise(text: str, before: tuple[int, int], after: Sequence[Piece]) -> bool:
    """Whether `text` says little between two changes, by which something was removed and something added."""
    following = [piece for piece in after if piece.change is not Change.KEPT]
    sizes = [sum(len(piece.text) for piece in following if piece.change is change) for change in _CHANGES]
    if "\n" in text or not any(before) or not following or after[0].change is Change.KEPT:
        return False
    if not all(one + other for one, other in zip(before, sizes, strict=True)):
        return False
    return len(text) <= min(max(before), max(sizes)) and len(_WORD.findall(text)) <= _LONE_WORDS
