"""What was agreed to travels with the remix; and a remix that had to wait for it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Create, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden
from fedirec.lanes import Done, Job, Outcome, gathering
from fedirec.remix.actions.composing import Composed
from fedirec.remix.actions.records import everybody_around, tell_those_in_it
from fedirec.remix.actions.remix_requests.asking import ask_authors
from fedirec.remix.actions.remix_requests.waiting import sources_in_need, work_of
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import save_submission
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.files import media_in
from fedirec.remix.queries.remix_requests import people_asked, stamps_of
from fedirec.remix.visibility import ASKING, HIDDEN
from fedirec.remix.vocab import RecordObject


async def carry_stamps(job: Job) -> Outcome:
    """A record of ours says who has agreed to it, or is published now that all have who had to."""
    found = Record.filter(uri=str(job.payload["uri"]), author__is_local=True, deleted_at=None)
    record = await found.select_related("author").first()
    if record is None or record.author.state != "active" or record.visibility == HIDDEN:
        return Done()
    around = await everybody_around(record)
    async with transaction(), gathering():
        present = await Record.filter(id=record.id).select_for_update().get()
        if present.deleted_at is not None or present.visibility == HIDDEN:
            return Done()
        present.author = record.author
        work = await work_of(present)
        if present.visibility == ASKING:
            if not await sources_in_need(present):
                await _publish(present, work, around)
            return Done()
        stamps, quote = await stamps_of(record.uri)
        if (stamps, quote) == (work.remix_stamps, work.quote_authorization):
            return Done()
        at = now()
        work = replace(work, remix_stamps=stamps, quote_authorization=quote, updated=at)
        await save_record(record.author, work, document=work.write(), media=await media_in(present))
        # Nothing of the work itself changed, and nobody is told on its page that something did. Nor does it name anew
        # whoever left since and does not want to be named, as the words that were signed before do.
        await Record.filter(id=record.id).update(updated_at=present.updated_at, content=present.content)
        await _say(Update, present, work, around, at=at)
    return Done()


async def _publish(record: Record, work: RecordObject, around: list[Actor]) -> None:
    """What waited is there for everybody, and those know whom it concerns. Part of the caller's transaction."""
    author, at = record.author, now()
    await Record.filter(id=record.id).update(visibility="public", published_at=at)
    work = replace(work, published=at, updated=at)
    await ask_authors(author, work)
    stamps, quote = await stamps_of(record.uri)
    work = replace(work, remix_stamps=stamps, quote_authorization=quote)
    saved = await save_record(author, work, document=work.write(), media=await media_in(record))
    await _submit(saved, work)
    await tell_those_in_it(author, saved)
    await _say(Create, record, work, around, at=at)


async def _submit(record: Record, work: RecordObject) -> None:
    """The record is offered to the challenge that it answers, unless that has closed by now."""
    challenge = await Challenge.filter(actor__uri=work.challenge).first() if work.challenge else None
    if challenge is None:
        return
    version, digest = (work.terms.version, work.terms.digest) if work.terms else (None, None)
    try:
        async with transaction():
            await save_submission(challenge, record, via="local", terms_version=version, terms_digest=digest)
    except (Conflict, Forbidden):
        return


async def _say(
    how: type[Create[RecordObject]] | type[Update[RecordObject]],
    record: Record,
    work: RecordObject,
    around: list[Actor],
    *,
    at: datetime,
) -> None:
    author = record.author
    activity = how(
        id=new_activity_uri(author),
        actor=author.uri,
        object=Composed(work=work, told=[]).carried,  # type: ignore[arg-type]
        to=work.to,
        cc=work.cc,
        published=at,
    )
    owners = await people_asked(record.uri)
    told = {actor.id: actor for actor in [*around, *owners] if actor.id != author.id}
    await publish(author, activity, to=list(told.values()), to_followers_of=[author])
