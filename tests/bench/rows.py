"""Many rows at once, for databases that look as if they had lived for years. SQLite only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fedirec.settings import Settings


def multiply(connection: sqlite3.Connection, table: str, like: int, count: int, **changes: str) -> int:
    """`count` copies of the row with the id `like`, numbered on from the last id; the id of the first of them.

    `changes` are SQL expressions for columns that have to differ; `n` in them counts from 1, and `old` is the row that
    is copied.
    """
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    last = int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608
    values = {"id": f"{last} + n", **changes}
    chosen = ", ".join(values.get(column, f'old."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    connection.execute(
        f"""
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
        INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} AS old CROSS JOIN number WHERE old.id = ?
        """,  # noqa: S608
        (count, like),
    )
    return last + 1


def database_file(settings: Settings) -> Path:
    return Path(settings.database.partition("://")[2])
