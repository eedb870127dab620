"""Where the records of a trail stand in its drawing: sources on the left, what was made from them on the right.

A layered layout: cycles are cut for counting layers, each record stands one column after the last of its sources,
columns are ordered so that lines cross little, and lines that pass a column get a lane of their own in it. Pure: the
same trail gives the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fedirec.web.drawing.columns import BOX_HEIGHT, Link, Slot, columns_of, layers_of, order
from fedirec.web.drawing.folding import fold
from fedirec.web.drawing.heights import MARGIN, place
from fedirec.web.drawing.letters import shorten, two_lines
from fedirec.web.views import TrailEdge, TrailNode

MAX_NODES: Final = 60
BOX_WIDTH: Final = 212
COLUMN_GAP: Final = 44
_TITLE_EMS: Final = 8.9
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
    is_after: bool = False
    """Whether the further ones were made from what the sign hangs on, rather than the other way round."""
    anchor: TrailNode | None = None
    """What a sign hangs on."""
    ties: tuple[int, ...] = ()
    """The places, among the boxes, of those that a line leads to."""


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
    centre: str = ""
    """What it is drawn around."""


def draw(nodes: Sequence[TrailNode], edges: Iterable[TrailEdge], limit: int = MAX_NODES, around: str = "") -> Drawing:
    """The drawing of a trail with at most `limit` boxes; what is furthest from `around` is folded away.

    Without `around`, it is the record we are on. Boxes stand column by column, each from top to bottom.
    """
    known = {node.key: node for node in nodes}
    if not known:
        return Drawing(width=0, height=0)
    links = list(
        {
            (edge.parent, edge.child): Link(edge.parent, edge.child, edge)
            for edge in edges
            if edge.parent in known and edge.child in known and edge.parent != edge.child
        }.values()
    )
    here = next((key for key, node in known.items() if node.is_here), next(iter(known)))
    centre = around if around in known else here
    visible, folds, left_out = fold(known, links, max(3, limit), centre)
    links = [link for link in links if link.parent in visible and link.child in visible]
    for sign, (anchor, is_after, _count) in folds.items():
        links.append(Link(anchor, sign, None) if is_after else Link(sign, anchor, None))
    layers = layers_of([*visible, *folds], links)
    slots, columns, routes = columns_of(layers, links)
    order(slots, columns)
    place(slots, columns)
    drawing = _drawn(known, folds, layers, links, slots, routes, left_out)
    return replace(drawing, centre=centre)


def further(sign: Box, centre: str, opens: str) -> str:
    """Where the records behind a `sign` are to be seen.

    `opens` is the address of the page that draws this trail, up to what may be added to its query: it draws it around
    what the sign hangs on. Of what it is drawn around already there is a list of the next generation; what is not known
    here has only its own page.
    """
    anchor = sign.anchor
    if anchor is None or anchor.row is None or not opens:
        return sign.url
    if anchor.key == centre:
        generation = 1 if sign.is_after else -1
        return f"{opens if anchor.is_here else f'{sign.url}/lineage?'}generation={generation}#generation"
    return f"{opens}around={anchor.row}"


def _drawn(
    known: Mapping[str, TrailNode],
    folds: Mapping[str, tuple[str, bool, int]],
    layers: Mapping[str, int],
    links: Sequence[Link],
    slots: Mapping[str, Slot],
    routes: Mapping[tuple[str, str], Sequence[str]],
    left_out: int,
) -> Drawing:
    boxes = []
    read = sorted(layers, key=lambda key: (layers[key], slots[key].y))
    places = {key: place for place, key in enumerate(read)}
    ties: dict[str, set[int]] = {key: set() for key in read}
    for link in links:
        ties[link.parent].add(places[link.child])
        ties[link.child].add(places[link.parent])
    for key in read:
        x, y = _x(layers[key]), round(slots[key].y - BOX_HEIGHT / 2, 1)
        if key in folds:
            anchor, is_after, count = folds[key]
            boxes.append(
                Box(
                    x=x,
                    y=y,
                    url=known[anchor].url,
                    folded=count,
                    is_after=is_after,
                    anchor=known[anchor],
                    ties=tuple(sorted(ties[key])),
                )
            )
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
                ties=tuple(sorted(ties[key])),
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
