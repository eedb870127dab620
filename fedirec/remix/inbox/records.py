"""Records and posts that others publish, change, delete, pass on and like."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedirec.accounts.actions.farewells import erasure_of
from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors import forget_actor
from fedirec.activitypub.authority import may_bring, may_delete, may_describe, may_undo
from fedirec.activitypub.deletions import remember_deletion
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.models import Actor, Announcement, Liking
from fedirec.activitypub.outbox import ask_again
from fedirec.activitypub.vocab import (
    Announce,
    Create,
    Delete,
    Json,
    Like,
    Ref,
    Tombstone,
    Undo,
    Update,
)
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.html import clean, plain
from fedirec.lanes import enqueue
from fedirec.remix.actions.consenting import consent_withdrawn
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.letting_in import tell_whom_it_answers
from fedirec.remix.actions.quotations import stamp_deleted
from fedirec.remix.actions.records import bury_record, tell_those_in_it
from fedirec.remix.actions.saving import HELD, save_record
from fedirec.remix.actions.submissions import grant_licence
from fedirec.remix.actions.threads import MAX_AN_HOUR, bury_comments_of, find_place
from fedirec.remix.inbox.arrivals import (
    ask_for,
    ask_for_comment,
    challenge_of,
    concerns,
    concerns_us,
    offer_to,
    refuse_deleted,
    take_newer,
)
from fedirec.remix.inbox.comments import comment_deleted, take_comment
from fedirec.remix.inbox.talking import refuse_talkative, refuse_ungrouped
from fedirec.remix.licences import find_grant
from fedirec.remix.models import Challenge, Comment, Record, RecordRevision, Submission
from fedirec.remix.replies import Meaning, is_talk, meaning_of
from fedirec.remix.vocab import CommentObject, PostObject, PromptObject, RecordObject

handlers = Handlers()


@handlers.on(Create, RecordObject, evidence=True)
async def record_created(sender: Actor, create: Create[RecordObject]) -> None:
    work = create.object
    challenge = await challenge_of(work, author=sender)
    if not challenge and not await concerns_us(sender, work):
        raise Unsupported("nobody here follows its author, is mentioned in it or has anything in it")
    await _refuse_hasty(sender, work)
    await refuse_deleted(sender, work.id)
    document = create.object_as_sent or work.write()
    record = await save_record(sender, work, document=document, waits=await has_to_wait(sender))
    if record.held_at is None:
        await tell_those_in_it(sender, record)
    if challenge and work.is_public and record.visibility in ("public", HELD):
        version, digest = (work.terms.version, work.terms.digest) if work.terms else (None, None)
        await offer_to(challenge, record, via="remote", terms_version=version, terms_digest=digest)


@handlers.on(Create, PostObject, evidence=True)
async def post_created(sender: Actor, create: Create[PostObject]) -> Kept:
    """A post of other software: an answer to a challenge or a record, or news of somebody who is followed here."""
    post = create.object
    return await _take_post(sender, post, create.object_as_sent or post.write())


@handlers.on(Create, Ref)
async def something_created(sender: Actor, create: Create[Ref]) -> None:
    """Only its id came: what it is, its origin says."""
    if not may_bring(create.object.id, speaker=sender.uri):
        raise Forbidden("nobody creates what belongs to another origin")
    addressed = [*create.to, *create.cc][:100]
    challenge = await Challenge.filter(actor__uri__in=addressed, actor__is_local=True).first()
    if not challenge and not await concerns(sender, addressed):
        raise Unsupported("nobody here follows its author or is addressed")
    await ask_for(create.object.id, challenge=challenge, author=sender, created=True)


@handlers.on(Update, Ref)
async def something_changed(sender: Actor, update: Update[Ref]) -> None:
    """Only its id came: who says so of themselves, as WordPress does, or of what is theirs, is asked what it is now."""
    uri = update.object.id
    if may_describe(uri, speaker=sender.uri):
        await ask_again([sender], older_than=timedelta(0))
        return
    if not await Record.exists(uri=uri, author_id=sender.id, deleted_at=None):
        raise Unsupported("what changed has to be said, or be known here")
    await refuse_talkative(sender)
    await ask_for(uri, changed=True)


@handlers.on(Update, RecordObject, PostObject, evidence=True)
async def record_updated(sender: Actor, update: Update[RecordObject | PostObject]) -> Kept:
    work, document = update.object, update.object_as_sent or update.object.write()
    known = await Record.get_or_none(uri=work.id)
    if known is None and isinstance(work, PostObject):
        return await _take_post(sender, work, document)
    if known is None:
        if not await concerns_us(sender, work):
            raise Unsupported("that record is not known here")
        await refuse_deleted(sender, work.id)
    await _refuse_hasty(sender, work)
    await take_newer(sender, work, document)
    return Kept.FOR_GOOD


@handlers.on(Delete, Ref, Tombstone)
async def something_deleted(sender: Actor, delete: Delete[Ref | Tombstone]) -> None:
    """An actor says farewell, or a record or a comment is gone; who built on a record keeps the attribution."""
    uri = delete.object.id
    if uri == sender.uri:
        await forget_actor(sender)
        await bury_comments_of(sender)
        await enqueue([erasure_of(sender, without_name=delete.without_name)])
        return
    if comment := await Comment.filter(uri=uri).select_related("author", "record__author").first():
        await comment_deleted(sender, comment)
        return
    record = await Record.get_or_none(uri=uri)
    if record is None and (await stamp_deleted(sender, uri) or await consent_withdrawn(sender, uri)):
        return
    if record is None:
        if not may_bring(uri, speaker=sender.uri):
            raise NotFound("nothing is known here of that")
        await remember_deletion(sender, uri)  # it may still be on its way
        return
    if not may_delete(author=record.author_id, speaker=sender.id):
        raise Forbidden("only its author can delete a record")
    if record.deleted_at is None:
        await bury_record(record)


@handlers.on(Announce, Ref, RecordObject, CommentObject, PostObject, PromptObject)
async def something_announced(sender: Actor, announce: Announce[Any]) -> None:
    """Passed on by its id: what is embedded is never believed, its own origin is asked."""
    uri = announce.object.id
    if await Comment.exists(uri=uri):
        raise Unsupported("what is said about a record stands with it")
    record = await Record.filter(uri=uri).select_related("author").first()
    ours = record is not None and record.author.is_local
    if not ours and not await is_followed_here(sender):
        raise Unsupported("nobody here follows whoever passed that on")
    if record is not None and (record.visibility != "public" or record.deleted_at):
        raise Forbidden("that is not public")
    if not await Announcement.exists(actor_id=sender.id, object_uri=uri):
        await Announcement.create(uri=announce.id, actor=sender, object_uri=uri)
    if record is None:
        await refuse_talkative(sender)
        await ask_for(uri)
    elif ours and not await Submission.exists(record_id=record.id, challenge__actor_id=sender.id):
        # A challenge that takes something up says so by itself.
        await notify(record.author, Notice.PASSED_ON, sender, uri, uri, {"title": record.title})


@handlers.on(Announce, Create, Update)
async def activity_announced(sender: Actor, announce: Announce[Any]) -> None:
    """A group passes on what somebody did (FEP-1b12): what they made is asked for, not believed."""
    await refuse_ungrouped(sender)
    inner = announce.object
    if not may_bring(inner.object.id, speaker=inner.actor):
        raise Forbidden("nobody makes what belongs to another origin")
    await something_announced(sender, Announce(id=announce.id, actor=sender.uri, object=Ref(inner.object.id)))


@handlers.on(Announce, Delete)
async def deletion_announced(sender: Actor, announce: Announce[Any]) -> None:
    """A group passes on that something is gone: its origin is asked, as a group cannot say that of others' words."""
    await refuse_ungrouped(sender)
    comment = await Comment.filter(uri=announce.object.object.id).select_related("author").first()
    if comment is None or comment.author.is_local:
        raise NotFound("that is not known here as somebody's answer")
    await ask_for_comment(comment.uri)


