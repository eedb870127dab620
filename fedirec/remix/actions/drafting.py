"""What somebody is still writing: kept on the server until it is published, thrown away or forgotten for long."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Invalid, NotFound, TooLarge
from fedirec.media.actions import keep_waiting
from fedirec.remix.actions.drafts import MAX_TITLE
from fedirec.remix.models import Draft

MAX_DRAFTS: Final = 20
"""Of one person; the one that was left alone the longest makes room."""
MAX_BYTES: Final = 200_000
KEPT_FOR: Final = timedelta(days=30)
"""How long a draft that nobody touches is kept, and its files with it."""
_KEY: Final = re.compile(r"[0-9a-z]{26}")


async def save_draft(
    author: Actor, *, key: str, title: str, values: Sequence[tuple[str, str]], files: Sequence[str] = ()
) -> Draft:
    """What `author` has written so far is kept under `key`, and the uploads called `files` wait for as long.

    `values` are the fields of its form. Raises Invalid for a key that is none and TooLarge for more than a record can
    hold.
    """
    if not is_draft_key(key):
        raise Invalid("That is not the key of a draft.")
    pairs = [[name, value] for name, value in values]
    if len(json.dumps(pairs)) > MAX_BYTES:
        raise TooLarge("That is too long for one record. Please split it.", field="text")
    changes: dict[str, Any] = {"title": " ".join(title.split())[:MAX_TITLE], "content": pairs, "saved_at": now()}
    async with transaction():
        mine = Draft.filter(author_id=author.id, key=key)
        if not await mine.update(**changes):
            try:
                async with transaction():
                    await Draft.create(author_id=author.id, key=key, **changes)
            except IntegrityError:  # saved by another request just then
                await mine.update(**changes)
            kept = Draft.filter(author_id=author.id).order_by("-saved_at", "-id")
            beyond = await kept.offset(MAX_DRAFTS).limit(MAX_DRAFTS).values_list("id", flat=True)
            await Draft.filter(id__in=list(beyond)).delete()
        await keep_waiting(author, keys=files, until=now() + KEPT_FOR)
        return await mine.get()


async def forget_draft(author: Actor, *, key: str) -> None:
    """Nothing is kept under `key` any more. Raises NotFound when nothing was."""
    if not await Draft.filter(author_id=author.id, key=key).delete():
        raise NotFound("That draft is not there any more.")


async def prune_drafts() -> int:
    """Drafts that nobody has touched for long are gone; how many they were."""
    return await Draft.filter(saved_at__lt=now() - KEPT_FOR).delete()


def is_draft_key(text: str) -> bool:
    """Whether a draft can be kept under `text`."""
    return _KEY.fullmatch(text) is not None
