"""What pages ask about records, wherever they come from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.activitypub.models import Actor, Follow, Liking
from fedirec.clock import now
from fedirec.db import fetch_objects
from fedirec.db.rows import rows_in
from fedirec.errors import NotFound
from fedirec.media.models import Media
from fedirec.remix.models import Attachment, Contributor, Record, RecordRevision, Submission
from fedirec.remix.queries.parts import records_found, records_in
from fedirec.web.paging import Cursor

MAX_OWN: Final = 4
"""Records of their own that somebody who makes a new one is offered."""
MAX_REVISIONS: Final = 50


def visible() -> QuerySet[Record]:
    """What everybody may see: public, not deleted, by nobody who was suspended, and not from the future."""
    return Record.filter(
        visibility="public", deleted_at=None, published_at__lte=now(), author__state__in=("active", "deleted")
    )


def before(records: QuerySet[Record], cursor: Cursor | None) -> QuerySet[Record]:
    """The newest of `records` that come after the place of `cursor`."""
    if cursor is not None:
        records = records.filter(Q(published_at__lt=cursor.at) | Q(published_at=cursor.at, id__lt=cursor.id))
    return records.order_by("-published_at", "-id")


async def records_by(author: Actor, *, viewer: Actor | None, after: Cursor | None, limit: int) -> list[Record]:
    """The records of `author` that `viewer` may see, the newest first, with their parts.

    None while they are suspended.
    """
    if author.state == "suspended":
        return []
    found = Record.filter(author_id=author.id, deleted_at=None, published_at__lte=now())
    shown = ("public", "followers") if viewer is not None and await is_close(viewer, author.id) else ("public",)
    if viewer is not None and viewer.id == author.id:
        shown = (*shown, "asking")
    found = found.filter(visibility__in=shown)
    return await records_found(before(found, after).limit(limit))


async def own_records(author: Actor, *, but: Record | None = None) -> list[Record]:
    """The newest public records of `author`, with their parts: what they may want to use again."""
    return [
        record
        for record in await records_found(before(visible().filter(author_id=author.id), None).limit(MAX_OWN + 1))
        if but is None or record.id != but.id
    ][:MAX_OWN]


async def get_own_record(author: Actor, key: int) -> Record:
    """The record of `author` in row `key`, with its parts. Raises NotFound."""
    record = await find_record_row(key)
    if record is None or record.author_id != author.id or record.deleted_at is not None:
        raise NotFound("There is no such record here.")
    return record


async def get_record(uri: str) -> Record:
    """The record of ours at `uri`, deleted or not, with its parts. Raises NotFound."""
    record = next(iter(await records_found(Record.filter(uri=uri))), None)
    if record is None or not record.author.is_local:
        raise NotFound("There is no such record here.")
    return record


async def find_served(uri: str) -> Record | None:
    """The record at `uri`, deleted or not, with its author and without its parts: for every server that asks for it."""
    record = next(iter(await fetch_objects(Record, "SELECT * FROM record WHERE uri = ?", uri)), None)
    if record is not None:
        [record.author] = await rows_in(Actor, (record.author_id,))
    return record


async def get_remote_record(key: int) -> Record:
    """The record of another instance that is row `key` here, with its parts. Raises NotFound."""
    record = await find_record_row(key)
    if record is None or record.author.is_local:
        raise NotFound("There is no such record here.")
    return record


async def find_record_row(key: int) -> Record | None:
    """The record in row `key`, ours or not, with its parts."""
    return next(iter(await records_in([key])), None)


async def find_by_address(address: str) -> Record | None:
    """The record whose id or page is at `address`, of those we know, unless it was deleted."""
    known = Record.filter(Q(uri=address) | Q(url=address), deleted_at=None, visibility="public")
    return await known.select_related("author").order_by("id").first()


async def records_in_order(keys: Collection[int], *, maker: Actor, of: Record | None = None) -> list[Record]:
    """The records with these row numbers that `maker` could build on, in that order, with their parts.

    Those that are gone are left out, and so is what others do not show to everybody, or made who are suspended: row
    numbers can be guessed. What `of`, which comes with its parts, is made from already stays: it was, whatever became
    of it.
    """
    found = await records_in(list(dict.fromkeys(keys)))
    used = {source.uri for source in of.sources} if of else set()
    return [
        record
        for record in found
        if record.author_id == maker.id
        or record.uri in used
        or (record.visibility == "public" and record.author.state != "suspended")
    ]


async def records_at(uris: Collection[str]) -> list[Record]:
    """The records at `uris` that everybody may see, with their parts; deleted ones come too."""
    return await records_found(Record.filter(uri__in=list(uris), visibility="public")) if uris else []


async def pages_of(uris: Collection[str]) -> dict[str, int]:
    """The row numbers of the records at `uris`, of those that are known here."""
    rows = await Record.filter(uri__in=list(uris)).values_list("uri", "id")
    return {str(uri): int(key) for uri, key in rows}


async def actors_at(uris: Collection[str]) -> dict[str, Actor]:
    """The actors at `uris` that are known here."""
    return {actor.uri: actor for actor in await Actor.filter(uri__in=list(uris))}


async def contributors_of(record: Record) -> list[Contributor]:
    """Who has a part in `record`, as its author says."""
    return await Contributor.filter(record_id=record.id).order_by("position")


async def revisions_of(record: Record) -> list[RecordRevision]:
    """The versions of `record`, the newest first."""
    return await RecordRevision.filter(record_id=record.id).order_by("-number").limit(MAX_REVISIONS)


async def get_revision(record: Record, number: int) -> RecordRevision:
    """One version of `record`. Raises NotFound."""
    revision = await RecordRevision.get_or_none(record_id=record.id, number=number)
    if revision is None:
        raise NotFound("There is no such version.")
    return revision


async def submissions_of(record: Record) -> list[Submission]:
    """The challenges that `record` was offered to, with each of them."""
    return await (
        Submission.filter(record_id=record.id)
        .exclude(state="withdrawn")
        .select_related("challenge__actor")
        .order_by("id")
    )


async def is_close(viewer: Actor, author_id: int) -> bool:
    """Whether `viewer` is the actor in row `author_id`, or somebody whom they let follow them."""
    return viewer.id == author_id or await Follow.exists(
        follower_id=viewer.id, target_id=author_id, accepted_at__not_isnull=True
    )


async def has_recommended(viewer: Actor, record: Record) -> bool:
    """Whether `viewer` told the author that they like `record`."""
    return await Liking.exists(actor_id=viewer.id, object_uri=record.uri)


async def files_of(owner: Actor, keys: Collection[str], *, of: Record | None = None) -> dict[str, Media]:
    """The files called `keys` that `owner` may put into a record: fresh uploads, and those that are in it already."""
    kept = set()
    if of is not None:
        kept = set(await Attachment.filter(record_id=of.id).values_list("media_id", flat=True))
    found = await Media.filter(key__in=list(keys), owner_id=owner.id)
    return {file.key: file for file in found if file.attached_at is None or file.id in kept}