@handlers.on(Like, Ref, RecordObject, PostObject)
async def record_liked(sender: Actor, like: Like[Any]) -> None:
    record = await Record.filter(uri=like.object.id, author__is_local=True).select_related("author").first()
    if record is None or record.deleted_at or record.visibility != "public":
        raise NotFound("nothing of that name is here")
    await refuse_unwelcome(sender, to=record.author)
    if not await Liking.exists(actor_id=sender.id, object_uri=record.uri):
        await Liking.create(uri=like.id, actor=sender, object_uri=record.uri)
    await notify(record.author, Notice.RECOMMENDED, sender, record.uri, record.uri, {"title": record.title})


@handlers.on(Undo, Like)
async def like_undone(sender: Actor, undo: Undo[Any]) -> None:
    _refuse_others(sender, undo)
    await Liking.filter(actor_id=sender.id, object_uri=undo.object.object.id).delete()


@handlers.on(Undo, Announce)
async def announcement_undone(sender: Actor, undo: Undo[Any]) -> None:
    _refuse_others(sender, undo)
    await Announcement.filter(actor_id=sender.id, object_uri=undo.object.object.id).delete()


def _refuse_others(sender: Actor, undo: Undo[Any]) -> None:
    if not may_undo(done_by=undo.object.actor, speaker=sender.uri):
        raise Forbidden("only whoever did it can take it back")


