"""What was made of a record elsewhere is looked for where its own origin lists it, within bounds.

Each record says in `remixes` (the inverse of `remixesOf`, as FEP-5711 has it) where its author's instance lists what
was made of it and agreed to. Of such a list only the ids are read. Each remix is asked for at its own origin, has to
say itself what it was made from, and is asked for its own list in turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Final

from fedirec.activitypub.remote import Remote, compacted
from fedirec.activitypub.vocab import Doc, Json
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.lineage import MAX_FETCHED, asking_for_remixes, is_due
from fedirec.remix.actions.long_lists import fetch_sources
from fedirec.remix.actions.proofs import keep_proof
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.sources import fetch_record, looking_again
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.models import Comment, Record, RecordRevision
from fedirec.remix.proofs import proved_document
from fedirec.remix.spreading import COOLDOWN, MAX_LISTED, MAX_PAGES, Gap, halves, steps_after
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.text import find_id
from fedirec.uris import origin_of

MAX_AT_ONCE: Final = 50
"""Records of one trail that are asked for their remixes at once."""


async def look_for_remixes(records: Iterable[Record]) -> int:
    """The origins of those of `records`, which come with their authors, will be asked what was made of them, as far as
    that is due; how many.
    """
    due = [record for record in records if is_due(record)][:MAX_AT_ONCE]
    if due:
        share = MAX_FETCHED // len(due)
        async with transaction():
            await enqueue([asking_for_remixes(record.uri, depth=0, budget=share) for record in due])
    return len(due)


async def fetch_remixes(remote: Remote, job: Job) -> Outcome:
    """What the origin of a record lists as made of it is asked for, as far as we do not have it."""
    uri, depth, budget = str(job.payload["uri"]), int(str(job.payload["depth"])), int(str(job.payload["budget"]))
    record = await Record.get_or_none(uri=uri).select_related("author")
    if record is None or not is_due(record):
        return Done()
    await Record.filter(id=record.id).update(remixes_asked_at=now())
    try:
        document = await _document_of(remote, record)
    except FedirecError:
        await Record.filter(id=record.id).update(remixes_gap=Gap.SILENT)
        return Done()
    visit = Visit(remote=remote, origin=uri, max_pages=MAX_PAGES, max_items=MAX_LISTED)
    for value in Doc(document).many("remixes")[:1]:
        whole = await visit.collection(value)
        if whole is not None and find_id(Doc(whole), "remixesOf") not in (None, uri):
            visit.items.clear()  # it is the list of something else
    known, due = await _known_among(remote, list(visit.items))
    steps = steps_after((item for item in visit.items if item != uri), known=known, due=due, depth=depth, budget=budget)
    gap = Gap.SILENT if visit.is_broken else Gap.LIMITED if visit.is_limited or steps.left_out else Gap.NONE
    async with transaction():
        await Record.filter(id=record.id).update(remixes_gap=gap)
        await enqueue(
            [
                *(_asking_for_remix(item, of=uri, depth=depth + 1, budget=steps.share) for item in steps.fetched),
                *(asking_for_remixes(item, depth=depth + 1, budget=steps.share) for item in steps.asked),
            ]
        )
    return Done()


async def fetch_remix(remote: Remote, job: Job) -> Outcome:
    """A remix that the origin of its source lists is here, with what else it was made from; if it says so itself."""
    uri, source = str(job.payload["uri"]), str(job.payload["of"])
    depth, budget = int(str(job.payload["depth"])), int(str(job.payload["budget"]))
    if await Record.exists(uri=uri) or await Comment.exists(uri=uri):
        return Done()
    try:
        work, document, author = await fetch_record(remote, uri)
        if not isinstance(work, RecordObject) or not work.is_public:
            return Done()
        if not any(each.id == source for each in (*work.sources, *(await fetch_sources(remote, work)))):
            return Done()
        above, below = halves(budget)
        waits = await has_to_wait(author)
        async with transaction():
            record = await save_record(author, work, document=document, depth=depth, budget=above, waits=waits)
            below_it = [asking_for_remixes(record.uri, depth=depth, budget=below)] if below and not waits else []
            await enqueue([*below_it, *looking_again(work)])
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def _document_of(remote: Remote, record: Record) -> Json:
    """What the origin of `record` says of it, in our terms; as it came, if that was just now and is proved.

    What proves it is kept, where it was not proved before.
    """
    version = await RecordRevision.get(record_id=record.id, number=record.revision)
    is_proved = proved_document(version) is not None
    if is_proved and record.fetched_at and record.fetched_at > now() - COOLDOWN:
        return await compacted(version.document)
    entity, sent = await remote.read_as_sent(record.uri)
    if not is_proved:
        async with transaction():
            await keep_proof(record, entity, sent)
    return await compacted(sent)


async def _known_among(remote: Remote, items: Collection[str]) -> tuple[set[str], set[str]]:
    """Those of `items` that are known here, or ours in any case; and of them those whose own lists are due."""
    known, due = {item for item in items if remote.site.is_ours(item)}, set[str]()
    listed = list(items)
    for start in range(0, len(listed), 500):
        some = listed[start : start + 500]
        known |= {str(uri) for uri in await Comment.filter(uri__in=some).values_list("uri", flat=True)}
        for record in await Record.filter(uri__in=some).select_related("author"):
            known.add(record.uri)
            if is_due(record):
                due.add(record.uri)
    return known, due


def _asking_for_remix(uri: str, *, of: str, depth: int, budget: int) -> Work:
    """The work of fetching a remix of what lives at `of`, of which only the id is known."""
    return Work(
        kind="remix",
        lane=f"remix:{origin_of(uri)}",
        payload={"uri": uri, "of": of, "depth": depth, "budget": budget},
        dedupe_key=f"remix:{hashlib.sha256(uri.encode()).hexdigest()}",
    )
