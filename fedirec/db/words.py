"""The tables that full text search looks into, which have no models: one for each subject, filled by `db.search`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Literal

Subject = Literal["record", "challenge", "project", "actor"]

SUBJECTS: Final[tuple[Subject, ...]] = ("record", "challenge", "project", "actor")

_Script = Callable[[str], Awaitable[None]]


def words_table(subject: Subject) -> str:
    """The table that holds the words of each row of `subject`, by its key."""
    return f"{subject}_words"


async def install_search(script: _Script, *, sqlite: bool) -> None:
    """The tables that are searched are there, empty where they were not."""
    for subject in SUBJECTS:
        table = words_table(subject)
        if not sqlite:
            await script(
                f"CREATE TABLE IF NOT EXISTS {table} (id BIGINT PRIMARY KEY, words TEXT NOT NULL);"
                f"CREATE INDEX IF NOT EXISTS {table}_index ON {table} USING gin (to_tsvector('simple', words));"
            )
            continue
        gone = f"INSERT INTO {table}_index ({table}_index, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608
        there = f"INSERT INTO {table}_index (rowid, words) VALUES (new.id, new.words);"  # noqa: S608
        await script(
            f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, words TEXT NOT NULL);"
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table}_index USING fts5"
            f"(words, content='{table}', content_rowid='id', tokenize='unicode61 remove_diacritics 0');"
            f"CREATE TRIGGER IF NOT EXISTS {table}_added AFTER INSERT ON {table} BEGIN {there} END;"
            f"CREATE TRIGGER IF NOT EXISTS {table}_removed AFTER DELETE ON {table} BEGIN {gone} END;"
            f"CREATE TRIGGER IF NOT EXISTS {table}_changed AFTER UPDATE ON {table} BEGIN {gone} {there} END;"
        )
