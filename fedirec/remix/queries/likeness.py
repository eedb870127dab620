"""Which works that are known here a file may come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.tables import marks
from fedirec.media.likeness import alike, copies_alike
from fedirec.media.models import Media
from fedirec.remix.models import Record
from fedirec.remix.queries.parts import records_in

MAX_SUGGESTED: Final = 3
"""Records that are suggested at once."""
_MAX_LOOKED_AT: Final = 200


async def records_like(media: Sequence[Media], *, maker: Actor, but: Collection[int] = ()) -> list[Record]:
    """Public records by others than `maker` that have the very file of one of `media`, or one that looks or sounds like
    it: the oldest first, for that is where it comes from. Those in the rows of `but` are left out, and those of people
    from whom `maker` keeps away, or who have blocked them.

    Files of other instances are known by their looks as long as copies of them are here.
    """
    if not media:
        return []
    digests = sorted({file.digest for file in media})
    keys = [file.id for file in media]
    near = sorted({key for others in (await alike(keys)).values() for key in others})[:_MAX_LOOKED_AT]
    copies = (await copies_alike(keys))[:_MAX_LOOKED_AT]
    wanted = f"t.digest IN ({marks(digests)})" + (f" OR t.media_id IN ({marks(near)})" if near else "")
    wanted += f" OR t.url IN ({marks(copies)})" if copies else ""
    welcome = not_away(maker)
    rows = await fetch_rows(
        f"""
        SELECT r.id AS id FROM attachment t JOIN record r ON r.id = t.record_id JOIN actor a ON a.id = r.author_id
         WHERE ({wanted}) AND r.visibility = 'public' AND r.deleted_at IS NULL AND r.author_id <> ?
           AND a.state = 'active' AND {welcome.sql} AND NOT {_shuts_out()}
         ORDER BY r.published_at, r.id LIMIT ?
        """,  # noqa: S608  (placeholders and constants)
        *digests,
        *near,
        *copies,
        maker.id,
        *welcome.values,
        maker.id,
        maker.host,
        _MAX_LOOKED_AT,
    )
    found = [key for key in dict.fromkeys(int(row["id"]) for row in rows) if key not in but]
    return await records_in(found[:MAX_SUGGESTED])


def _shuts_out() -> str:
    """What holds in SQL when the author `a` has blocked somebody, whose row and host are the values."""
    return (
        "EXISTS (SELECT 1 FROM boundary b WHERE b.owner_id = a.id AND b.kind = 'block' "
        "AND (b.other_id = ? OR b.host = ?))"
    )
