"""The only package that touches HTML that was not written by us.

`clean` is for markup from elsewhere, `markdown` for what our own authors type, `plain` and `excerpt` for text without
markup. nh3 always has the last word. bleach only finds bare addresses in our own authors' text; it never judges
anything, because it has had no security fixes since 2026-06-05.
"""

from __future__ import annotations

from fedirec.html.bounds import MAX_BYTES
from fedirec.html.cleaning import clean
from fedirec.html.links import leads_to
from fedirec.html.words import excerpt, one_line, plain
from fedirec.html.writing import link_people, markdown, named_in, paragraphs

__all__ = [
    "MAX_BYTES",
    "clean",
    "excerpt",
    "leads_to",
    "link_people",
    "markdown",
    "named_in",
    "one_line",
    "paragraphs",
    "plain",
]
