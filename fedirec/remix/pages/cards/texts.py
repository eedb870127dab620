"""What is written in a record, as its page and as a card show it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from anyio import to_thread

from fedirec.html import excerpt, markdown
from fedirec.remix.kinds import Kind
from fedirec.remix.models import Record

_EXCERPT: Final = 260
LOOKED_AT: Final = 4_000
"""Characters of HTML in which the first words are looked for."""


def words_of(record: Record) -> str:
    """The text of a record as HTML, without the title, credits and links that stand in its `content` for others."""
    if record.is_post or (not record.text and record.kind == Kind.TEXT):
        return record.content
    return rendered(record.text) if record.text else ""


def first_words_of(record: Record) -> str:
    """The beginning of its text, for a card."""
    if record.is_post or (not record.text and record.kind == Kind.TEXT):
        return _beginning(record.content[:LOOKED_AT])
    return _beginning_of_markdown(record.text[: 3 * _EXCERPT]) if record.text else ""


async def prepare_words(text: str) -> None:
    """What `text` looks like is at hand afterwards; for the worst that somebody can write, finding out takes a second.

    Call it before a page shows a whole text, so that other visitors need not wait.
    """
    await to_thread.run_sync(rendered, text)


@lru_cache(maxsize=128)
def rendered(text: str) -> str:
    return markdown(text)


@lru_cache(maxsize=2048)
def _beginning(html: str) -> str:
    return excerpt(html, _EXCERPT)


@lru_cache(maxsize=2048)
def _beginning_of_markdown(text: str) -> str:
    return excerpt(markdown(text), _EXCERPT)
