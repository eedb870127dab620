"""How high in its column each record of a drawing stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fedirec.web.drawing.columns import SWEEPS, Slot

ROW_GAP: Final = 16
MARGIN: Final = 6


def place(slots: Mapping[str, Slot], columns: Sequence[Sequence[str]]) -> None:
    """Heights: each slot near the middle of its neighbours, never closer than a gap to the next one."""
    for column in columns:
        y = 0.0
        for key in column:
            slots[key].y = y + slots[key].height / 2
            y += slots[key].height + ROW_GAP
        for key in column:
            slots[key].y -= (y - ROW_GAP) / 2
    for sweep in range(SWEEPS):
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


def _settle(column: Sequence[Slot], wished: Sequence[float]) -> None:
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
