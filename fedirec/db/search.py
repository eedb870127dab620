"""Full text search: the words by which records, challenges and people are found, on both databases alike.

The two databases disagree about what a word is. So texts are taken apart here, before either sees them: without case
and accents, and where words have no gaps (Chinese, Japanese, Thai) character by character. What somebody types goes the
same way, and so can never be a piece of query language.
The tables (`fedirec.db.words`) can be thrown away: whatever is not in them is put there again.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from fedirec.db import execute, fetch_rows, on_postgres
from fedirec.db.words import Subject, words_table

MAX_TEXT: Final = 6_000
"""Characters of one thing by which it is found."""
MAX_TERMS: Final = 8
COMMON: Final = 2_000
"""Finds from which on it is quicker to go through everything in the order of time than to sort what was found."""

_WORD: Final = re.compile(r"[^\W_]+")
_GAPLESS: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A piece of SQL that yields the row numbers of what was found as `id`, and the values of its placeholders."""

    sql: str
    values: tuple[object, ...]


def words_in(text: str) -> list[str]:
    """The words of `text`, each in the one form in which it is looked for."""
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        bare = "".join(character for character in apart if not unicodedata.combining(character))
        plain = _GAPLESS.sub(r" \1 ", unicodedata.normalize("NFC", bare))
    return _WORD.findall(plain)


async def make_findable(subject: Subject, key: int, *texts: str) -> None:
    """The row `key` of `subject` is found by the words of `texts` and by no others.

    Part of the caller's transaction.
    """
    words = " ".join(word for text in texts for word in words_in(text[:MAX_TEXT]))[:MAX_TEXT]
    table = words_table(subject)
    await execute(
        f"INSERT INTO {table} (id, words) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET words = excluded.words "  # noqa: S608
        f"WHERE {table}.words <> excluded.words",
        key,
        words,
    )


async def make_unfindable(subject: Subject, key: int) -> None:
    """Nothing finds the row `key` of `subject` any more. Part of the caller's transaction."""
    await execute(f"DELETE FROM {words_table(subject)} WHERE id = ?", key)  # noqa: S608


def search_for(subject: Subject, typed: str) -> Search | None:
    """What finds those of `subject` that have all words of `typed`, or begin like the last; None for no words."""
    terms = [words for term in typed.split() if (words := words_in(term))][:MAX_TERMS]
    if not terms:
        return None
    table = words_table(subject)
    if on_postgres():
        value = " & ".join(" <-> ".join(f"'{word}'" for word in words) for words in terms)
        sql = f"SELECT id FROM {table} WHERE to_tsvector('simple', words) @@ to_tsquery('simple', CAST(? AS text))"  # noqa: S608
        return Search(sql=sql, values=(f"{value}:*",))
    value = " AND ".join(f'"{" ".join(words)}"' for words in terms)
    sql = f"SELECT rowid AS id FROM {table}_index WHERE {table}_index MATCH ?"  # noqa: S608
    return Search(sql=sql, values=(f"{value}*",))


async def finds_many(search: Search) -> bool:
    """Whether more than `COMMON` rows are found, for pages that have to decide how to go about it."""
    rows = await fetch_rows(
        f"SELECT count(*) AS found FROM (SELECT id FROM ({search.sql}) AS f LIMIT {COMMON + 1}) AS enough",  # noqa: S608
        *search.values,
    )
    return int(rows[0]["found"]) > COMMON


async def not_findable(subject: Subject, *, among: str, after: int, limit: int) -> list[int]:
    """Row numbers above `after` that the SQL `among` yields and that nothing finds yet, in order."""
    rows = await fetch_rows(
        f"SELECT a.id AS id FROM ({among}) AS a LEFT JOIN {words_table(subject)} AS w ON w.id = a.id "  # noqa: S608
        "WHERE a.id > ? AND w.id IS NULL ORDER BY a.id LIMIT ?",
        after,
        limit,
    )
    return [int(row["id"]) for row in rows]
