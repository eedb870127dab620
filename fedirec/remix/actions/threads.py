"""Answers become comments: the one place that decides what a comment is, for ours and for those of others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.activitypub.authority import may_create, may_have
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.looking import look_again
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import withhold
from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.errors import Forbidden, Gone, Unsupported
from fedirec.html import clean, plain
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.passing_on import MAX_MENTIONED, pass_on, take_away, tell_of, was_passed_on
from fedirec.remix.actions.quotations import save_quotation
from fedirec.remix.models import Attachment, Comment, Quotation, Record
from fedirec.remix.moments import split_moment
from fedirec.remix.queries.consent import consent_in
from fedirec.remix.queries.records import is_close
from fedirec.remix.regions import MAX_FILES, Region, read_address, without_pointer
from fedirec.remix.vocab import CommentObject, PostObject
from fedirec.remix.warnings import warning_of
from fedirec.uris import origin_of

MAX_CONTENT: Final = 16_000
"""Bytes of HTML that are read of a comment; of a longer one the rest is left out."""

MAX_AN_HOUR: Final = 60
"""Comments of one author, here or elsewhere."""

AHEAD: Final = timedelta(hours=1)
"""How far the clock of another instance may be ahead."""

PAUSE: Final = timedelta(minutes=1)
"""Between two changes of a comment that are passed on."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a comment answers: a record, or another comment on it."""

    record: Record
    """With its author."""
    parent: Comment | None = None
    """With its author."""

    @property
    def uri(self) -> str:
        return self.parent.uri if self.parent else self.record.uri


async def find_place(uri: str | None) -> Place | None:
    """The record or comment known here that `uri` names, deleted or not."""
    if not uri:
        return None
    parent = await Comment.filter(uri=uri).select_related("author", "record__author").first()
    if parent is not None:
        return Place(record=parent.record, parent=parent)
    record = await Record.filter(uri=uri).select_related("author").first()
    return Place(record=record) if record else None


async def save_comment(
    author: Actor,
    work: CommentObject | PostObject,
    place: Place,
    *,
    document: Json | None = None,
    is_old: bool = False,
    waits: bool = False,
) -> Comment:
    """The comment that `work` describes is saved, or brought up to its newer version; those concerned know.

    `document` is how one of ours travels; of what `is_old`, and was only found now, nobody is told, and neither of what
    `waits` for the author of what it answers. Part of the caller's transaction. Raises Forbidden unless `author` is its
    author and of its origin and may answer there, Gone where one of the two was deleted, Unsupported for what is no
    comment or one too many.
    """
    if not may_create(work.id, author=work.attributed_to, speaker=author.uri):
        raise Forbidden("only its author can say what a comment is")
    known = await Comment.filter(uri=work.id).select_related("record__author", "author").first()
    if known is not None:
        if known.author_id != author.id:
            raise Forbidden("that comment belongs to somebody else")
        if known.deleted_at:
            raise Gone("that comment was deleted by its author")
        return await _change(known, work, document=document)
    if place.record.deleted_at:
        raise Gone("that record was deleted by its author")
    if await Record.exists(uri=work.id):
        raise Unsupported("that is known here as a record")
    await refuse_unwelcome(author, to=place.record.author)
    if author.is_local and place.parent is not None:
        await refuse_unwelcome(author, to=place.parent.author)
    visibility = await _visibility(author, work, place)
    if await is_hasty(author):
        raise Unsupported("that are too many comments in one hour")
    waits = waits or not _may_answer(author, place)
    names = [mention.href for mention in work.mentions]
    held_at = now() if await has_to_wait(author) else None
    comment = await Comment.create(
        uri=work.id,
        hidden_at=held_at,
        held_at=held_at,
        held_for=names[:MAX_MENTIONED] if held_at else None,
        url=work.url if work.url and may_have(work.url, owner=work.id) else work.id,
        author=author,
        record=place.record,
        in_reply_to=place.uri,
        parent=place.parent,
        thread_id=(place.parent.thread_id or place.parent.id) if place.parent else None,
        visibility=visibility,
        document=document,
        consent="waiting" if waits else "",
        consent_uri=work.reply_authorization if waits else None,
        published_at=min(work.published, now()),
        updated_at=work.updated,
        **await _columns(work, place.record),
    )
    if waits:
        await enqueue(_checking(comment))
    elif not is_old:
        await tell_of(comment, names)
        await pass_on(comment)
    if work.quote:
        await enqueue(await save_quotation(work))
    return comment


