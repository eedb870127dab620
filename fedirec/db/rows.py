"""Queries whose text is written once: for what every page asks, building it anew takes longer than answering it.

And rows as they come out of the database, for queries that yield so many that dicts and objects would cost too much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from tortoise.connection import get_connection
from tortoise.models import Model

from fedirec.db import on_postgres

M = TypeVar("M", bound=Model)


async def fetch_tuples(sql: str, *values: Any) -> Sequence[Sequence[Any]]:
    """Run hand-written SQL with `?` placeholders; its rows, in the order of its columns, on any database."""
    connection = get_connection("default")
    _, rows = await connection.execute_query(_numbered(sql) if on_postgres() else sql, list(values))
    return cast("Sequence[Sequence[Any]]", rows)  # both kinds of database give rows that are sequences, too


async def fetch_columns(sql: str, names: Sequence[str], *values: Any) -> list[list[Any]]:
    """The columns `names` of what hand-written SQL finds, each as a list: for thousands of rows. No times, no bytes.

    SQLite hands over row after row, each with a lock and an object of its own; a text for each column takes half as
    long.
    """
    gather = "array_agg" if on_postgres() else "json_group_array"
    gathered = ", ".join(f"{gather}({name})" for name in names)
    (row,) = await fetch_tuples(f"SELECT {gathered} FROM ({sql}) AS found", *values)  # noqa: S608  (names are constants)
    return [json.loads(column) if isinstance(column, str) else column or [] for column in row]


def numbers() -> str:
    """A subquery for one placeholder that holds `json_numbers`, with each of them as `id`."""
    if on_postgres():
        return "(SELECT CAST(value AS bigint) AS id FROM json_array_elements_text(CAST(? AS text)::json))"
    return "(SELECT value AS id FROM json_each(?))"


def json_numbers(keys: Iterable[int]) -> str:
    """`keys` as the one value that `numbers` reads."""
    return f"[{','.join(map(str, keys))}]"


async def rows_in(model: type[M], keys: Iterable[int], *, of: str = "id", where: str = "", order: str = "") -> list[M]:
    """The rows of `model` whose column `of` is among `keys`; `where` and `order` are constant SQL about them as `x`."""
    wanted = json_numbers(keys)
    if wanted == "[]":
        return []
    columns = _columns(model)
    found = await fetch_tuples(_rows_in(model, of, where, order, on_postgres()), wanted)
    return [model._init_from_db(**dict(zip(columns, row, strict=True))) for row in found]


async def row_at(model: type[M], key: int) -> M | None:
    """The row of `model` with this number."""
    return next(iter(await rows_in(model, (key,))), None)


def belongs(parts: Iterable[M], owners: Mapping[int, Model], *, by: str, name: str) -> None:
    """Each of `owners` has those of `parts` at hand, as `name`, whose column `by` is its number, in their order."""
    groups: dict[int, list[M]] = {key: [] for key in owners}
    for part in parts:
        groups[getattr(part, by)].append(part)
    for key, group in groups.items():
        getattr(owners[key], name)._set_result_for_query(group)


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(model._meta.fields_db_projection.values())


@cache
def _rows_in(model: type[Model], of: str, where: str, order: str, postgres: bool) -> str:
    chosen = ", ".join(f'x."{column}"' for column in _columns(model))
    return (
        f'SELECT {chosen} FROM {numbers()} AS w CROSS JOIN "{model._meta.db_table}" AS x '  # noqa: S608
        f'WHERE x."{of}" = w.id{f" AND {where}" if where else ""}{f" ORDER BY {order}" if order else ""}'
    )


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    head, *rest = sql.split("?")
    return head + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
