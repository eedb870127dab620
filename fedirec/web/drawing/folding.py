"""What is left out of a drawing that would be too large, and the signs that stand for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from fedirec.web.drawing.columns import Link
from fedirec.web.views import TrailNode


def fold(
    known: Mapping[str, TrailNode], links: Sequence[Link], limit: int, start: str
) -> tuple[dict[str, None], dict[str, tuple[str, bool, int]], int]:
    """What is shown, the signs for the rest (by sign: anchor, whether after it, how many), how many have no sign.

    What is nearest to `start` is shown, generation by generation. Takes as long as the trail is large, not longer.
    """
    if len(known) <= limit:
        return dict.fromkeys(known), {}, 0
    ordered, came_from = _walk(known, links, start)
    signs: set[tuple[str, bool]] = set()
    shown = len(ordered)
    while shown > 1 and (shown > limit or shown + len(signs) > limit):
        shown -= 1  # the furthest is folded away: signs beyond it become one sign with what it came from
        furthest = ordered[shown]
        signs -= {(furthest, True), (furthest, False)}
        signs.add(came_from[furthest])
    behind: dict[str, tuple[str, bool]] = {}
    counts: dict[tuple[str, bool], int] = {}
    for key in ordered[shown:]:
        nearer, is_after = came_from[key]
        behind[key] = behind.get(nearer, (nearer, is_after))
        counts[behind[key]] = counts.get(behind[key], 0) + 1
    folds = {f"\0{number}": (*place, count) for number, (place, count) in enumerate(counts.items())}
    return dict.fromkeys(ordered[:shown]), folds, len(known) - len(ordered)


def _walk(
    known: Mapping[str, TrailNode], links: Sequence[Link], start: str
) -> tuple[list[str], dict[str, tuple[str, bool]]]:
    """Everything that is connected with `start`, the nearest first, and for each what it was reached from."""
    neighbours: dict[str, list[tuple[str, bool]]] = {key: [] for key in known}
    for link in links:
        neighbours[link.parent].append((link.child, True))
        neighbours[link.child].append((link.parent, False))
    came_from: dict[str, tuple[str, bool]] = {}
    near = {start: None}
    queue = deque([start])
    while queue:
        key = queue.popleft()
        for other, is_after in neighbours[key]:
            if other not in near:
                near[other] = None
                came_from[other] = (key, is_after)
                queue.append(other)
    return list(near), came_from
