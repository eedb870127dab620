"""What pages and documents ask about quotes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.errors import NotFound
from fedirec.remix.models import Quotation, QuoteStamp, Record

QUOTES: Final = 50
"""Quotes on one page."""


async def quotes_of(record: Record, *, before: int = 0, limit: int = QUOTES) -> tuple[list[QuoteStamp], bool]:
    """Who quotes `record` or asks to, those who asked last first, and whether there are more; each with the quoter."""
    found = QuoteStamp.filter(record_id=record.id)
    if before:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1).select_related("quoter", "record__author")
    return rows[:limit], len(rows) > limit


async def get_quote(key: int) -> QuoteStamp:
    """The answer to a request in row `key`, with its record, author and quoter. Raises NotFound."""
    found = await QuoteStamp.filter(id=key).select_related("quoter", "record__author").first()
    if found is None:
        raise NotFound("There is no such quote here.")
    return found


async def get_stamp(key: str) -> QuoteStamp:
    """The stamp with that key, with its record and author. Raises NotFound."""
    found = await QuoteStamp.filter(key=key).select_related("record__author").first()
    if found is None or found.state not in ("approved", "revoked"):
        raise NotFound("there is no such stamp here")
    return found


async def quotations_of(uris: Collection[str]) -> list[tuple[Quotation, Record | None]]:
    """What is quoted at `uris`, each with the record that it is, where everybody may see that here."""
    rows = await Quotation.filter(uri__in=list(uris)) if uris else []
    if not rows:
        return []
    shown = Record.filter(
        uri__in=[row.target_uri for row in rows],
        visibility="public",
        deleted_at=None,
        author__state__in=("active", "deleted"),
    )
    records = {record.uri: record for record in await shown.select_related("author")}
    return [(row, records.get(row.target_uri)) for row in rows]
