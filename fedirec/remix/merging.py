"""Two changes of one text, made apart from each other, as one: only where no line of the one touches the other.

Whoever takes up the result reads it first, and nothing is decided for them: where both changed the same lines, or
lines beside each other, there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fedirec.remix.differences import Change, align


@dataclass(frozen=True, slots=True, order=True)
class Hunk:
    """Lines of the text before, from `start` to `end`, and what stands in their place."""

    start: int
    end: int
    lines: tuple[str, ...]

    def touches(self, other: Hunk) -> bool:
        """Whether no line lies between the two."""
        return self.start <= other.end and other.start <= self.end


def merge_texts(base: str, ours: str, theirs: str) -> str | None:
    """`base` with what became of it in `ours` and in `theirs`; None where the two are in each other's way."""
    lines = base.split("\n")
    hunks = sorted({*_hunks(lines, ours.split("\n")), *_hunks(lines, theirs.split("\n"))})
    if any(one.touches(other) for one, other in pairwise(hunks)):
        return None
    for hunk in reversed(hunks):
        lines[hunk.start : hunk.end] = hunk.lines
    return "\n".join(lines)


def _hunks(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    found: list[Hunk] = []
    place = start = 0
    added: list[str] = []
    for piece in align(before, after):
        if piece.change is Change.ADDED:
            added.append(piece.text)
            continue
        if piece.change is Change.KEPT:
            if added or place > start:
                found.append(Hunk(start, place, tuple(added)))
            added, start = [], place + 1
        place += 1
    if added or place > start:
        found.append(Hunk(start, place, tuple(added)))
    return found
