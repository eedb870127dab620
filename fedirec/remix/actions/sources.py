"""What records are made from: found wherever it lives, and joined to what was made of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from fedirec.activitypub.authority import may_be_by
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.db import execute, on_postgres, transaction
from fedirec.errors import FedirecError, Gone, Invalid, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.lineage import MAX_FETCHED, asking_for_remixes, is_due, settle_sources
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.threads import find_place
from fedirec.remix.models import Comment, Record, Source
from fedirec.remix.replies import is_talk
from fedirec.remix.spreading import halves
from fedirec.remix.vocab import PostObject, RecordObject
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

MAX_PROBLEM: Final = 300
FRESH: Final = timedelta(minutes=10)
"""How long the authors of sources are likely to be answering still."""
AGAIN_AFTER: Final = timedelta(seconds=20)
"""Their instances agree within seconds, where they wish so, and the remix carries their stamps a little later."""


async def find_record(
    remote: Remote, uri: str, *, depth: int = 0, budget: int = MAX_FETCHED, waits: bool = False
) -> Record:
    """The record at `uri`, with its author: from the database, or fetched from its origin and saved.

    One that is new and `waits` is for moderators first.

    Raises Invalid when something else is there, NotFound and Gone when nothing is, Forbidden and PeerUnavailable when
    its instance refuses or does not answer.
    """
    address = uri.strip()
    origin_of(address)
    known = await Record.filter(uri=address).select_related("author").first()
    if known is None:
        known = await Record.filter(url=address).select_related("author").first()
    if known and known.deleted_at:
        if known.visibility != "public":
            raise Gone
        raise Gone(_("“%(title)s” was deleted by its author.") % {"title": known.title})
    if known:
        return known
    if remote.site.is_ours(address):
        raise NotFound(_("There is no such record here."))
    if await Comment.exists(uri=address):
        raise Invalid(_("That address leads to a comment, not to a record."))
    work, document, author = await fetch_record(remote, address)
    if isinstance(work, PostObject) and is_talk(work) and await find_place(work.in_reply_to):
        raise Invalid(_("That address leads to a comment, not to a record."))
    async with transaction():
        record = await save_record(author, work, document=document, depth=depth, budget=budget, waits=waits)
        await enqueue(looking_again(work))
    return await Record.get(id=record.id).select_related("author")


def looking_again(work: RecordObject | PostObject) -> list[Work]:
    """The work of fetching `work` once more, which came by its id so soon that its stamps may be on their way still.

    Whoever fetched it is not among those who are told when they come.
    """
    if not isinstance(work, RecordObject) or len(work.remix_stamps) >= len(work.sources):
        return []
    if (work.updated or work.published) < now() - FRESH:
        return []
    return [
        Work(
            kind="again",
            lane=f"again:{origin_of(work.id)}",
            payload={"uri": work.id},
            dedupe_key=f"again:{hashlib.sha256(work.id.encode()).hexdigest()}",
            due_at=now() + AGAIN_AFTER,
        )
    ]


async def look_again(remote: Remote, job: Job) -> Outcome:
    """A record that was fetched as soon as it was there is as its origin has it a little later."""
    try:
        work, document, author = await fetch_record(remote, str(job.payload["uri"]))
        if isinstance(work, RecordObject) and work.is_public and await Record.exists(uri=work.id):
            async with transaction():
                await save_record(author, work, document=document)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def fetch_record(remote: Remote, uri: str) -> tuple[RecordObject | PostObject, Json, Actor]:
    """What its origin says lives at `uri`, as it was sent, and who made it."""
    entity, document = await remote.read_as_sent(uri)
    if not isinstance(entity, RecordObject | PostObject):
        raise Invalid(_("That address leads to something that is not a record."))
    if not may_be_by(entity.id, author=entity.attributed_to):
        raise Invalid(_("That record claims an author of another instance."))
    return entity, document, await remote.find_actor(entity.attributed_to)


async def resolve_source(remote: Remote, job: Job) -> Outcome:
    """What a record was made from is known and kept as a snapshot; or it is kept why that could not be."""
    source = await Source.get_or_none(id=int(str(job.payload["source"])))
    if source is None or source.snapshot_id is not None or source.withdrawn_at:
        return Done()
    depth, budget = int(str(job.payload["depth"])), int(str(job.payload["budget"]))
    above, below = halves(budget)
    await Source.filter(id=source.id).update(asked_at=now())
    try:
        parent = await find_record(remote, source.uri, depth=depth, budget=above)
    except FedirecError as error:
        await Source.filter(id=source.id).update(problem=str(error)[:MAX_PROBLEM])
        return Later(error=str(error), blame="job") if error.retryable else Done()
    async with transaction():
        fresh = await Source.filter(id=source.id).select_related("record").first()
        if fresh and fresh.snapshot_id is None:
            await settle_sources(fresh.record, {fresh.id: parent})
        if below and is_due(parent):
            await enqueue([asking_for_remixes(parent.uri, depth=depth, budget=below)])
    return Done()


async def join_sources() -> int:
    """Sources are joined to the records that several processes saved at the very moment when they were named; how many.

    Neither transaction saw what the other one wrote. On SQLite there is only one at a time.
    """
    if not on_postgres():
        return 0
    return await execute(
        "UPDATE source SET parent_id = r.id FROM record r WHERE r.uri = source.uri AND source.parent_id IS NULL"
    )