async def bury_comment(comment: Comment) -> None:
    """Only the place of `comment` in its thread is left; part of the caller's transaction. It comes with its record."""
    comment.content = comment.text = comment.warning = ""
    comment.document, comment.at_ms, comment.region, comment.deleted_at = None, None, None, now()
    await comment.save(update_fields=["content", "text", "warning", "document", "at_ms", "region", "deleted_at"])
    await Quotation.filter(uri=comment.uri).delete()
    await withhold(actor_id=comment.author_id, uri=comment.uri)
    if await was_passed_on(comment):
        await take_away(comment)


async def restore_comment(comment: Comment, work: CommentObject | PostObject) -> None:
    """`comment`, which was deleted, says what `work` says; part of the caller's transaction. It comes with its record.

    Raises Forbidden unless it is still its author's, Gone when the record was deleted meanwhile.
    """
    if not may_create(work.id, author=work.attributed_to, speaker=comment.author.uri):
        raise Forbidden("only its author can say what a comment is")
    if comment.record.deleted_at:
        raise Gone("that record was deleted by its author")
    columns = {"updated_at": work.updated, "visibility": _narrowed(comment, work), "deleted_at": None}
    comment.update_from_dict({**await _columns(work, comment.record), **columns})
    await comment.save()
    if comment.hidden_at is None and not comment.consent:
        await pass_on(comment)
    if work.quote:
        await enqueue(await save_quotation(work))


async def bury_comments_of(author: Actor) -> None:
    """Of everything that `author` said only the places are left; part of the caller's transaction."""
    said = Comment.filter(author_id=author.id, deleted_at=None)
    await said.update(content="", text="", warning="", document=None, at_ms=None, region=None, deleted_at=now())


async def playing_time_of(record: Record) -> tuple[bool, int | None]:
    """Whether `record` has a sound or a film, and the milliseconds of the first one, when they are known."""
    heard = Attachment.filter(record_id=record.id, kind__in=("audio", "video"))
    found = await heard.order_by("position", "id").first().values("duration_ms")
    return (True, found["duration_ms"]) if found else (False, None)


async def is_hasty(author: Actor) -> bool:
    """Whether `author` has commented MAX_AN_HOUR times within the last hour."""
    recent = Comment.filter(author_id=author.id, created_at__gt=now() - timedelta(hours=1))
    return bool(await recent.offset(MAX_AN_HOUR - 1).limit(1).values("id"))


async def _change(known: Comment, work: CommentObject | PostObject, *, document: Json | None) -> Comment:
    """`known` is what `work` says now; who follows the author of the record hears of it, once a minute at most."""
    updated = work.updated
    if updated is None or (known.updated_at is not None and updated <= known.updated_at):
        return known
    if updated > now() + AHEAD:
        raise Unsupported("it says that it was changed in the future")
    last = max(known.updated_at or known.created_at, known.created_at)
    visibility = known.visibility if known.author.is_local else _narrowed(known, work)
    if visibility != known.visibility and await was_passed_on(known):
        await take_away(known)
    columns = {"updated_at": updated, "document": document, "visibility": visibility}
    known.update_from_dict({**await _columns(work, known.record), **columns})
    if known.consent == "waiting" and not known.author.is_local:
        known.consent_uri = work.reply_authorization
    await known.save()
    if updated - last >= PAUSE and not known.consent:
        await pass_on(known)
    await enqueue([*(await save_quotation(work)), *_checking(known), look_again(known.uri)])
    return known