async def _take_post(sender: Actor, post: PostObject, document: Json) -> Kept:
    """A post that we do not know, or know as a comment, is taken for what it means (`replies.meaning_of`)."""
    if post.name and post.in_reply_to and not post.content:
        raise Unsupported("votes are not counted here")
    if await fetch_rows("SELECT 1 AS one FROM comment WHERE uri = ?", post.id):
        await take_comment(sender, post)
        return Kept.FOR_A_WHILE
    await refuse_deleted(sender, post.id)
    challenge = await challenge_of(post, author=sender)
    if await _grants(sender, post, challenge):
        return Kept.FOR_GOOD
    reason = _why_no_answer(sender, post, challenge)
    place = await find_place(post.in_reply_to)
    is_followed = await is_followed_here(sender)
    match meaning_of(post, is_submission=reason is None, is_answer=place is not None):
        case Meaning.COMMENT:
            await take_comment(sender, post)
            return Kept.FOR_A_WHILE
        case Meaning.SUBMISSION if challenge:
            await _refuse_hasty(sender, post)
            record = await save_record(sender, post, document=document, waits=await has_to_wait(sender))
            await offer_to(challenge, record, via="reply")
        case Meaning.WORK if place and place.record.author.is_local and post.is_public:
            await _refuse_hasty(sender, post)
            record = await save_record(sender, post, document=document, waits=await has_to_wait(sender))
            if record.held_at is None:
                await tell_whom_it_answers(record)
        case _ if is_followed:
            await save_record(sender, post, document=document)
        case _ if (
            is_talk(post) and post.is_public and not _is_about(challenge, post) and await concerns_us(sender, post)
        ):
            await take_comment(sender, post)  # perhaps what it answers was said about a record
            return Kept.FOR_A_WHILE
        case _:
            raise Unsupported(reason or "nobody here follows its author")
    return Kept.FOR_GOOD


async def _refuse_hasty(author: Actor, work: RecordObject | PostObject) -> None:
    """Raise Unsupported for one more version of `work` than MAX_AN_HOUR within the last hour, or one more work of a
    stranger: all of them are kept for good, and somebody is told.
    """
    hour_ago = now() - timedelta(hours=1)
    known = await fetch_rows("SELECT id FROM record WHERE uri = ?", work.id)
    if known:
        versions = RecordRevision.filter(record_id=known[0]["id"]).order_by("-number")
        found = await versions.offset(MAX_AN_HOUR - 1).limit(1).values("created_at")
        if found and found[0]["created_at"] > hour_ago:
            raise Unsupported("that are too many changes in one hour")
    elif not await is_followed_here(author):
        newest = Record.filter(author_id=author.id).order_by("-id")
        found = await newest.offset(MAX_AN_HOUR - 1).limit(1).values("fetched_at")
        if found and (found[0]["fetched_at"] or now()) > hour_ago:
            raise Unsupported("that are too many works in one hour")


def _why_no_answer(sender: Actor, post: PostObject, challenge: Challenge | None) -> str | None:
    """Why `post` is no submission, or None if it is one: it has media, or links to a record, or is the text asked for.

    What answers somebody else's answer in words alone is a remark in any case.
    """
    if challenge is None:
        return "nobody here follows its author, and it answers no challenge"
    if sender.type in ("Group", "Service", "Application"):
        return "a challenge is answered by people"
    if not post.is_public:
        return "only a public post can answer a challenge"
    if post.attachments or post.links:
        return None
    if post.in_reply_to not in (None, challenge.prompt_uri) or (challenge.kinds and "text" not in challenge.kinds):
        return "a remark in words alone, where the challenge asks for something else"
    return None


def _is_about(challenge: Challenge | None, post: PostObject) -> bool:
    """Whether `post` answers what the challenge itself says, which is no place for comments."""
    return challenge is not None and post.in_reply_to == challenge.prompt_uri


async def _grants(sender: Actor, post: PostObject, challenge: Challenge | None) -> bool:
    """Whether `post` is only the agreed words, which then grant a licence for an earlier post of its author's.

    It is the one that they answer themselves, or the one that waits for a licence in this challenge.
    """
    granted = find_grant(plain(clean(post.content)))
    if granted is None or post.attachments:
        return False
    record = await Record.get_or_none(uri=post.in_reply_to or "", author_id=sender.id, is_post=True, deleted_at=None)
    if record is None and challenge:
        waiting = (
            await Submission.filter(challenge_id=challenge.id, state="licence_pending", record__author_id=sender.id)
            .select_related("record")
            .limit(2)
        )
        record = waiting[0].record if len(waiting) == 1 else None
    if record is None:
        return False
    await grant_licence(sender, record, granted.id)
    return True
