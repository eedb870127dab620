"""Records as they stood when somebody built on them, or in one of their versions: what is compared with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, is_for_everybody
from fedirec.errors import FedirecError, NotFound
from fedirec.html import clean, plain
from fedirec.media.models import Media
from fedirec.remix.models import Attachment, Record, RecordRevision, Snapshot, Source
from fedirec.remix.visibility import may_see, may_see_version
from fedirec.remix.vocab import AttachmentObject, PostObject, RecordObject
from fedirec.uris import Uris


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two things that are compared, as it stood on the wire."""

    title: str
    text: str
    licence: str
    """Its id or address."""
    author: str = ""
    """The address of whoever says that they made it."""
    warning: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    """Who had which part in it, by the addresses of person and role."""
    files: tuple[AttachmentObject, ...] = ()
    is_whole: bool = True
    """Whether more is known of it than its title, author and licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSide:
    """What a record was made from, as it was then, with what is known of it now."""

    source: Source
    side: Side
    record: Record | None
    """The source itself, with its author, where it can still be looked at."""
    snapshot: Snapshot | None
    has_changed: bool
    """Whether it was changed since, and can be looked at as it is now as well."""


def side_in(document: Json, *, title: str, licence: str) -> Side:
    """What stood in `document`, with the `title` and the `licence` that were made of it where it names none."""
    read = RecordObject.read if document.get("kind") == RecordObject.KIND else PostObject.read
    try:
        work: RecordObject | PostObject = read(Doc(document), Vocabulary(()))
    except FedirecError:  # what came in another shape is known by its title and licence
        return Side(title=title, text="", licence=licence, is_whole=False)
    is_record = isinstance(work, RecordObject)
    return Side(
        title=work.name or title,
        text=(work.markdown if work.markdown is not None else plain(clean(work.content))).replace("\r\n", "\n"),
        licence=(work.licence if isinstance(work, RecordObject) else None) or licence,
        author=work.attributed_to,
        warning=work.warning,
        language=work.language,
        tags=tuple(dict.fromkeys(tag.name for tag in work.hashtags)) if is_record else (),
        parts=tuple((part.person, part.role) for part in work.contributors) if isinstance(work, RecordObject) else (),
        files=work.attachments,
    )


async def present_side(record: Record) -> Side:
    """`record` as it is now."""
    revision = await RecordRevision.get_or_none(record_id=record.id, number=record.revision)
    document = revision.document if revision else {}
    return side_in(document, title=record.title, licence=record.licence_url or record.licence)


async def version_sides(record: Record, *, before: int, after: int, viewer: Actor | None) -> tuple[Side, Side]:
    """Two versions of `record`, as far as `viewer` may see what stood in them. Raises NotFound."""
    rows = {row.number: row for row in await RecordRevision.filter(record_id=record.id, number__in=[before, after])}
    sides = []
    for number in (before, after):
        revision = rows.get(number)
        if revision is None or not await may_see_version(record, revision, viewer):
            raise NotFound("There is no such version.")
        sides.append(side_in(revision.document, title=record.title, licence=record.licence_url or record.licence))
    return sides[0], sides[1]


async def source_side(record: Record, source_id: int, *, viewer: Actor | None, as_now: bool = False) -> SourceSide:
    """The source in row `source_id` of `record` as it was when it was built on, or `as_now`, for `viewer`.

    What is gone is as its snapshot kept it. Raises NotFound when there is no such source, when nothing is known of it,
    and when `viewer` may not see it.
    """
    found = Source.filter(id=source_id, record_id=record.id, withdrawn_at=None)
    source = await found.select_related("snapshot", "parent__author").first()
    if source is None:
        raise NotFound("That is not one of its sources.")
    parent, snapshot = source.parent, source.snapshot
    if parent is not None and (parent.author.state == "suspended" or not await may_see(parent, viewer)):
        raise NotFound("That source is not there for everybody to see.")
    if parent is not None and parent.deleted_at is not None:
        parent = None
    if parent is None and (snapshot is None or not is_for_everybody(snapshot.document)):
        raise NotFound("Nothing is known here of that source.")
    has_changed = bool(
        parent and snapshot and parent.digest and snapshot.record_digest and parent.digest != snapshot.record_digest
    )
    if parent is not None and (snapshot is None or not snapshot.document or (as_now and has_changed)):
        side = await present_side(parent)
    else:
        assert snapshot is not None
        licence = snapshot.licence_url or snapshot.licence
        side = side_in(snapshot.document, title=snapshot.title, licence=licence)
    return SourceSide(source=source, side=side, record=parent, snapshot=snapshot, has_changed=has_changed)


async def rows_of_files(sides: Sequence[Side], *, uris: Uris, viewer: Actor | None) -> Mapping[str, Attachment]:
    """The files of `sides` by their address, as pages show files; ours that nobody may see any more are left out."""
    prefix = uris.media("")
    files = {file.url: file for side in sides for file in side.files}
    paths = [url.removeprefix(prefix) for url in files if url.startswith(prefix)]
    kept: dict[str, Media] = {}
    for media in await Media.filter(path__in=paths).order_by("id") if paths else []:
        if media.attached_at is not None or (viewer is not None and media.owner_id == viewer.id):
            kept.setdefault(media.path, media)
    rows = {}
    for position, (url, file) in enumerate(files.items()):
        media_row = kept.get(url.removeprefix(prefix))
        if url.startswith(prefix) and media_row is None:
            continue
        rows[url] = _row(file, position=position, media_id=media_row.id if media_row else None)
    return rows


def _row(file: AttachmentObject, *, position: int, media_id: int | None) -> Attachment:
    return Attachment(
        media_id=media_id,
        position=position,
        kind=file.kind.value,
        media_type=file.media_type,
        url=file.url,
        poster_url=file.poster_url,
        description=file.description,
        width=file.width,
        height=file.height,
        duration_ms=file.duration_ms,
        digest=file.digest,
        blurhash=file.blurhash,
        captions=None,
    )
