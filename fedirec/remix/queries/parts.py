"""Records and challenges with everything that a card or a page shows of each, by row number.

Four or five short queries, however many rows there are, and their text is written once.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor
from fedirec.db.rows import belongs, rows_in
from fedirec.remix.models import Attachment, Challenge, ChallengeTerms, Record, RecordTag, Source


async def records_in(keys: Sequence[int]) -> list[Record]:
    """The records in these rows, in that order, with their parts; numbers of none are passed over."""
    found = {record.id: record for record in await rows_in(Record, keys)}
    authors = await actors_in({record.author_id for record in found.values()})
    for record in found.values():
        record.author = authors[record.author_id]
    attachments = await rows_in(Attachment, found, of="record_id", order="x.position, x.id")
    belongs(attachments, found, by="record_id", name="attachments")
    belongs(await rows_in(RecordTag, found, of="record_id", order="x.id"), found, by="record_id", name="tags")
    sources = await rows_in(Source, found, of="record_id", where="x.withdrawn_at IS NULL", order="x.position, x.id")
    belongs(sources, found, by="record_id", name="sources")
    return [found[key] for key in keys if key in found]


async def records_found(rows: QuerySet[Record]) -> list[Record]:
    """The records that `rows` finds, in its order, with their parts."""
    return await records_in([int(str(key)) for key in await rows.values_list("id", flat=True)])


async def challenges_found(rows: QuerySet[Challenge]) -> list[Challenge]:
    """The challenges that `rows` finds, in its order, with their parts."""
    return await challenges_in([int(str(key)) for key in await rows.values_list("id", flat=True)])


async def challenges_in(keys: Sequence[int]) -> list[Challenge]:
    """The challenges in these rows, in that order, with their parts; numbers of none are passed over."""
    found = {challenge.id: challenge for challenge in await rows_in(Challenge, keys)}
    people = {
        key for each in found.values() for key in (each.actor_id, each.leader_id, each.part_of_id) if key is not None
    }
    actors = await actors_in(people)
    for challenge in found.values():
        challenge.actor = actors[challenge.actor_id]
        challenge.leader = actors[challenge.leader_id] if challenge.leader_id is not None else None
        challenge.part_of = actors[challenge.part_of_id] if challenge.part_of_id is not None else None
    attachments = await rows_in(Attachment, found, of="challenge_id", order="x.position, x.id")
    belongs(attachments, found, by="challenge_id", name="attachments")
    terms = await rows_in(ChallengeTerms, found, of="challenge_id", order="x.version DESC")
    belongs(terms, found, by="challenge_id", name="terms")
    return [found[key] for key in keys if key in found]


async def actors_in(keys: set[int]) -> dict[int, Actor]:
    """The actors in these rows, by row."""
    return {actor.id: actor for actor in await rows_in(Actor, keys)}
