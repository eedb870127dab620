"""The pieces of SQL in which SQLite and PostgreSQL differ.

Whole tables of values travel as one JSON placeholder, so that a statement has the same text for 1 row and for 500.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sized
from datetime import datetime
from typing import Final, Literal

from fedirec.db import on_postgres

Kept = Literal["integer", "boolean", "text", "moment", "json"]

_POSTGRES: Final = {
    "integer": "bigint",
    "boolean": "boolean",
    "text": "text",
    "moment": "timestamptz",
    "json": "text",
}


def table_of(**columns: Kept) -> str:
    """A subquery for one placeholder that holds `json_of` rows with these columns."""
    if on_postgres():
        types = ", ".join(f"{name} {_POSTGRES[kind]}" for name, kind in columns.items())
        values = ", ".join(f"{name}::jsonb AS {name}" if kind == "json" else name for name, kind in columns.items())
        return f"(SELECT {values} FROM json_to_recordset(CAST(? AS text)::json) AS r({types}))"  # noqa: S608
    values = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {values} FROM json_each(?))"  # noqa: S608


def marks(values: Sized) -> str:
    """A placeholder for each of `values`, for the few that need no table."""
    return ", ".join("?" * len(values))


def json_of(rows: Iterable[Mapping[str, object]]) -> str:
    """`rows` as the one value that `table_of` reads; times in the form in which SQLite keeps them."""
    return json.dumps(list(rows), default=_moment)


def locked(*, skip: bool = False) -> str:
    """The end of a SELECT whose rows nobody else may change until the transaction ends.

    SQLite's write transactions exclude each other anyway.
    """
    if not on_postgres():
        return ""
    return " FOR UPDATE SKIP LOCKED" if skip else " FOR UPDATE"


def moment_of(value: datetime | str | None) -> datetime | None:
    """A time as it comes out of either database."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    raise TypeError(f"{type(value).__name__} cannot travel as JSON")
