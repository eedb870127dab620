"""Where a page of a collection begins."""

from __future__ import annotations

from typing import Final

from fedirec.errors import Invalid

PAGE: Final = 50


def row_in(text: str) -> int:
    """The row after which a page of a collection begins. Raises Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("that page does not exist")
    return int(text)
