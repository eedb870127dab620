"""What was said elsewhere and never came here is fetched: from the collections of the origin, within bounds.

The origin of a record or a comment says in `replies` and `context` (FEP-7888, FEP-f228) what was answered. Of that only
the ids are read, and each answer is asked for at its own origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Invalid
from fedirec.lanes import Done, Job, Outcome, Work, enqueue
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.models import Comment, Record
from fedirec.uris import origin_of

MAX_PAGES: Final = 20
"""Pages that are read of what one origin says was answered to one thing."""
MAX_ITEMS: Final = 1_000
"""Answers that are asked for because of one record, at whatever remove."""
MAX_ORIGINS: Final = 20
"""Instances that are asked for answers because of one list: whoever has a domain can make as many hosts as they like
(CVE-2022-46405)."""
MAX_DEPTH: Final = 64
"""Answers to answers that are followed."""
COOLDOWN: Final = timedelta(minutes=15)
"""How long the same list is not asked for again."""
MAX_AT_ONCE: Final = 5
"""Comments on one page whose answers are asked for when it is shown."""


async def catch_up(record: Record, comments: Iterable[Comment] = ()) -> None:
    """The origins of `record` and of `comments` on it will be asked for what they know and we do not, if that is due.

    Both come with their authors.
    """
    things: list[Record | Comment] = [record, *comments]
    due = [thing for thing in things if not thing.author.is_local and _is_due(thing)]
    if due:
        async with transaction():
            await enqueue([asking_for_replies(thing.uri) for thing in due[:MAX_AT_ONCE]])


def asking_for_replies(uri: str, *, depth: int = 0, budget: int = MAX_ITEMS) -> Work:
    """The work of asking what was answered to the remote record or comment at `uri`."""
    return Work(
        kind="replies",
        lane=f"replies:{origin_of(uri)}",
        payload={"uri": uri, "depth": depth, "budget": budget},
        dedupe_key=f"replies:{_digest(uri)}",
    )


def asking_for_answer(uri: str, *, depth: int, budget: int) -> Work:
    """The work of fetching an answer of which only the id is known, and what was answered to that."""
    return Work(
        kind="comment",
        lane=f"comment:{origin_of(uri)}",
        payload={"uri": uri, "depth": depth, "budget": budget},
        dedupe_key=f"comment:{_digest(uri)}",
    )


async def fetch_replies(remote: Remote, job: Job) -> Outcome:
    """What the origin of a record or a comment lists as answered to it is asked for, as far as we do not have it."""
    uri, depth, budget = str(job.payload["uri"]), int(str(job.payload["depth"])), int(str(job.payload["budget"]))
    thing = await _thing_at(uri)
    if thing is None or thing.author.is_local or not _is_due(thing):
        return Done()
    thing.replies_asked_at = now()
    await thing.save(update_fields=["replies_asked_at"])
    try:
        document = await remote.fetch(uri)
    except FedirecError:
        return Done()  # somebody will look at it again
    visit = Visit(remote=remote, origin=uri, max_pages=MAX_PAGES, max_items=MAX_ITEMS)
    for key in ("context", "replies"):
        for value in Doc(document).many(key)[:1]:
            await visit.collection(value)
    missing = await _missing(remote, [item for item in visit.items if item != uri])
    asked = missing[:budget]
    if not asked:
        return Done()
    share = (budget - len(asked)) // len(asked) if depth < MAX_DEPTH else 0
    async with transaction():
        await enqueue([asking_for_answer(item, depth=depth + 1, budget=share) for item in asked])
    return Done()


async def _missing(remote: Remote, items: Sequence[str]) -> list[str]:
    """Those of `items` that we do not have, of MAX_ORIGINS instances at most."""
    known = set[str]()
    for start in range(0, len(items), 500):
        some = list(items[start : start + 500])
        known |= {str(uri) for uri in await Comment.filter(uri__in=some).values_list("uri", flat=True)}
        known |= {str(uri) for uri in await Record.filter(uri__in=some).values_list("uri", flat=True)}
    found: list[str] = []
    origins = set[str]()
    for item in items:
        try:
            origin = origin_of(item)
        except Invalid:
            continue
        if item in known or remote.site.is_ours(item) or (origin not in origins and len(origins) >= MAX_ORIGINS):
            continue
        origins.add(origin)
        found.append(item)
    return found


async def _thing_at(uri: str) -> Record | Comment | None:
    """What is at `uri` and everybody may see."""
    record = await Record.filter(uri=uri, visibility="public", deleted_at=None).select_related("author").first()
    if record is not None:
        return record
    return await Comment.filter(uri=uri, visibility="public", deleted_at=None).select_related("author").first()


def _is_due(thing: Record | Comment) -> bool:
    is_told = thing.visibility == "public" and thing.deleted_at is None and thing.author.state == "active"
    return is_told and (thing.replies_asked_at is None or thing.replies_asked_at < now() - COOLDOWN)


def _digest(uri: str) -> str:
    return hashlib.sha256(uri.encode()).hexdigest()
