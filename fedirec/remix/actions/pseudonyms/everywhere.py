"""Somebody wants to be named, or not, in what others make from any of their works."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.activitypub.actors import describe_actor
from fedirec.activitypub.models import Actor
from fedirec.activitypub.naming import name_otherwise
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Update
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.db.rows import json_numbers, numbers
from fedirec.lanes import Done, Job, Outcome, enqueue, gathering
from fedirec.remix.actions.pseudonyms.keeping import carry, stand_in_for
from fedirec.remix.models import Pseudonym, Record

BATCH: Final = 200
"""Works of somebody for which their name is seen to in one transaction."""

MAX_TOLD: Final = 5_000
"""People elsewhere who built on the works of somebody, and whose servers are told how that one wants to be named."""

_BUILT_ON: Final = """
    SELECT w.id FROM {rows} AS w
     WHERE EXISTS (SELECT 1 FROM source s WHERE s.parent_id = w.id AND s.withdrawn_at IS NULL)
"""
_BUILDERS: Final = """
    WITH RECURSIVE down(id) AS (
        SELECT id FROM record WHERE author_id = ?
        UNION SELECT s.record_id FROM down CROSS JOIN source s WHERE s.parent_id = down.id AND s.withdrawn_at IS NULL
    )
    SELECT DISTINCT a.id FROM down CROSS JOIN record r CROSS JOIN actor a
     WHERE r.id = down.id AND a.id = r.author_id AND a.is_local = ? AND a.state = 'active' LIMIT ?
"""


async def name_as_wished(job: Job) -> Outcome:
    """Whoever the `job` is about is named as they wish now for the next of their works; those after have their turn."""
    after = int(str(job.payload.get("after", 0)))
    async with transaction(), gathering():
        author = await Actor.get_or_none(id=job.payload["actor"])
        if author is None:
            return Done()
        works = await Record.filter(author_id=author.id, id__gt=after).order_by("id").limit(BATCH)
        keys = [work.id for work in works]
        rows = await Pseudonym.filter(record_id__in=keys, actor_uri=author.uri, remix_uri="") if keys else []
        known = {row.record_id: row.id for row in rows}
        wanted = {work.id for work in works if work.without_name or author.without_name}
        if added := [key for key in keys if key in wanted and key not in known]:
            await Pseudonym.bulk_create([stand_in_for(author, key) for key in added])
        if ended := [key for key in keys if key in known and key not in wanted]:
            await Pseudonym.filter(id__in=[known[key] for key in ended]).delete()
        if after == 0 and author.is_local:
            await _tell_builders(author)
        await enqueue([carry(key) for key in await _built_on([*added, *ended])])
        if len(keys) == BATCH:
            await enqueue([name_otherwise(author.id, after=keys[-1])])
    return Done()


async def _built_on(records: Collection[int]) -> list[int]:
    """Those of the records in these rows from which something was made."""
    if not records:
        return []
    return [row["id"] for row in await fetch_rows(_BUILT_ON.format(rows=numbers()), json_numbers(records))]


async def _tell_builders(author: Actor) -> None:
    """Whoever built on works of `author`, at whatever remove, hears what they say of themselves now."""
    rows = await fetch_rows(_BUILDERS, author.id, False, MAX_TOLD)
    if not rows:
        return
    update = Update(
        id=new_activity_uri(author),
        actor=author.uri,
        object=await describe_actor(author),
        to=(PUBLIC,),
        published=now(),
    )
    await publish(author, update, to=await Actor.filter(id__in=[row["id"] for row in rows]))
