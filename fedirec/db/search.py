"""Full text search: the words by which records, challenges, projects and people are found, on both databases.

The two databases disagree about what a word is. So texts are taken apart here, before either sees them: without case
and accents, and where words have no gaps (Chinese, Japanese, Thai) character by character. What somebody types goes the
same way, and so can never be a piece of query language.
The tables (`fedirec.db.words`) can be thrown away: whatever is not in them is put there again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from fedirec.db import execute, fetch_rows, on_postgres
from fedirec.db.gathering import Gathered, Gathering
from fedirec.db.rows import fetch_tuples
from fedirec.db.tables import json_of, table_of
from fedirec.db.words import SUBJECTS, Subject, words_table

MAX_TEXT: Final = 6_000
"""Characters of one thing by which it is found."""
MAX_TERMS: Final = 8
COMMON: Final = 2_000
"""Finds from which on it is quicker to go through everything in the order of time than to sort what was found."""

_ADD: Final = """
    INSERT INTO {table} (id, words) SELECT w.id, w.words FROM {given} AS w WHERE true
    ON CONFLICT (id) DO UPDATE SET words = excluded.words WHERE {table}.words <> excluded.words
"""
"""One statement for all of them: for each statement SQLite writes a piece of index, and has to join the pieces."""
_REMOVE: Final = "DELETE FROM {table} WHERE id IN (SELECT w.id FROM {given} AS w)"

_WORD: Final = re.compile(r"[^\W_]+")
_GAPLESS: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)


Findable: TypeAlias = tuple[Subject, int, str | None]
"""What a row belongs to, its number, and its words; None when it is not to be found any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A piece of SQL that yields the row numbers of what was found as `id`, and the values of its placeholders."""

    sql: str
    values: tuple[object, ...]


def words_in(text: str) -> list[str]:
    """The words of `text`, each in the one form in which it is looked for."""
    plain = text.casefold()
    if not plain.isascii():
        # Taking letters apart can bring capitals to light (Unicode 3.13, NFKC_Casefold).
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
    if not plain.isascii():  # more than an ellipsis or the like
        bare = "".join(character for character in plain if not unicodedata.combining(character))
        plain = _GAPLESS.sub(r" \1 ", unicodedata.normalize("NFC", bare))
    return _WORD.findall(plain)


async def make_findable(subject: Subject, key: int, *texts: str) -> None:
    """The row `key` of `subject` is found by the words of `texts` and by no others.

    Part of the caller's transaction.
    """
    await _keep(subject, key, " ".join(word for text in texts for word in words_in(text[:MAX_TEXT]))[:MAX_TEXT])


async def make_unfindable(subject: Subject, key: int) -> None:
    """Nothing finds the row `key` of `subject` any more. Part of the caller's transaction."""
    await _keep(subject, key, None)


_gathering: Final = Gathering[Findable]("words")


@asynccontextmanager
async def gathering_words() -> AsyncGenerator[Gathered[Findable]]:
    """What is made findable within is so at its end, all at once: SQLite writes a piece of index at every savepoint.

    Part of the caller's transaction. Nothing is written when it ends in an error.
    """
    with _gathering.begin() as gathered:
        yield gathered
    last = {(subject, key): words for subject, key, words in gathered.things}
    for subject in dict.fromkeys(subject for subject, _key in sorted(last)):
        await _write(subject, {key: words for (of, key), words in sorted(last.items()) if of == subject})


async def _keep(subject: Subject, key: int, words: str | None) -> None:
    if (gathered := _gathering.find()) is not None:
        gathered.things.append((subject, key, words))
    else:
        await _write(subject, {key: words})


async def _write(subject: Subject, words: Mapping[int, str | None]) -> None:
    """Each of the rows is found by its words, and those without by nothing."""
    table = words_table(subject)
    if found := [{"id": key, "words": each} for key, each in words.items() if each is not None]:
        await execute(_ADD.format(table=table, given=table_of(id="integer", words="text")), json_of(found))
    if gone := [{"id": key} for key, each in words.items() if each is None]:
        await execute(_REMOVE.format(table=table, given=table_of(id="integer")), json_of(gone))


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


async def find_few(search: Search) -> list[int] | None:
    """The row numbers that are found; None for more than `COMMON`, for pages that have to decide how to go about it."""
    rows = await fetch_tuples(f"SELECT f.id FROM ({search.sql}) AS f LIMIT {COMMON + 1}", *search.values)  # noqa: S608
    return list(dict.fromkeys(int(key) for (key,) in rows)) if len(rows) <= COMMON else None


async def finds_many(search: Search) -> bool:
    """Whether more than `COMMON` rows are found, for pages that have to decide how to go about it."""
    rows = await fetch_rows(
        f"SELECT count(*) AS found FROM (SELECT id FROM ({search.sql}) AS f LIMIT {COMMON + 1}) AS enough",  # noqa: S608
        *search.values,
    )
    return int(rows[0]["found"]) > COMMON


async def forget_removed_words() -> None:
    """What was removed from the search is not kept by its index either; everybody else waits for that on SQLite.

    PostgreSQL does it by itself, in its own time.
    """
    if on_postgres():
        return
    for subject in SUBJECTS:
        index = f"{words_table(subject)}_index"
        await execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608  (names of this package)


async def not_findable(subject: Subject, *, among: str, after: int, limit: int) -> list[int]:
    """Row numbers above `after` that the SQL `among` yields and that nothing finds yet, in order."""
    rows = await fetch_rows(
        f"SELECT a.id AS id FROM ({among}) AS a LEFT JOIN {words_table(subject)} AS w ON w.id = a.id "  # noqa: S608
        "WHERE a.id > ? AND w.id IS NULL ORDER BY a.id LIMIT ?",
        after,
        limit,
    )
    return [int(row["id"]) for row in rows]
