"""Records that others publish, change and delete."""

from __future__ import annotations

from datetime import timedelta

from fedirec.accounts.actions.farewells import erasure_of
from fedirec.activitypub.actors import forget_actor
from fedirec.activitypub.authority import may_bring, may_delete, may_describe
from fedirec.activitypub.deletions import remember_deletion
from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import ask_again
from fedirec.activitypub.vocab import (
    Create,
    Delete,
    Ref,
    Tombstone,
    Update,
)
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.lanes import enqueue
from fedirec.remix.actions.consenting import consent_withdrawn
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.needs import end_need
from fedirec.remix.actions.quotations import stamp_deleted
from fedirec.remix.actions.records import bury_record, tell_those_in_it
from fedirec.remix.actions.remix_requests.taking import stamp_taken_back
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions.deleting import end_offers_of
from fedirec.remix.actions.threads import bury_comments_of
from fedirec.remix.inbox.agreements import ends_an_agreement, is_no_news
from fedirec.remix.inbox.arrivals import (
    ask_for,
    challenge_of,
    concerns,
    concerns_us,
    offer_to,
    refuse_deleted,
    take_newer,
)
from fedirec.remix.inbox.comments import comment_deleted
from fedirec.remix.inbox.news import news_deleted
from fedirec.remix.inbox.posts import take_post
from fedirec.remix.inbox.talking import refuse_hasty, refuse_talkative
from fedirec.remix.models import Challenge, Comment, News, Record
from fedirec.remix.visibility import HELD
from fedirec.remix.vocab import PostObject, RecordObject

handlers = Handlers()


@handlers.on(Create, RecordObject, evidence=True, vouched=is_no_news)
async def record_created(sender: Actor, create: Create[RecordObject]) -> None:
    work = create.object
    challenge = await challenge_of(work, author=sender)
    is_ours = challenge or await concerns_us(sender, work) or await concerns(sender, [*create.to, *create.cc])
    if not is_ours:
        raise Unsupported("nobody here follows its author, is addressed or has anything in it")
    await refuse_hasty(sender, work)
    await refuse_deleted(sender, work.id)
    document = create.object_as_sent or work.write()
    waits = await has_to_wait(sender)
    record = await save_record(sender, work, document=document, envelope=create.envelope, waits=waits)
    if record.held_at is None:
        await tell_those_in_it(sender, record)
    if challenge and work.is_public and record.visibility in ("public", HELD):
        version, digest = (work.terms.version, work.terms.digest) if work.terms else (None, None)
        named = {"terms_version": version, "terms_digest": digest}
        await offer_to(challenge, record, via="remote", activity_uri=create.id, **named)


@handlers.on(Create, Ref, vouched=is_no_news)
async def something_created(sender: Actor, create: Create[Ref]) -> None:
    """Only its id came: what it is, its origin says."""
    if not may_bring(create.object.id, speaker=sender.uri):
        raise Forbidden("nobody creates what belongs to another origin")
    addressed = [*create.to, *create.cc][:100]
    challenge = await Challenge.filter(actor__uri__in=addressed, actor__is_local=True).first()
    if not challenge and not await concerns(sender, addressed):
        raise Unsupported("nobody here follows its author or is addressed")
    await ask_for(create.object.id, challenge=challenge, author=sender, created=True, activity_uri=create.id)


@handlers.on(Update, Ref, vouched=is_no_news)
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


@handlers.on(Update, RecordObject, PostObject, evidence=True, vouched=is_no_news)
async def record_updated(sender: Actor, update: Update[RecordObject | PostObject]) -> Kept:
    work, document = update.object, update.object_as_sent or update.object.write()
    known = await Record.get_or_none(uri=work.id)
    if known is None and isinstance(work, PostObject):
        return await take_post(sender, work, document, update.envelope)
    if known is None:
        if not await concerns_us(sender, work):
            raise Unsupported("that record is not known here")
        await refuse_deleted(sender, work.id)
    await refuse_hasty(sender, work)
    await take_newer(sender, work, document, update.envelope, activity_uri=update.id)
    return Kept.FOR_GOOD


@handlers.on(Delete, Ref, Tombstone, evidence=True, vouched=ends_an_agreement)
async def something_deleted(sender: Actor, delete: Delete[Ref | Tombstone]) -> Kept:
    """An actor says farewell, or a record or a comment is gone; who built on a record keeps the attribution.

    That consent is taken back is kept for good, as what gave it is.
    """
    uri = delete.object.id
    if uri == sender.uri:
        await forget_actor(sender)
        await bury_comments_of(sender)
        await enqueue([erasure_of(sender, without_name=delete.without_name)])
        return Kept.FOR_A_WHILE
    if comment := await Comment.filter(uri=uri).select_related("author", "record__author").first():
        await comment_deleted(sender, comment)
        return Kept.FOR_A_WHILE
    if news := await News.filter(uri=uri).select_related("group").first():
        await news_deleted(sender, news)
        return Kept.FOR_A_WHILE
    if await end_need(sender, uri):
        return Kept.FOR_A_WHILE
    record = await Record.get_or_none(uri=uri)
    if record is None:
        taken_back = [await take(sender, uri) for take in (stamp_deleted, consent_withdrawn, stamp_taken_back)]
        if any(taken_back):
            return Kept.FOR_GOOD
    if record is None:
        if not may_bring(uri, speaker=sender.uri):
            raise NotFound("nothing is known here of that")
        await remember_deletion(sender, uri)  # it may still be on its way
        return Kept.FOR_A_WHILE
    if not may_delete(author=record.author_id, speaker=sender.id):
        raise Forbidden("only its author can delete a record")
    if record.deleted_at is None:
        await bury_record(record)
        await end_offers_of(record)
    return Kept.FOR_A_WHILE
