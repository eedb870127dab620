"""What can be searched for: public records, challenges and people are found by their words, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from fedirec.activitypub.actors import make_actor_findable
from fedirec.activitypub.models import Actor
from fedirec.clock import monotonic
from fedirec.db import transaction
from fedirec.db.search import MAX_TEXT, gathering_words, make_findable, make_unfindable, not_findable
from fedirec.db.words import Subject
from fedirec.html import plain
from fedirec.remix.models import Challenge, GroupTag, Record

BATCH: Final = 100
"""Rows of one transaction: everybody else waits for it."""
_HTML: Final = 2 * MAX_TEXT
_RECORDS: Final = "SELECT id FROM record WHERE visibility = 'public' AND deleted_at IS NULL"
_CHALLENGES: Final = "SELECT id FROM challenge WHERE state <> 'draft'"
_PEOPLE: Final = "SELECT id FROM actor WHERE type = 'Person' AND state <> 'deleted'"


async def make_record_findable(record: Record, tags: Iterable[str]) -> None:
    """A public record is found by its title, tags and text, any other by nothing. Part of the caller's transaction."""
    if record.visibility != "public" or record.deleted_at is not None:
        await make_unfindable("record", record.id)
        return
    text = record.text[:MAX_TEXT] or plain(record.content[:_HTML])
    await make_findable("record", record.id, record.title, " ".join(tags), record.warning, text)


async def make_challenge_findable(challenge: Challenge) -> None:
    """A challenge is found by its title, its tags and what it asks for. Part of the caller's transaction."""
    text = challenge.text[:MAX_TEXT] or plain(challenge.content[:_HTML])
    tags = await GroupTag.filter(group_id=challenge.actor_id).order_by("id").values_list("name", flat=True)
    await make_findable("challenge", challenge.id, challenge.title, " ".join(map(str, tags)), text)


async def make_rest_findable() -> int:
    """Whatever should be found and is not yet, from a database of before there was a search, is; how many things."""
    return (
        await make_all_findable("record", _RECORDS, _some_records)
        + await make_all_findable("challenge", _CHALLENGES, _some_challenges)
        + await make_all_findable("actor", _PEOPLE, _some_people)
    )


async def make_all_findable(subject: Subject, among: str, make: Callable[[list[int]], Awaitable[None]]) -> int:
    """What the SQL `among` yields and nothing finds yet was given to `make`, piece by piece; how many things."""
    done, last = 0, 0
    while keys := await not_findable(subject, among=among, after=last, limit=BATCH):
        began = monotonic()
        await make(keys)
        done, last = done + len(keys), keys[-1]
        await asyncio.sleep(2 * (monotonic() - began))  # there may be a hundred thousand: two thirds are for the others
    return done


async def _some_records(keys: list[int]) -> None:
    records = await Record.filter(id__in=keys).prefetch_related("tags")
    async with transaction(), gathering_words():
        for record in records:
            await make_record_findable(record, [tag.name for tag in record.tags])


async def _some_challenges(keys: list[int]) -> None:
    challenges = await Challenge.filter(id__in=keys)
    async with transaction(), gathering_words():
        for challenge in challenges:
            await make_challenge_findable(challenge)


async def _some_people(keys: list[int]) -> None:
    people = await Actor.filter(id__in=keys)
    async with transaction(), gathering_words():
        for actor in people:
            await make_actor_findable(actor)
