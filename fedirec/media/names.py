"""The names of files as people gave them, made fit to be shown."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_NAME: Final = 120
"""Characters."""


def clean_name(name: str) -> str:
    """The last part of `name` without invisible or direction-changing characters, at most MAX_NAME long."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    # Cc, Cf, Co, Cs, Cn: control, format (bidi overrides, zero width), private, half, unassigned.
    seen = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", last))
    shown = " ".join("".join(char for char in seen if unicodedata.category(char)[0] != "C").split())
    if len(shown) > MAX_NAME:
        stem, dot, extension = shown.rpartition(".")
        ending = dot + extension if stem and len(extension) <= 10 else ""
        shown = shown[: MAX_NAME - len(ending) - 1] + "…" + ending
    return shown if shown.strip(". ") else "file"
