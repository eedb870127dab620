"""Sources and contributors that are too many to stand in a record are fetched from its lists, and are what it says.

The record has the digest of each list, and its own digest and proof cover that: who reads a list knows that it is the
one that was meant, whoever gave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.activitypub.remote import Remote, compacted
from fedirec.activitypub.vocab import Json
from fedirec.db import transaction
from fedirec.errors import FedirecError, Invalid, PeerUnavailable
from fedirec.lanes import Done, Job, Later, Outcome, enqueue
from fedirec.remix.actions.contributors import save_parts
from fedirec.remix.actions.lineage import save_sources
from fedirec.remix.actions.rulings import keep_rulings
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.digest import credits_digest, sources_digest
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.models import Contributor, Record, RecordRevision
from fedirec.remix.vocab import ContributorObject, RecordObject, SourceObject
from fedirec.remix.vocab.records import MAX_CONTRIBUTORS, ListRef, read_credit_pages, read_source_pages

MAX_PAGES: Final = 24
"""Pages that are read of one list."""


async def fetch_lists(remote: Remote, job: Job) -> Outcome:
    """A record has all the sources and contributors that it names, if its lists are what it says that they are."""
    payload = {name: int(str(job.payload[name])) for name in ("record", "revision", "depth", "budget")}
    version = await RecordRevision.get_or_none(record_id=payload["record"], number=payload["revision"])
    if version is None or not version.document:
        return Done()
    try:
        work = remote.vocabulary.read(await compacted(version.document))
        if not isinstance(work, RecordObject):
            return Done()
        sources, parts = await fetch_sources(remote, work), await fetch_parts(remote, work)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    async with transaction():
        present = Record.filter(id=payload["record"], revision=payload["revision"], is_partial=True, deleted_at=None)
        record = await present.select_for_update().first()
        if record is None:
            return Done()
        works = []
        if work.source_list:
            works += await save_sources(record, sources, depth=payload["depth"], budget=payload["budget"])
        if work.credit_list:
            await Contributor.filter(record_id=record.id).delete()
            met = await save_parts(record, parts)
            works += met[: max(payload["budget"] - len(works), 0)]
        await keep_rulings(record)
        await Record.filter(id=record.id).update(is_partial=False)
        await enqueue(works)
    return Done()


async def fetch_sources(remote: Remote, work: RecordObject) -> Sequence[SourceObject]:
    """All that `work` was made from, be it in its list. Raises Invalid for a list that is not what it says."""
    if work.source_list is None:
        return work.sources
    sources = read_source_pages(await _pages(remote, work.source_list, of=work, limit=MAX_SOURCES))
    if sources_digest(sources) != work.source_list.digest:
        raise Invalid("the list of sources is not what the record says")
    return sources


async def fetch_parts(remote: Remote, work: RecordObject) -> Sequence[ContributorObject]:
    """Everybody who has a part in `work`, likewise."""
    if work.credit_list is None:
        return work.contributors
    parts = read_credit_pages(await _pages(remote, work.credit_list, of=work, limit=MAX_CONTRIBUTORS))
    if credits_digest(parts) != work.credit_list.digest:
        raise Invalid("the list of contributors is not what the record says")
    return parts


async def _pages(remote: Remote, named: ListRef, *, of: RecordObject, limit: int) -> list[Json]:
    """The pages of a list. Raises PeerUnavailable when one does not come, Invalid when there are too many."""
    visit = Visit(remote=remote, origin=of.id, max_pages=MAX_PAGES, max_items=limit)
    await visit.collection(named.id)
    if visit.is_broken:
        raise PeerUnavailable("a list of that record does not come")
    if visit.is_limited:
        raise Invalid("a list of that record is too long")
    return visit.pages
