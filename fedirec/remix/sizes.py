"""How much is said at once: peers take 48 kB, with the activity, its contexts and its proof around a document."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_DOCUMENT: Final = 40_000
"""Bytes of what an activity of ours carries."""

MAX_ADDRESSED: Final = 6_000
"""Bytes of the addresses of those to whom a record is sent, beside its followers; they stand in it and around it."""

SHOWN_TEXT: Final = 7_000
"""Bytes of a long text that other software is shown; it is sent twice, for the sake of its language."""

SHORTER: Final = (SHOWN_TEXT, 3_000, 1_000, 300)
"""What is shown of it, the first of these with which the whole is small enough."""

SHOWN_NAME: Final = 100
"""Characters of a title that stand with a link to the work of somebody else."""

SHORT_NAME: Final = 40
"""The same, where there are so many that the whole would be too large."""


def size_of(value: Any) -> int:
    """Bytes of a document, or of a text in one."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def is_small(document: Any) -> bool:
    """Whether what an activity carries is small enough."""
    return size_of(document) <= MAX_DOCUMENT


def beginning_of(text: str, limit: int = SHOWN_TEXT) -> str:
    """`text`, or of a long one as many whole paragraphs as fit into `limit` bytes; the page has the rest."""
    if len(text.encode()) <= limit:
        return text
    shown = ""
    for paragraph in text.split("\n\n"):
        longer = f"{shown}\n\n{paragraph}" if shown else paragraph
        if len(longer.encode()) > limit:
            break
        shown = longer
    return (shown or text.encode()[:limit].decode(errors="ignore")) + "\n\n…"
