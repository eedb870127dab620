"""Where the records of a trail stand in its drawing: sources on the left, what was made from them on the right.

A layered layout: cycles are cut for counting layers, each record stands one column after the last of its sources,
columns are ordered so that lines cross little, and lines that pass a column get a lane of their own in it. Pure: the
same trail gives the same drawing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from fedirec.web.views import TrailEdge, TrailNode

MAX_NODES: Final = 60
BOX_WIDTH: Final = 184
BOX_HEIGHT: Final = 76
COLUMN_GAP: Final = 44
ROW_GAP: Final = 16
MARGIN: Final = 6
_LANE: Final = 12
_SWEEPS: Final = 8
_TITLE_EMS: Final = 9.0
_BYLINE_EMS: Final = 10.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A record in the drawing, or (without `node`) a sign for `folded` further ones."""

    x: float
    y: float
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT
    url: str
    title: tuple[str, ...] = ()
    """One line or two."""
    byline: str = ""
    node: TrailNode | None = None
    folded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """From a source to what was made from it."""

    path: str
    parent: str
    child: str
    relation: str = ""
    is_claim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything at its place, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    folded: int = 0
    """How many records are behind signs, or not drawn at all."""


class _Link(NamedTuple):
    parent: str
    child: str
    edge: TrailEdge | None


@dataclass(slots=True)
class _Slot:
    """A place in a column: a record, a sign, or the lane of a line."""

    height: float
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    y: float = 0.0


def draw(nodes: Sequence[TrailNode], edges: Iterable[TrailEdge], limit: int = MAX_NODES) -> Drawing:
    """The drawing of a trail with at most `limit` boxes; what is furthest from the record we are on is folded away."""
    known = {node.key: node for node in nodes}
    if not known:
        return Drawing(width=0, height=0)
    links = list(
        {
            (edge.parent, edge.child): _Link(edge.parent, edge.child, edge)
            for edge in edges
            if edge.parent in known and edge.child in known and edge.parent != edge.child
        }.values()
    )
    visible, folds, left_out = _fold(known, links, max(3, limit))
    links = [link for link in links if link.parent in visible and link.child in visible]
    for sign, (anchor, is_after, _count) in folds.items():
        links.append(_Link(anchor, sign, None) if is_after else _Link(sign, anchor, None))
    layers = _layers([*visible, *folds], links)
    slots, columns, routes = _columns(layers, links)
    _order(slots, columns)
    _place(slots, columns)
    return _drawn(known, folds, layers, links, slots, routes, left_out)


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
    return 0.68 if char.isupper() or char in "mwMW@" else 0.53


