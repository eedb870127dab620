"""Rows that one transaction has to itself: who decided from what stood there before looks again."""

from __future__ import annotations

from tortoise.models import Model

from fedirec.errors import NotFound


async def hold(row: Model) -> None:
    """Nobody else holds or changes `row` until the caller's transaction ends, and it says what stands there now.

    It is the first thing in a transaction, for what was read before may be over. Raises NotFound for a row that is
    gone. PostgreSQL lets others refer to it meanwhile; on SQLite there is one transaction at a time.
    """
    fresh = await type(row).filter(pk=row.pk).select_for_update(no_key=True).first()
    if fresh is None:
        raise NotFound
    for column in row._meta.fields_db_projection:
        setattr(row, column, getattr(fresh, column))
