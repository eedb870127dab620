"""The pictures that stand for records where there is room for a small one only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.db.rows import fetch_tuples, json_numbers, numbers, rows_in
from fedirec.remix.models import Attachment

MAX_COVERS: Final = 400
"""Records that one page asks about."""
_SHOWN: Final = """
    SELECT r.id FROM {wanted} AS w CROSS JOIN record r CROSS JOIN actor a
     WHERE r.id = w.id AND a.id = r.author_id AND r.visibility = 'public' AND r.deleted_at IS NULL AND r.warning = ''
       AND a.state = 'active' AND NOT a.media_rejected
"""


async def covers_of(keys: Collection[int]) -> dict[int, Attachment]:
    """The first picture or poster of each of the records in these rows that everybody may see without a warning."""
    wanted = list(dict.fromkeys(keys))[:MAX_COVERS]
    shown = [key for (key,) in await fetch_tuples(_SHOWN.format(wanted=numbers()), json_numbers(wanted))]
    found: dict[int, Attachment] = {}
    for row in await rows_in(Attachment, shown, of="record_id", order="x.position, x.id"):
        if row.record_id is not None and (row.kind == "image" or row.poster_url):
            found.setdefault(row.record_id, row)
    return found
