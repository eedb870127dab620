"""Which column each record of a drawing stands in, and in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from fedirec.web.views import TrailEdge

BOX_HEIGHT: Final = 76
LANE: Final = 12
"""Room for a line that passes a column, in pixels."""
SWEEPS: Final = 8
MAX_LANES: Final = 6_000
"""Lanes of one drawing; further lines pass behind what they meet, the longest of all."""


class Link(NamedTuple):
    parent: str
    child: str
    edge: TrailEdge | None


@dataclass(slots=True)
class Slot:
    """A place in a column: a record, a sign, or the lane of a line."""

    height: float
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    y: float = 0.0


def layers_of(keys: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """The column of each: one after the last of its sources. Links that close a cycle do not count."""
    children: dict[str, list[str]] = {key: [] for key in keys}
    for link in links:
        children[link.parent].append(link.child)
    order: list[str] = []  # reverse topological
    state = dict.fromkeys(keys, 0)
    forward: set[tuple[str, str]] = set()
    for root in keys:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(children[root]))]
        while stack:
            key, rest = stack[-1]
            for child in rest:
                if state[child] != 1:
                    forward.add((key, child))
                if not state[child]:
                    state[child] = 1
                    stack.append((child, iter(children[child])))
                    break
            else:
                state[key] = 2
                order.append(key)
                stack.pop()
    layers = dict.fromkeys(keys, 0)
    has_parent: set[str] = set()
    for key in reversed(order):
        for child in children[key]:
            if (key, child) in forward:
                layers[child] = max(layers[child], layers[key] + 1)
                has_parent.add(child)
    for key in keys:  # a source that is used late stands beside what uses it
        after = [layers[child] for child in children[key] if (key, child) in forward]
        if key not in has_parent and after:
            layers[key] = min(after) - 1
    return layers


def columns_of(
    layers: Mapping[str, int], links: Sequence[Link]
) -> tuple[dict[str, Slot], list[list[str]], dict[tuple[str, str], list[str]]]:
    """The slots of every column, with a lane wherever a line passes one, and the slots that each line goes through."""
    columns: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    slots = {key: Slot(BOX_HEIGHT) for key in layers}
    for key, layer in layers.items():
        columns[layer].append(key)
    routes: dict[tuple[str, str], list[str]] = {}
    room = MAX_LANES
    for number, link in sorted(enumerate(links), key=lambda each: layers[each[1].child] - layers[each[1].parent]):
        first, last = layers[link.parent], layers[link.child]
        route = [link.parent]
        room -= max(0, last - first - 1)
        if room < 0:
            routes[link.parent, link.child] = [link.parent, link.child]
            continue
        for layer in range(first + 1, last):
            lane = f"\1{number}.{layer}"
            slots[lane] = Slot(LANE)
            columns[layer].append(lane)
            route.append(lane)
        route.append(link.child)
        if first < last:
            for one, other in pairwise(route):
                slots[one].down.append(other)
                slots[other].up.append(one)
        routes[link.parent, link.child] = route
    return slots, columns, routes


def order(slots: Mapping[str, Slot], columns: list[list[str]]) -> None:
    """Each column in the order of the middles of what its slots are connected with."""
    place: dict[str, float] = {}
    for column in columns:
        place.update({key: float(index) for index, key in enumerate(column)})
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for column in columns if downwards else reversed(columns):
            middle = {}
            for key in column:
                ties = slots[key].up if downwards else slots[key].down
                middle[key] = sum(place[tie] for tie in ties) / len(ties) if ties else place[key]
            column.sort(key=middle.__getitem__)
            place.update({key: float(index) for index, key in enumerate(column)})
