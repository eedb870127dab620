"""Records become rows: the one place that decides what a record is, for ours and for those of others."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Final

from fedirec.activitypub.authority import may_create, may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import PUBLIC, Json
from fedirec.clock import now
from fedirec.db import add_object, add_row, execute, fetch_rows
from fedirec.errors import Forbidden, Gone
from fedirec.html import clean, excerpt, one_line, plain
from fedirec.lanes import Work, enqueue
from fedirec.media.actions import attach_media
from fedirec.media.models import Media
from fedirec.remix.actions.findable import make_record_findable
from fedirec.remix.actions.lineage import MAX_FETCHED, save_sources
from fedirec.remix.actions.quotations import save_quotation
from fedirec.remix.digest import digest_holds, record_digest
from fedirec.remix.kinds import kind_of
from fedirec.remix.licences import UNKNOWN, find_grant, find_licence
from fedirec.remix.models import Attachment, Contributor, Record, RecordRevision, RecordTag
from fedirec.remix.quoting import Quoting, quoting_of
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.visibility import HELD, HIDDEN
from fedirec.remix.vocab import AttachmentObject, NoteObject, PostObject, RecordObject, hashtag_key
from fedirec.remix.warnings import warning_of
from fedirec.uris import origin_of

MAX_ORIGIN: Final = 255
"""Characters; no host on the internet has more."""

TITLE_OF_POST: Final = 80
"""Characters of a post that stand in for the title it does not have."""


async def save_record(
    author: Actor,
    work: RecordObject | PostObject,
    *,
    document: Json,
    media: Mapping[str, Media] | None = None,
    depth: int = 0,
    budget: int = MAX_FETCHED,
    waits: bool = False,
    is_back: bool = False,
) -> Record:
    """The record that `work` describes is saved, or brought up to its newer version; part of the caller's transaction.

    `document` is what stood on the wire, `media` the files of ours by their address, `depth` how far from a record of
    interest we are: sources are followed MAX_DEPTH generations, and no more than `budget` records and people are
    asked for because of this one. One that is new and `waits` is seen by nobody before a moderator lets it in, and
    nothing is asked for because of it. One that was deleted is there again when it `is_back`. Raises Forbidden unless
    `author` is its author and of its origin, Gone when it was deleted.
    """
    if not may_create(work.id, author=work.attributed_to, speaker=author.uri):
        raise Forbidden("only its author can say what a record is")
    if author.state == "suspended":
        raise Forbidden("its author is suspended here")
    is_known = await fetch_rows("SELECT 1 AS one FROM record WHERE uri = ?", work.id)
    known = await Record.get(uri=work.id) if is_known else None
    before: set[object] = set()
    if known is None:
        columns = _columns(work, author)
        if waits:
            columns |= {"visibility": HELD, "held_at": now()}
            budget = 0
        record = await add_object(Record, uri=work.id, author_id=author.id, published_at=work.published, **columns)
        record.author = author
        await execute("UPDATE source SET parent_id = ? WHERE uri = ?", record.id, record.uri)
    elif known.author_id != author.id:
        raise Forbidden("that record belongs to somebody else")
    elif known.deleted_at and not is_back:
        raise Gone("that record was deleted by its author")
    elif not known.deleted_at and not _is_newer(known, work):
        return known
    else:
        record = known
        columns = _columns(work, author)
        if record.visibility in (HIDDEN, HELD):
            del columns["visibility"]  # what moderators have hidden, only they show again
        if record.visibility == HELD:
            budget = 0
        if record.is_post and columns["licence"] == UNKNOWN.id:
            del columns["licence"], columns["licence_url"]  # what was granted in other words stays granted
        record.update_from_dict({**columns, "revision": known.revision + 1, "deleted_at": None})
        await record.save()
        before = set(await Attachment.filter(record_id=record.id).values_list("media_id", flat=True))
        await Attachment.filter(record_id=record.id).delete()
        await Contributor.filter(record_id=record.id).delete()
        await RecordTag.filter(record_id=record.id).delete()
    await add_row(RecordRevision, record_id=record.id, number=record.revision, document=document, digest=record.digest)
    await hold_media(author, media or {}, before=before)
    await save_attachments(work, media or {}, record=record)
    tags = dict.fromkeys(hashtag_key(tag.name) for tag in work.hashtags)
    for name in filter(None, tags):
        await add_row(RecordTag, record_id=record.id, name=name)
    await make_record_findable(record, tags)
    if isinstance(work, RecordObject):
        parts = dict.fromkeys((part.person, _code(part.role)) for part in work.contributors)
        await Contributor.bulk_create(
            [
                Contributor(record_id=record.id, actor_uri=person, role=role, position=position)
                for position, (person, role) in enumerate(parts)
            ]
        )
        waiting = await save_sources(record, work.sources, depth=depth, budget=budget)
        met = await meet({person for person, _role in parts})
        await enqueue([*waiting, *met[: budget - len(waiting)], *(await _quoted(work, known))])
    else:
        await enqueue(await _quoted(work, known))
    return record


async def _quoted(work: NoteObject, known: Record | None) -> list[Work]:
    return await save_quotation(work) if work.quote or known else []


async def save_attachments(work: NoteObject, media: Mapping[str, Media], **owner: Any) -> None:
    """The media of `work` belong to `owner`, a record or a challenge; part of the caller's transaction."""
    if not work.attachments:
        return
    await Attachment.bulk_create(
        [
            Attachment(
                **{f"{name}_id": row.id for name, row in owner.items()},
                media_id=media[attachment.url].id if attachment.url in media else None,
                position=position,
                kind=attachment.kind.value,
                media_type=attachment.media_type,
                url=attachment.url,
                poster_url=attachment.poster_url,
                description=attachment.description,
                width=attachment.width,
                height=attachment.height,
                duration_ms=attachment.duration_ms,
                digest=attachment.digest,
                blurhash=attachment.blurhash,
                captions=_captions(attachment) if attachment.url not in media else None,
            )
            for position, attachment in enumerate(work.attachments)
        ]
    )


