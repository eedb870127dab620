"""Several people hold the pen of one record: its author shares it, and whoever agreed writes new versions of it.

The record stays its author's, at its home. Every version says who made it.
"""

from __future__ import annotations

from fedirec.remix.actions.pens.giving import share_pen, take_back_pen
from fedirec.remix.actions.pens.holding import accept_pen, decline_pen, lay_down_pen
from fedirec.remix.actions.pens.writing import (
    Changes,
    KeptFile,
    hand_in,
    prepare_version,
    present_version,
    write_version,
)

__all__ = [
    "Changes",
    "KeptFile",
    "accept_pen",
    "decline_pen",
    "hand_in",
    "lay_down_pen",
    "prepare_version",
    "present_version",
    "share_pen",
    "take_back_pen",
    "write_version",
]
