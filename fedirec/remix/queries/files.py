"""Where the files of people lie."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.db import fetch_rows
from fedirec.db.rows import json_numbers, numbers


async def addresses_of(actors: Collection[int]) -> list[str]:
    """The addresses of all files that the records of the actors with these ids show, and of their posters."""
    rows = await fetch_rows(
        f"""
        SELECT a.url AS url, a.poster_url AS poster_url FROM {numbers()} AS w
         CROSS JOIN record AS r CROSS JOIN attachment AS a WHERE r.author_id = w.id AND a.record_id = r.id
        """,  # noqa: S608  (only the shape of the placeholder is put in)
        json_numbers(actors),
    )
    return [url for row in rows for url in (row["url"], row["poster_url"]) if url]
