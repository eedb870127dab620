"""Cells of tables that other programs read: what strangers wrote is never a formula (OWASP, CSV injection).

A spreadsheet runs what looks like a formula, and some look behind what nobody sees, or begin a new cell at a sign that
others take for text. So an apostrophe goes before every sign that could begin one, wherever a program might think that
a cell begins; who reads the table with a program takes it out again with `read_cell`.
"""

from __future__ import annotations

import re
from typing import Final

_UNSEEN: Final = r"[ \0\x0b\x0c\x1c-\x1f\x85\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
"""What some programs leave out at the beginning of a cell, so that the formula stands there after all."""
_BEGINNING: Final = rf"(?:^|(?<=[,;|\"\t\r\n])){_UNSEEN}*"
_RISKY: Final = r"[=+\-@|%\t\r\n＝＋－＠]"  # noqa: RUF001  (spreadsheets take the wide ones for the narrow ones)
_TO_WRITE: Final = re.compile(rf"({_BEGINNING})(?='*{_RISKY})")
_TO_READ: Final = re.compile(rf"({_BEGINNING})'(?='*{_RISKY})")


def write_cell(text: str) -> str:
    """`text` for a cell, which no spreadsheet takes for a formula."""
    return _TO_WRITE.sub(r"\1'", text)


def read_cell(text: str) -> str:
    """What `write_cell` was given."""
    return _TO_READ.sub(r"\1", text)
