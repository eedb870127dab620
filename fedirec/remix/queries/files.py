"""Where the files of people lie."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.db import fetch_rows
from fedirec.db.rows import json_numbers, numbers
from fedirec.media.models import Media
from fedirec.remix.models import Attachment, Record


async def media_in(record: Record) -> dict[str, Media]:
    """The files of ours that `record`, one of ours, shows, by their addresses."""
    used = await Attachment.filter(record_id=record.id, media_id__not_isnull=True).values_list("url", "media_id")
    rows = {row.id: row for row in await Media.filter(id__in=[key for _url, key in used])} if used else {}
    return {str(url): rows[int(str(key))] for url, key in used}


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
