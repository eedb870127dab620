"""A trail as nested lists: the twin of its drawing for those who read rather than look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from fedirec.web.views import TrailEdge, TrailNode

MAX_ITEMS: Final = 200
_MAX_DEPTH: Final = 12
_MAX_STEPS: Final = 100_000
"""Steps that are gone past what is not shown: beyond them no further lines are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A record, and what it was made from or what was made from it."""

    node: TrailNode
    relation: str = ""
    is_claim: bool = False
    note: str = ""
    branches: tuple[Branch, ...] = ()
    is_repeated: bool = False
    """It stands further up with all its branches."""


def branches_of(
    nodes: Sequence[TrailNode],
    edges: Iterable[TrailEdge],
    root: str,
    *,
    towards: Literal["sources", "remixes"] = "sources",
) -> tuple[Branch, ...]:
    """What `root` was made from, or what was made from it. Each is unfolded once, whatever ways lead to it."""
    known = {node.key: node for node in nodes}
    next_to: dict[str, list[tuple[str, TrailEdge]]] = {}
    for edge in edges:
        near, far = (edge.child, edge.parent) if towards == "sources" else (edge.parent, edge.child)
        next_to.setdefault(near, []).append((far, edge))
    seen = {root}

    def grow(key: str, depth: int) -> tuple[Branch, ...]:
        grown: list[Branch] = []
        for other, edge in next_to.get(key, ()):
            if other not in known or len(seen) > MAX_ITEMS:
                continue
            repeated = other in seen
            seen.add(other)
            grown.append(
                Branch(
                    node=known[other],
                    relation=edge.relation,
                    is_claim=edge.is_claim,
                    note=edge.note,
                    branches=() if repeated or depth == _MAX_DEPTH else grow(other, depth + 1),
                    is_repeated=repeated,
                )
            )
        return tuple(grown)

    return grow(root, 1)


def only(
    nodes: Sequence[TrailNode], edges: Iterable[TrailEdge], kind: str
) -> tuple[tuple[TrailNode, ...], tuple[TrailEdge, ...]]:
    """Those of `nodes` that are of one `kind`, and the record we are on; lines through others now lead past them."""
    kept = {node.key: node for node in nodes if node.kind == kind or node.is_here}
    above: dict[str, list[TrailEdge]] = {}
    for edge in edges:
        above.setdefault(edge.child, []).append(edge)
    found: list[TrailEdge] = []
    steps = 0
    for child in kept:
        seen = {child}
        waiting = [(edge, True) for edge in above.get(child, ())]
        while waiting:
            edge, is_direct = waiting.pop()
            steps += 1
            if edge.parent in seen or (steps > _MAX_STEPS and not is_direct):
                continue
            seen.add(edge.parent)
            if edge.parent not in kept:
                waiting += [(further, False) for further in above.get(edge.parent, ())]
            elif is_direct:
                found.append(edge)
            else:
                found.append(TrailEdge(parent=edge.parent, child=child))
    return tuple(kept.values()), tuple(found)