def _captions(attachment: AttachmentObject) -> list[dict[str, str]] | None:
    return [
        {"language": caption.language, "name": caption.name, "url": caption.url} for caption in attachment.captions
    ] or None


async def hold_media(owner: Actor, media: Mapping[str, Media], *, before: Collection[object] = ()) -> None:
    """The files of `owner` belong to something now, and those that it had `before` and has no more do not.

    Part of the caller's transaction. Raises NotFound for a file that is somebody else's or belongs elsewhere.
    """
    held = {file.id for file in media.values()}
    if fresh := [file.key for file in media.values() if file.id not in before]:
        await attach_media(owner, keys=fresh)
    if left := [row for row in before if isinstance(row, int) and row not in held]:
        await Media.filter(id__in=left).update(attached_at=None)


async def meet(people: Collection[str]) -> list[Work]:
    """The work of getting to know those of the credited `people` whose names we cannot show yet."""
    known = {actor.uri for actor in await Actor.filter(uri__in=list(people))} if people else set()
    strangers = {person: origin_of(person) for person in sorted(people) if person not in known}
    return [
        Work(
            kind="people",
            lane=f"people:{origin}",
            payload={"uri": person},
            dedupe_key=f"person:{hashlib.sha256(person.encode()).hexdigest()}",
        )
        for person, origin in strangers.items()
        if len(origin) <= MAX_ORIGIN
    ]


def _columns(work: RecordObject | PostObject, author: Actor) -> dict[str, Any]:
    """The columns of a record that its current version decides."""
    is_record = isinstance(work, RecordObject)
    content = clean(work.content)
    licence = find_licence(work.licence) if isinstance(work, RecordObject) else find_grant(plain(content)) or UNKNOWN
    title = (
        work.name or excerpt(content, TITLE_OF_POST) or (work.attachments[0].description if work.attachments else "")
    )
    return {
        "url": work.url if work.url and may_have(work.url, owner=work.id) else work.id,
        "kind": kind_of(f"{attachment.kind}/*" for attachment in work.attachments).value,
        "title": one_line(title)[:500],
        "text": (work.markdown or "") if is_record else "",
        "content": content,
        "warning": warning_of(work),
        "language": work.language,
        "licence": licence.id,
        "licence_url": licence.url,
        "visibility": _visibility(work, author),
        "in_reply_to": work.in_reply_to,
        "quoting": quoting_of(work.can_quote, work.can_quote_asked).value
        if isinstance(work, RecordObject)
        else Quoting.NOBODY.value,
        "policy": work.policy.write() if work.policy and not author.is_local else None,
        "is_post": not is_record,
        "digest": record_digest(work) if isinstance(work, RecordObject) else None,
        "digest_holds": isinstance(work, RecordObject) and digest_holds(work),
        "updated_at": work.updated,
        "fetched_at": None if author.is_local else now(),
    }


def _visibility(work: NoteObject, author: Actor) -> str:
    return visibility_to((*work.to, *work.cc), author)


def visibility_to(addressed: Collection[str], author: Actor) -> str:
    """Who may see what `author` addressed to those."""
    if PUBLIC in addressed:
        return "public"
    return "followers" if author.followers and author.followers in addressed else "direct"


def _is_newer(known: Record, work: NoteObject) -> bool:
    if work.updated is None:
        return False
    return known.updated_at is None or work.updated > known.updated_at


def _code(role: str) -> str:
    """The code of a role; what is none of ours is a contribution."""
    return (find_role(role) or CONTRIBUTOR).code
