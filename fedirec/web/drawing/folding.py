"""What is left out of a drawing that would be too large, and the signs that stand for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from fedirec.web.drawing.columns import Link
from fedirec.web.views import TrailNode


def fold(
    known: Mapping[str, TrailNode], links: Sequence[Link], limit: int
) -> tuple[dict[str, None], dict[str, tuple[str, bool, int]], int]:
    """What is shown, the signs for the rest (by sign: anchor, whether after it, how many), how many have no sign."""
    if len(known) <= limit:
        return dict.fromkeys(known), {}, 0
    neighbours: dict[str, list[tuple[str, bool]]] = {key: [] for key in known}
    for link in links:
        neighbours[link.parent].append((link.child, True))
        neighbours[link.child].append((link.parent, False))
    start = next((key for key, node in known.items() if node.is_here), next(iter(known)))
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
    ordered = list(near)
    for shown in range(min(limit, len(ordered)), 0, -1):
        visible = dict.fromkeys(ordered[:shown])
        behind: dict[str, tuple[str, bool]] = {}
        counts: dict[tuple[str, bool], int] = {}
        for key in ordered[shown:]:
            nearer, is_after = came_from[key]
            behind[key] = behind.get(nearer, (nearer, is_after))
            counts[behind[key]] = counts.get(behind[key], 0) + 1
        if shown + len(counts) <= limit:
            break
    folds = {f"\0{number}": (*place, count) for number, (place, count) in enumerate(counts.items())}
    return visible, folds, len(known) - len(ordered)
