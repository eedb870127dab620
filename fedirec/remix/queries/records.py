"""What pages ask about records, wherever they come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor, Follow, Liking
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.search import Search, finds_many, search_for
from fedirec.errors import NotFound
from fedirec.media.models import Media
from fedirec.remix.kinds import KINDS
from fedirec.remix.models import Attachment, Contributor, Record, RecordRevision, Source, Submission
from fedirec.remix.queries.parts import records_found, records_in
from fedirec.web.paging import Cursor

MAX_OWN: Final = 4
"""Records of their own that somebody who makes a new one is offered."""
MAX_REMIXES: Final = 24
"""Remixes that the page of a record shows before its lineage page takes over."""
MAX_REVISIONS: Final = 50
SPREAD: Final = 400
"""The newest records, whose instances and languages can be chosen among."""
MAX_CHOICES: Final = 24
_USED: Final = "s.in_graph AND s.withdrawn_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which records somebody would like to see."""

    kind: str = ""
    words: str = ""
    """Records that have them, and those by people whose names they are, as far as their authors want that."""
    tag: str = ""
    remixable: bool = False
    """Only those whose licence lets people remix them."""
    sellable: bool = False
    """Only those whose licence lets people earn money with them."""
    never_remixed: bool = False
    is_local: bool = False
    """Only those of people of this instance."""
    host: str = ""
    language: str = ""


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


async def explore(wish: Wish, *, viewer: Actor | None = None, after: Cursor | None, limit: int) -> list[Record]:
    """The newest records that fit `wish` and are not by somebody from whom `viewer` keeps away, with their parts."""
    parts, values = list[str](), list[Any]()

    def only(condition: str, *given: Any) -> None:
        parts.append(condition)
        values.extend(given)

    only("r.visibility = 'public' AND r.deleted_at IS NULL AND r.published_at <= ?", now())
    only("a.state IN ('active', 'deleted')")
    near = not_away(viewer)
    only(near.sql, *near.values)
    if wish.kind in KINDS:
        only("r.kind = ?", wish.kind)
    if wish.is_local:
        only("a.is_local")
    if wish.host:
        only("a.host = ?", wish.host)
    if wish.language:
        only("(r.language = ? OR r.language LIKE ?)", wish.language, f"{wish.language}-%")
    if wish.remixable:
        only("r.licence NOT LIKE '%-ND-%' AND r.licence NOT LIKE 'LicenseRef-%'")
    if wish.sellable:
        only("r.licence NOT LIKE '%-NC-%' AND r.licence NOT LIKE 'LicenseRef-%'")
    if wish.never_remixed:
        only(f"NOT EXISTS (SELECT 1 FROM source s WHERE s.parent_id = r.id AND {_USED})")  # noqa: S608
    if wish.tag:
        only(*await _among(Search(sql="SELECT record_id AS id FROM record_tag WHERE name = ?", values=(wish.tag,))))
    if wish.words:
        found = search_records(wish.words)
        if found is None:
            return []
        only(*await _among(found))
        only("(a.is_indexable OR a.id = ?)", viewer.id if viewer else 0)
    if after is not None:
        only("(r.published_at < ? OR (r.published_at = ? AND r.id < ?))", after.at, after.at, after.id)
    rows = await fetch_rows(
        f"SELECT r.id AS id FROM record r JOIN actor a ON a.id = r.author_id WHERE {' AND '.join(parts)} "  # noqa: S608
        "ORDER BY r.published_at DESC, r.id DESC LIMIT ?",
        *values,
        limit,
    )
    return await records_in([int(row["id"]) for row in rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where the records that came last are from, and in which languages."""

    hosts: Sequence[str] = ()
    languages: Sequence[str] = ()


async def spread_of_records() -> Spread:
    """What can be chosen among the newest records: instances beside ours, and languages without their countries."""
    rows = await fetch_rows(
        "SELECT a.host AS host, a.is_local AS is_local, r.language AS language FROM record r "
        "JOIN actor a ON a.id = r.author_id WHERE r.visibility = 'public' AND r.deleted_at IS NULL "
        "AND r.published_at <= ? AND a.state IN ('active', 'deleted') AND NOT a.is_quiet "
        "ORDER BY r.published_at DESC LIMIT ?",
        now(),
        SPREAD,
    )
    hosts = dict.fromkeys(str(row["host"]) for row in rows if not row["is_local"])
    languages = dict.fromkeys(str(row["language"]).partition("-")[0].lower() for row in rows if row["language"])
    return Spread(hosts=sorted(list(hosts)[:MAX_CHOICES]), languages=sorted(list(languages)[:MAX_CHOICES]))


def search_records(words: str) -> Search | None:
    """What finds the records that have all of `words`, and those of the people who are called so."""
    in_records, in_people = search_for("record", words), search_for("actor", words)
    if in_records is None or in_people is None:
        return None
    return Search(
        sql=f"{in_records.sql} UNION SELECT id FROM record WHERE author_id IN ({in_people.sql})",  # noqa: S608
        values=(*in_records.values, *in_people.values),
    )


async def _among(found: Search) -> tuple[Any, ...]:
    """The condition that a record was found, and its values.

    Few finds are looked up one by one; with many, records are gone through in the order of time until enough fit. The
    plus sign keeps a database from taking the first way where only we know that it is the long one.
    """
    sign = "+" if await finds_many(found) else ""
    return f"{sign}r.id IN ({found.sql})", *found.values


async def records_by(author: Actor, *, viewer: Actor | None, after: Cursor | None, limit: int) -> list[Record]:
    """The records of `author` that `viewer` may see, the newest first, with their parts.

    None while they are suspended.
    """
    if author.state == "suspended":
        return []
    found = Record.filter(author_id=author.id, deleted_at=None, published_at__lte=now())
    shown = ("public", "followers") if viewer is not None and await is_close(viewer, author.id) else ("public",)
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


async def remixes_of(record: Record) -> list[Record]:
    """What was made from `record` directly and may be seen by everybody, the newest first, with their parts."""
    made = Source.filter(parent_id=record.id, in_graph=True, withdrawn_at=None, record__visibility="public")
    children = await made.order_by("-id").limit(MAX_REMIXES).values_list("record_id", flat=True)
    shown = visible().filter(id__in=list(children), author__is_quiet=False)
    return await records_found(before(shown, None))


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
