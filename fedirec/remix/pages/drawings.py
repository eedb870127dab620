"""A trail as it is drawn: each record at its place, with its picture, and whether where it lives answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.activitypub.peers import hosts_of
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.covers import covers_of
from fedirec.web.drawing import MAX_NODES, draw
from fedirec.web.drawing.drawn import Drawn, Thumbnail
from fedirec.web.views import TrailEdge, TrailNode

BESIDE: Final = 24
"""Boxes of a drawing that is one part of a page among others."""


async def drawn(
    cards: Cards, nodes: Sequence[TrailNode], edges: Sequence[TrailEdge], *, limit: int = MAX_NODES, around: str = ""
) -> Drawn:
    """The drawing of a trail with at most `limit` boxes around one record, without another the one whose page it is."""
    drawing = draw(nodes, edges, limit, around)
    shown = [box.node for box in drawing.boxes if box.node is not None]
    rows = {node.row: node.key for node in shown if node.row is not None and not node.is_ghost}
    covers = await covers_of(rows)
    await cards.dress_files(cover.media_id for cover in covers.values() if cover.media_id is not None)
    known = await hosts_of(node.host for node in shown)
    return Drawn(
        drawing=drawing,
        thumbnails={
            rows[row]: Thumbnail(url=cards.thumbnail(cover), blurhash=cover.blurhash) for row, cover in covers.items()
        },
        silent=frozenset(host for host, seen in known.items() if not seen.is_reachable),
    )