def _fold(
    known: Mapping[str, TrailNode], links: Sequence[_Link], limit: int
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


def _layers(keys: Sequence[str], links: Sequence[_Link]) -> dict[str, int]:
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


def _columns(
    layers: Mapping[str, int], links: Sequence[_Link]
) -> tuple[dict[str, _Slot], list[list[str]], dict[tuple[str, str], list[str]]]:
    """The slots of every column, with a lane wherever a line passes one, and the slots that each line goes through."""
    columns: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    slots = {key: _Slot(BOX_HEIGHT) for key in layers}
    for key, layer in layers.items():
        columns[layer].append(key)
    routes: dict[tuple[str, str], list[str]] = {}
    for number, link in enumerate(links):
        first, last = layers[link.parent], layers[link.child]
        route = [link.parent]
        for layer in range(first + 1, last):
            lane = f"\1{number}.{layer}"
            slots[lane] = _Slot(_LANE)
            columns[layer].append(lane)
            route.append(lane)
        route.append(link.child)
        if first < last:
            for one, other in pairwise(route):
                slots[one].down.append(other)
                slots[other].up.append(one)
        routes[link.parent, link.child] = route
    return slots, columns, routes


def _order(slots: Mapping[str, _Slot], columns: list[list[str]]) -> None:
    """Each column in the order of the middles of what its slots are connected with."""
    place: dict[str, float] = {}
    for column in columns:
        place.update({key: float(index) for index, key in enumerate(column)})
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for column in columns if downwards else reversed(columns):
            middle = {}
            for key in column:
                ties = slots[key].up if downwards else slots[key].down
                middle[key] = sum(place[tie] for tie in ties) / len(ties) if ties else place[key]
            column.sort(key=middle.__getitem__)
            place.update({key: float(index) for index, key in enumerate(column)})


def _place(slots: Mapping[str, _Slot], columns: Sequence[Sequence[str]]) -> None:
    """Heights: each slot near the middle of its neighbours, never closer than a gap to the next one."""
    for column in columns:
        y = 0.0
        for key in column:
            slots[key].y = y + slots[key].height / 2
            y += slots[key].height + ROW_GAP
        for key in column:
            slots[key].y -= (y - ROW_GAP) / 2
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for column in columns if downwards else reversed(columns):
            wished = []
            for key in column:
                ties = (slots[key].up if downwards else slots[key].down) or [*slots[key].up, *slots[key].down]
                wished.append(sum(slots[tie].y for tie in ties) / len(ties) if ties else slots[key].y)
            _settle([slots[key] for key in column], wished)
    top = min(slot.y - slot.height / 2 for slot in slots.values())
    for slot in slots.values():
        slot.y += MARGIN - top


def _settle(column: Sequence[_Slot], wished: Sequence[float]) -> None:
    """The slots as near to what they wish as their order and the gaps between them allow (least squares)."""
    offsets, offset = [], 0.0
    for index, slot in enumerate(column):
        if index:
            offset += (column[index - 1].height + slot.height) / 2 + ROW_GAP
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # sum and number of the wishes that were pushed together
    for wish, offset in zip(wished, offsets, strict=True):
        total, number = wish - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / number:
            other_total, other_number = blocks.pop()
            total, number = total + other_total, number + other_number
        blocks.append((total, number))
    index = 0
    for total, number in blocks:
        for _ in range(number):
            column[index].y = total / number + offsets[index]
            index += 1


def _drawn(
    known: Mapping[str, TrailNode],
    folds: Mapping[str, tuple[str, bool, int]],
    layers: Mapping[str, int],
    links: Sequence[_Link],
    slots: Mapping[str, _Slot],
    routes: Mapping[tuple[str, str], Sequence[str]],
    left_out: int,
) -> Drawing:
    boxes = []
    for key in layers:
        x, y = _x(layers[key]), round(slots[key].y - BOX_HEIGHT / 2, 1)
        if key in folds:
            anchor, _, count = folds[key]
            boxes.append(Box(x=x, y=y, url=known[anchor].url, folded=count))
            continue
        node = known[key]
        byline = " · ".join(filter(None, (node.author, node.host)))
        boxes.append(
            Box(
                x=x,
                y=y,
                url=node.url,
                title=two_lines(node.title, _TITLE_EMS),
                byline=shorten(byline, _BYLINE_EMS),
                node=node,
            )
        )
    lines = [
        Line(
            path=_path([(slots[key].y, _layer_of(key, layers), key.startswith("\1")) for key in route]),
            parent=link.parent,
            child=link.child,
            relation=link.edge.relation if link.edge else "",
            is_claim=bool(link.edge and link.edge.is_claim),
        )
        for link in links
        for route in [routes[link.parent, link.child]]
    ]
    return Drawing(
        width=round(_x(max(layers.values())) + BOX_WIDTH + MARGIN),
        height=round(max(slot.y + slot.height / 2 for slot in slots.values()) + MARGIN),
        boxes=tuple(boxes),
        lines=tuple(lines),
        folded=left_out + sum(count for _, _, count in folds.values()),
    )


def _layer_of(key: str, layers: Mapping[str, int]) -> int:
    return int(key.rpartition(".")[2]) if key.startswith("\1") else layers[key]


def _x(layer: int) -> float:
    return float(MARGIN + layer * (BOX_WIDTH + COLUMN_GAP))


def _path(stops: Sequence[tuple[float, int, bool]]) -> str:
    """A smooth line from the right edge of the first stop, through lanes, to the left edge of the last."""
    (y, layer, _), *rest = stops
    x = _x(layer) + BOX_WIDTH
    parts = [f"M{x:.0f} {y:.1f}"]
    for next_y, next_layer, is_lane in rest:
        next_x = _x(next_layer)
        bend = max(COLUMN_GAP / 2, abs(next_x - x) / 2)
        parts.append(f"C{x + bend:.0f} {y:.1f} {next_x - bend:.0f} {next_y:.1f} {next_x:.0f} {next_y:.1f}")
        x, y = next_x, next_y
        if is_lane:
            x += BOX_WIDTH
            parts.append(f"H{x:.0f}")
    return "".join(parts)
