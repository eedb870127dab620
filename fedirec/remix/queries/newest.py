"""The newest rows of many owners, whatever else there is: of each owner few are read, by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fedirec.clock import now
from fedirec.db import on_postgres
from fedirec.db.rows import fetch_tuples, json_numbers, numbers
from fedirec.db.tables import moment_of

ANY_ID: Final = 2**62
EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Before everything."""
FEW: Final = 4
"""Rows of each owner that are read at first; those of whom all these are new enough have more."""


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


async def newest(
    rows: Rows,
    *,
    of: Owners,
    until: datetime | None = None,
    last: int = ANY_ID,
    since: datetime = EVER,
    limit: int,
) -> list[tuple[datetime, int]]:
    """When the newest `limit` of `rows` were made, and their numbers.

    None is later than `until`, or above `last` then, and none from before `since`: whoever knows that nothing older can
    be shown spares the database from reading it.
    """
    place = (until or now(), last, since)
    found = await _newest_of_each(rows, of, *place, each=FEW, limit=None)
    end = sorted(found, reverse=True)[limit - 1] if len(found) >= limit else None
    groups: dict[int, list[tuple[Any, int, int]]] = {}
    for row in found:
        groups.setdefault(row[2], []).append(row)
    busy = {owner for owner, group in groups.items() if len(group) == FEW and (end is None or min(group) >= end)}
    if busy:
        of = Owners(sql=f"SELECT t.id FROM {numbers()} AS t", values=(json_numbers(busy),))  # noqa: S608
        found = [row for row in found if row[2] not in busy]
        found += await _newest_of_each(rows, of, *place, each=limit, limit=limit)
    return [(_moment(at), key) for at, key, _owner in sorted(found, reverse=True)[:limit]]


async def _newest_of_each(
    rows: Rows, of: Owners, until: datetime, last: int, since: datetime, *, each: int, limit: int | None
) -> list[tuple[Any, int, int]]:
    """Time, number and owner of the newest `each` of every owner, of which only the newest `limit` matter."""
    page = f"""
        SELECT x.id, x.{rows.time} AS at FROM {rows.table} AS x
         WHERE x.{rows.owner} = w.id AND (x.{rows.time}, x.id) <= (?, ?) AND x.{rows.time} >= ?
           AND {rows.where}
         ORDER BY x.{rows.time} DESC, x.id DESC LIMIT ?
    """  # noqa: S608  (only constants of this package are spliced in)
    if on_postgres():
        sql = f"SELECT y.at, y.id, w.id FROM ({of.sql}) AS w CROSS JOIN LATERAL ({page}) AS y"  # noqa: S608
    else:
        sql = f"""
            SELECT y.{rows.time} AS at, y.id, w.id FROM ({of.sql}) AS w
             CROSS JOIN {rows.table} AS y ON y.id IN (SELECT id FROM ({page}))
        """  # noqa: S608
    ending = () if limit is None else (limit,)
    if ending:
        sql += " ORDER BY 1 DESC, 2 DESC LIMIT ?"
    found = await fetch_tuples(sql, *of.values, until, last, since, *rows.values, each, *ending)
    return [(at, key, owner) for at, key, owner in found]


def _moment(at: datetime | str) -> datetime:
    moment = moment_of(at)
    assert moment is not None
    return moment
