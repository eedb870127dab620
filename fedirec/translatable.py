"""Words that are written in one place and translated in another, where somebody reads them."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it, by which the words are found)
    """`text` as it is, marked for translators."""
    return text
