"""Rows as they come out of the database, for queries that yield so many that dicts and objects would cost too much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

from tortoise.connection import get_connection

from fedirec.db import on_postgres


async def fetch_tuples(sql: str, *values: Any) -> Sequence[Sequence[Any]]:
    """Run hand-written SQL with `?` placeholders; its rows, in the order of its columns, on any database."""
    connection = get_connection("default")
    _, rows = await connection.execute_query(_numbered(sql) if on_postgres() else sql, list(values))
    return cast("Sequence[Sequence[Any]]", rows)  # both kinds of database give rows that are sequences, too


def numbers() -> str:
    """A subquery for one placeholder that holds `json_numbers`, with each of them as `id`."""
    if on_postgres():
        return "(SELECT CAST(value AS bigint) AS id FROM json_array_elements_text(CAST(? AS text)::json))"
    return "(SELECT value AS id FROM json_each(?))"


def json_numbers(keys: Iterable[int]) -> str:
    """`keys` as the one value that `numbers` reads."""
    return f"[{','.join(map(str, keys))}]"


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    head, *rest = sql.split("?")
    return head + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
