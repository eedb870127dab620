"""What its author deleted before it came here: a Create that had to be sent again must not bring it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.activitypub.models import Actor, EarlyDeletion
from fedirec.clock import now
from fedirec.db import execute, fetch_rows

REMEMBERED_FOR: Final = timedelta(days=30)
"""Longer than anybody tries to send something."""


async def remember_deletion(author: Actor, uri: str) -> None:
    """`author` deleted what lives at `uri`, of which nothing is known here; part of the caller's transaction."""
    await execute(
        "INSERT INTO early_deletion (actor_id, object_uri, deleted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        author.id,
        uri,
        now(),
    )


async def was_deleted(author: Actor, uri: str) -> bool:
    """Whether `author` deleted what lives at `uri` before it came."""
    return bool(
        await fetch_rows(
            "SELECT 1 AS one FROM early_deletion WHERE actor_id = ? AND object_uri = ? LIMIT 1", author.id, uri
        )
    )


async def forget_deletion(author: Actor, uri: str) -> bool:
    """What lives at `uri` may come; whether `author` had deleted it before. Part of the caller's transaction."""
    return bool(await EarlyDeletion.filter(actor_id=author.id, object_uri=uri).delete())


async def prune_deletions() -> int:
    """What nobody will send any more is forgotten; returns how much."""
    return await EarlyDeletion.filter(deleted_at__lt=now() - REMEMBERED_FOR).delete()