async def _columns(work: CommentObject | PostObject, record: Record) -> dict[str, Any]:
    """The columns of a comment that its current version decides. Raises Unsupported when it says nothing."""
    content = clean(work.content.encode()[:MAX_CONTENT].decode(errors="ignore")).strip()
    if not plain(content):
        raise Unsupported("it says nothing")
    at_ms = work.at_ms if isinstance(work, CommentObject) else None
    region = await _region_in(work, record) if isinstance(work, CommentObject) else None
    if region is not None:
        content = without_pointer(content)
    is_played, length = await playing_time_of(record)
    found, rest = split_moment(content)
    if not is_played or not _is_within(at_ms, length):
        at_ms = None
    if is_played and found is not None and _is_within(found, length):
        at_ms = found if at_ms is None else at_ms
        content = rest if plain(rest) else content
    return {
        "content": content,
        "text": (work.markdown or "") if isinstance(work, CommentObject) else "",
        "language": work.language,
        "at_ms": at_ms,
        "region": region.dump() if region else None,
        "warning": warning_of(work),
        "policy": work.policy.write() if work.policy else None,
    }


async def _region_in(work: CommentObject, record: Record) -> Region | None:
    """The part of a picture of `record` that `work` is about; None also when it points at something else."""
    pointed = read_address(work.region or "")
    if pointed is None:
        return None
    address, region = pointed
    shown = Attachment.filter(record_id=record.id, kind="image", url=address, position__lt=MAX_FILES)
    found = await shown.order_by("position").first().values("position")
    return replace(region, file=found["position"]) if found else None


async def picture_at(record: Record, position: int) -> str | None:
    """The address of the file of `record` at `position`, if that is a picture."""
    found = await Attachment.filter(record_id=record.id, kind="image", position=position).first().values("url")
    return str(found["url"]) if found else None


def _may_answer(author: Actor, place: Place) -> bool:
    """Whether `author`, of another instance, may answer there without showing that they were let.

    What our own people answer was asked before.
    """
    return author.is_local or consent_in(place.parent or place.record, "reply", actor=author) is Consent.GIVEN


def _checking(comment: Comment) -> list[Work]:
    """The work of finding out whether somebody agreed to an answer from elsewhere, where it says that they did."""
    if comment.consent != "waiting" or comment.consent_uri is None:
        return []
    key = f"consent:{hashlib.sha256(comment.uri.encode()).hexdigest()}"
    lane = f"consent:{origin_of(comment.uri)}"
    return [Work(kind="consent", lane=lane, payload={"uri": comment.uri}, dedupe_key=key)]


def _is_within(at_ms: int | None, length: int | None) -> bool:
    # What is written to the second may be rounded up.
    return at_ms is not None and (length is None or at_ms <= length + 999)


async def _visibility(author: Actor, work: CommentObject | PostObject, place: Place) -> str:
    """Who may see the comment: never more than may see the record, and nobody whom it is not addressed to.

    Raises Forbidden for what is not said to the author of the record, or by somebody who cannot have seen it.
    """
    record, owner = place.record, place.record.author
    if record.visibility not in ("public", "followers"):
        raise Forbidden("that is not for comments")
    if record.visibility == "followers" and owner.is_local and not await is_close(author, owner.id):
        raise Forbidden("only those who follow its author can see that record")
    addressed = {*work.to, *work.cc}
    in_private = place.parent is not None and place.parent.visibility == "direct"
    if not in_private:
        if work.is_public:
            return record.visibility
        if record.visibility == "followers" and owner.followers in addressed:
            return "followers"
    if owner.id == author.id or owner.uri in addressed:
        return "direct"
    raise Forbidden("that was said to others in private")


def _narrowed(known: Comment, work: CommentObject | PostObject) -> str:
    """Who may see what `known`, of another instance, says now: nobody whom it is not addressed to any more.

    Raises Forbidden for what is not said to the author of the record.
    """
    owner, addressed = known.record.author, {*work.to, *work.cc}
    if known.visibility == "direct" or work.is_public:
        return known.visibility
    if known.visibility == "followers" and owner.followers in addressed:
        return known.visibility
    if owner.id == known.author_id or owner.uri in addressed:
        return "direct"
    raise Forbidden("that was said to others in private")
