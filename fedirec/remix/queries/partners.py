"""With whom elsewhere people of this instance agreed to something, or asked each other."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.rows import rows_in

_AGREED: Final = """
    SELECT asker_id AS one, owner_id AS other FROM remix_request
     UNION SELECT proposer_id, owner_id FROM suggestion
     UNION SELECT holder_id, owner_id FROM pen
     UNION SELECT c.claimant_id, r.author_id FROM claim c JOIN record r ON r.id = c.record_id
"""


async def partners_of_ours() -> dict[int, list[Actor]]:
    """People elsewhere, by the row of each of ours with whom they have a remix, suggestion, pen or claim."""
    rows = await fetch_rows(
        f"""
        SELECT p.one, p.other, a.is_local AS one_is_ours, b.is_local AS other_is_ours
          FROM ({_AGREED}) AS p JOIN actor a ON a.id = p.one JOIN actor b ON b.id = p.other
         WHERE a.is_local <> b.is_local
        """  # noqa: S608  (constants only)
    )
    pairs = [(row["one"], row["other"]) if row["one_is_ours"] else (row["other"], row["one"]) for row in rows]
    known = {actor.id: actor for actor in await rows_in(Actor, sorted({theirs for _ours, theirs in pairs}))}
    found = defaultdict[int, list[Actor]](list)
    for ours, theirs in pairs:
        if all(each.id != theirs for each in found[ours]):
            found[ours].append(known[theirs])
    return found
