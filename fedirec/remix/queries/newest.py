"""The newest rows of many owners, whatever else there is: of each owner one page is read, by an index, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fedirec.clock import now
from fedirec.db import fetch_rows, on_postgres

ANY_ID: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows that belong to somebody: which of a table (`x` in `where`), and the index by owner and time."""

    table: str
    owner: str
    time: str
    where: str
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Whose rows are meant: a piece of SQL that yields their row numbers as `id`."""

    sql: str
    values: Sequence[Any] = ()


async def newest(rows: Rows, *, of: Owners, until: datetime | None = None, last: int = ANY_ID, limit: int) -> list[int]:
    """The row numbers of the newest `limit` of `rows`, none later than `until` or with a number above `last` then."""
    page = f"""
        SELECT x.id, x.{rows.time} AS at FROM {rows.table} AS x
         WHERE x.{rows.owner} = w.id AND (x.{rows.time}, x.id) <= (?, ?) AND {rows.where}
         ORDER BY x.{rows.time} DESC, x.id DESC LIMIT ?
    """  # noqa: S608  (only constants of this package are spliced in)
    if on_postgres():
        sql = f"SELECT y.id FROM ({of.sql}) AS w CROSS JOIN LATERAL ({page}) AS y ORDER BY y.at DESC, y.id DESC LIMIT ?"  # noqa: S608
    else:
        sql = f"""
            SELECT y.id FROM ({of.sql}) AS w CROSS JOIN {rows.table} AS y ON y.id IN (SELECT id FROM ({page}))
             ORDER BY y.{rows.time} DESC, y.id DESC LIMIT ?
        """  # noqa: S608
    found = await fetch_rows(sql, *of.values, until or now(), last, *rows.values, limit, limit)
    return [int(row["id"]) for row in found]
