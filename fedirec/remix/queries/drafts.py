"""What pages ask about records that are still being written."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.db.rows import fetch_tuples, rows_in
from fedirec.errors import NotFound
from fedirec.remix.models import Draft

MAX_OFFERED: Final = 5
"""Drafts that are offered to go on with."""


async def drafts_of(author: Actor) -> list[Draft]:
    """What `author` was writing last, the newest first."""
    newest = "SELECT id FROM draft WHERE author_id = ? ORDER BY saved_at DESC, id DESC LIMIT ?"
    keys = [key for (key,) in await fetch_tuples(newest, author.id, MAX_OFFERED)]
    return sorted(await rows_in(Draft, keys), key=lambda draft: keys.index(draft.id))


async def get_draft(author: Actor, key: str) -> Draft:
    """The draft of `author` under `key`. Raises NotFound."""
    draft = await Draft.get_or_none(author_id=author.id, key=key)
    if draft is None:
        raise NotFound("That draft is not there any more.")
    return draft
