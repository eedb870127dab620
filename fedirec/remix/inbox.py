"""What we do when other instances talk about records and challenges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors import forget_actor, save_remote_actor
from fedirec.activitypub.follows import follow_rejected
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Announcement, Follow, Liking
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import (
    Add,
    Announce,
    Create,
    Delete,
    Like,
    Offer,
    Ref,
    Reject,
    Remove,
    Tombstone,
    Undo,
    Update,
)
from fedirec.activitypub.vocab import Follow as FollowActivity
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, NotFound, Unsupported
from fedirec.html import clean, plain
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.meeting import save_challenge
from fedirec.remix.actions.records import bury_record
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.sources import find_record
from fedirec.remix.actions.submissions import end_offer, grant_licence, save_submission
from fedirec.remix.licences import find_grant, find_licence
from fedirec.remix.models import Challenge, Contributor, Record, Source, Submission
from fedirec.remix.submissions import SubmissionEvent, advance_submission
from fedirec.remix.vocab import ChallengeObject, NoteObject, PostObject, PromptObject, RecordObject
from fedirec.uris import origin_of, same_origin

handlers = Handlers()


@handlers.on(Create, RecordObject, evidence=True)
async def record_created(sender: Actor, create: Create[RecordObject]) -> None:
    work = create.object
    challenge = await _challenge_of(work)
    if not challenge and not await _concerns_us(sender, work):
        raise Unsupported("nobody here follows its author, is mentioned in it or has anything in it")
    record = await save_record(sender, work, document=create.object_document or work.write())
    await _tell(sender, record, work)
    if challenge and record.visibility == "public":
        version, digest = (work.terms.version, work.terms.digest) if work.terms else (None, None)
        await _offer(challenge, record, via="remote", terms_version=version, terms_digest=digest)


@handlers.on(Create, PostObject, evidence=True)
async def post_created(sender: Actor, create: Create[PostObject]) -> None:
    """A post of other software: an answer to a challenge, or news of somebody who is followed here."""
    post = create.object
    if post.name and post.in_reply_to and not post.content:
        raise Unsupported("votes are not counted here")
    challenge = await _challenge_of(post)
    if await _grants(sender, post, challenge):
        return
    reason = _why_no_answer(sender, post, challenge)
    if reason and not await Follow.exists(target_id=sender.id, accepted_at__not_isnull=True):
        raise Unsupported(reason)
    record = await save_record(sender, post, document=create.object_document or post.write())
    if challenge and not reason:
        await _offer(challenge, record, via="reply")


@handlers.on(Create, PromptObject)
async def prompt_created(sender: Actor, create: Create[PromptObject]) -> None:
    """A challenge said what it asks for; its Group document says it too, and is what we keep."""
    if create.object.challenge != sender.uri:
        raise Forbidden("a prompt is published by its own challenge")
    await _refuse_unasked(sender)
    await _fetch_challenge(sender.uri)


@handlers.on(Create, Ref)
async def something_created(sender: Actor, create: Create[Ref]) -> None:
    """Only its id came: what it is, its origin says."""
    if not same_origin(create.object.id, sender.uri):
        raise Forbidden("nobody creates what belongs to another origin")
    addressed = [*create.to, *create.cc][:100]
    challenge = await Challenge.filter(actor__uri__in=addressed, actor__is_local=True).first()
    if not challenge and not await _concerns(sender, addressed):
        raise Unsupported("nobody here follows its author or is addressed")
    await _fetch(create.object.id, challenge=challenge, author=sender)


@handlers.on(Update, RecordObject, PostObject, evidence=True)
async def record_updated(sender: Actor, update: Update[RecordObject | PostObject]) -> None:
    work = update.object
    known = await Record.get_or_none(uri=work.id)
    if known is None and not await _concerns_us(sender, work):
        raise Unsupported("that record is not known here")
    revision = known.revision if known else 0
    record = await save_record(sender, work, document=update.object_document or work.write())
    if find_licence(record.licence).is_known:
        await grant_licence(sender, record, record.licence_url or record.licence)
    if known and record.revision > revision:
        details = {"title": record.title}
        children = await Source.filter(uri=record.uri, record__author__is_local=True).select_related("record__author")
        for author in {child.record.author_id: child.record.author for child in children}.values():
            await notify(author, Notice.SOURCE_CHANGED, sender, record.uri, record.uri, details)


@handlers.on(Update, ChallengeObject, evidence=True)
async def challenge_updated(sender: Actor, update: Update[ChallengeObject]) -> None:
    if update.object.id != sender.uri:
        raise Forbidden("only its own Group describes a challenge")
    await _refuse_unasked(sender)
    await save_remote_actor(update.object.actor, update.object_document or update.object.write())
    await save_challenge(await Actor.get(id=sender.id), update.object)


@handlers.on(Delete, Ref, Tombstone)
async def something_deleted(sender: Actor, delete: Delete[Ref | Tombstone]) -> None:
    """An actor says farewell, or a record of theirs is gone; who built on it keeps the attribution."""
    uri = delete.object.id
    if uri == sender.uri:
        await forget_actor(sender)
        return
    record = await Record.get_or_none(uri=uri)
    if record is None:
        raise NotFound("nothing of that name is known here")
    if record.author_id != sender.id:
        raise Forbidden("only its author can delete a record")
    if record.deleted_at is None:
        await bury_record(record)


@handlers.on(Announce, Ref, RecordObject, PostObject, PromptObject)
async def something_announced(sender: Actor, announce: Announce[Any]) -> None:
    """Passed on by its id: what is embedded is never believed, its own origin is asked."""
    uri = announce.object.id
    record = await Record.filter(uri=uri).select_related("author").first()
    ours = record is not None and record.author.is_local
    if not ours and not await Follow.exists(target_id=sender.id, accepted_at__not_isnull=True):
        raise Unsupported("nobody here follows whoever passed that on")
    if record is not None and (record.visibility != "public" or record.deleted_at):
        raise Forbidden("that is not public")
    if not await Announcement.exists(actor_id=sender.id, object_uri=uri):
        await Announcement.create(uri=announce.id, actor=sender, object_uri=uri)
    if record is None:
        await _fetch(uri)
    elif ours:
        await notify(record.author, Notice.PASSED_ON, sender, uri, uri, {"title": record.title})


@handlers.on(Like, Ref, RecordObject, PostObject)
async def record_liked(sender: Actor, like: Like[Any]) -> None:
    record = await Record.filter(uri=like.object.id, author__is_local=True).select_related("author").first()
    if record is None or record.deleted_at or record.visibility != "public":
        raise NotFound("nothing of that name is here")
    if not await Liking.exists(actor_id=sender.id, object_uri=record.uri):
        await Liking.create(uri=like.id, actor=sender, object_uri=record.uri)
    await notify(record.author, Notice.RECOMMENDED, sender, record.uri, record.uri, {"title": record.title})


@handlers.on(Undo, Like)
async def like_undone(sender: Actor, undo: Undo[Any]) -> None:
    await Liking.filter(actor_id=sender.id, object_uri=undo.object.object.id).delete()


@handlers.on(Undo, Announce)
async def announcement_undone(sender: Actor, undo: Undo[Any]) -> None:
    await Announcement.filter(actor_id=sender.id, object_uri=undo.object.object.id).delete()


@handlers.on(Offer, Ref, RecordObject, evidence=True)
async def record_offered(sender: Actor, offer: Offer[Any]) -> None:
    """Somebody offers a record of theirs to a challenge of ours."""
    challenge = await Challenge.filter(actor__uri=offer.target or "", actor__is_local=True).first()
    if challenge is None:
        raise NotFound("there is no such challenge here")
    if not same_origin(offer.object.id, sender.uri):
        raise Forbidden("only its author can offer a record")
    record = await Record.get_or_none(uri=offer.object.id)
    if record is None:
        await _fetch(offer.object.id, challenge=challenge, author=sender)
    elif record.author_id != sender.id:
        raise Forbidden("only its author can offer a record")
    elif record.visibility == "public":
        await _offer(challenge, record, via="remote")
    else:
        raise Unsupported("only a public record can answer a challenge")


@handlers.on(Undo, Offer)
async def offer_undone(sender: Actor, undo: Undo[Any]) -> None:
    submission = await Submission.get_or_none(
        record__uri=undo.object.object.id, record__author_id=sender.id, challenge__actor__uri=undo.object.target or ""
    )
    if submission is None:
        raise NotFound("nothing was offered")
    await end_offer(submission)


@handlers.on(Add, Ref, RecordObject, evidence=True)
async def record_added(sender: Actor, add: Add[Any]) -> None:
    """A challenge elsewhere has accepted a record."""
    challenge = await _challenge_adding(sender, add)
    record = await Record.filter(uri=add.object.id).select_related("author").first()
    if record is None:
        await _fetch(add.object.id, challenge=challenge, accepted=True)
        return
    await _refuse_uninvited(challenge, record)
    await _accepted(challenge, record)
    details = {"title": record.title}
    await notify(record.author, Notice.SUBMISSION_ACCEPTED, sender, record.uri, record.uri, details)


@handlers.on(Remove, Ref, RecordObject, evidence=True)
async def record_removed(sender: Actor, remove: Remove[Any]) -> None:
    challenge = await _challenge_adding(sender, remove)
    submission = await Submission.get_or_none(challenge_id=challenge.id, record__uri=remove.object.id)
    if submission is None or submission.state != "accepted":
        raise NotFound("that was not part of the challenge")
    submission.state = advance_submission(submission.state, SubmissionEvent.RECONSIDER)
    await submission.save(update_fields=["state"])


@handlers.on(Reject, Ref, FollowActivity, evidence=True)
async def something_rejected(sender: Actor, reject: Reject[Any]) -> None:
    """A challenge elsewhere declines a record of ours, or somebody does not want to be followed."""
    submission = (
        await Submission.filter(challenge__actor_id=sender.id, record__uri=reject.object.id)
        .select_related("record__author")
        .first()
    )
    if submission is None:
        await follow_rejected(sender, reject)
        return
    submission.state = advance_submission(submission.state, SubmissionEvent.DECLINE)
    submission.reason, submission.decided_at = (reject.content or "")[:500], now()
    await submission.save()
    record = submission.record
    details = {"title": record.title, "reason": submission.reason}
    await notify(record.author, Notice.SUBMISSION_DECLINED, sender, record.uri, record.uri, details)


async def fetch_announced(remote: Remote, job: Job) -> Outcome:
    """A record of which only the id came is known, and part of the challenge that it was offered to or accepted by."""
    payload: dict[str, Any] = dict(job.payload)
    try:
        record = await find_record(remote, payload["uri"])
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    challenge = await Challenge.get_or_none(id=payload["challenge"]) if payload.get("challenge") else None
    if challenge is None or (payload.get("author") and payload["author"] != record.author_id):
        return Done()
    if record.visibility != "public":
        return Done()
    async with transaction():
        if not payload.get("accepted"):
            await _offer(challenge, record, via="remote")
        elif not record.author.is_local:
            await _accepted(challenge, record)
    return Done()


async def _fetch(
    uri: str, *, challenge: Challenge | None = None, author: Actor | None = None, accepted: bool = False
) -> None:
    payload = {
        "uri": uri,
        "challenge": challenge.id if challenge else None,
        "author": author.id if author else None,
        "accepted": accepted,
    }
    await enqueue([Work(kind="announced", lane=f"announced:{origin_of(uri)}", payload=payload)])


async def _refuse_unasked(group: Actor) -> None:
    """Raise Unsupported for a challenge that nobody here follows or has looked at: none gets on our pages by itself."""
    asked = await Follow.exists(target_id=group.id) or await Challenge.exists(actor_id=group.id)
    if not asked:
        raise Unsupported("nobody here follows that challenge")


async def _fetch_challenge(uri: str) -> None:
    await enqueue([Work(kind="challenge", lane=f"challenge:{origin_of(uri)}", payload={"uri": uri})])


async def _challenge_of(work: NoteObject) -> Challenge | None:
    """The challenge of ours that `work` answers: named by it, replied to, or addressed."""
    named = getattr(work, "challenge", None)
    addressed = {*work.to, *work.cc, *(mention.href for mention in work.mentions)}
    if named:
        addressed.add(named)
    ours = Challenge.filter(actor__is_local=True).select_related("actor", "leader")
    if work.in_reply_to and (found := await ours.filter(prompt_uri=work.in_reply_to).first()):
        return found
    return await ours.filter(actor__uri__in=list(addressed)[:100]).first() if addressed else None


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


async def _concerns_us(sender: Actor, work: NoteObject) -> bool:
    """Whether anybody here follows the author, is addressed or credited, or has a record that this is made from."""
    sources = [source.id for source in work.sources] if isinstance(work, RecordObject) else []
    if sources and await Record.exists(uri__in=sources):
        return True
    people = [*work.to, *work.cc, *(mention.href for mention in work.mentions)]
    if isinstance(work, RecordObject):
        people += [part.person for part in work.contributors]
    return await _concerns(sender, people)


async def _concerns(sender: Actor, people: Sequence[str]) -> bool:
    """Whether anybody here follows `sender`, or is one of `people`."""
    if await Follow.exists(target_id=sender.id, accepted_at__not_isnull=True):
        return True
    return bool(people) and await Actor.exists(uri__in=list(people[:200]), is_local=True)


async def _offer(challenge: Challenge, record: Record, **how: Any) -> None:
    try:
        async with transaction():
            await save_submission(challenge, record, **how)
    except Conflict:
        return  # too late: the record is kept, the challenge is closed


async def _refuse_uninvited(challenge: Challenge, record: Record) -> None:
    """Raise Forbidden when a challenge elsewhere takes a record of ours that its author never offered to it."""
    if record.visibility != "public" or record.deleted_at:
        raise Forbidden("that is not public")
    offered = Submission.filter(challenge_id=challenge.id, record_id=record.id).exclude(state="withdrawn")
    if record.author.is_local and not await offered.exists():
        raise Forbidden("its author never offered that record")


async def _accepted(challenge: Challenge, record: Record) -> None:
    submission, _ = await Submission.get_or_create(
        challenge_id=challenge.id, record_id=record.id, defaults={"via": "remote"}
    )
    submission.state, submission.decided_at, submission.reason = "accepted", now(), ""
    await submission.save()


async def _challenge_adding(sender: Actor, activity: Add[Any] | Remove[Any]) -> Challenge:
    """The challenge whose own Group speaks of its own collection; others cannot."""
    if activity.target != f"{sender.uri}/submissions":
        document = sender.document or {}
        if activity.target != document.get("submissions"):
            raise Unsupported("only the submissions of a challenge are known here")
    challenge = await Challenge.get_or_none(actor_id=sender.id)
    if challenge is None:
        raise NotFound("that challenge is not known here")
    return challenge


async def _tell(sender: Actor, record: Record, work: RecordObject) -> None:
    """Those of ours whose records were built on, and those who are credited, know."""
    details = {"title": record.title}
    sources = [source.id for source in work.sources]
    if sources:
        for parent in await Record.filter(uri__in=sources, author__is_local=True).select_related("author"):
            await notify(parent.author, Notice.REMIXED, sender, record.uri, record.uri, {"title": parent.title})
    named = await Contributor.filter(record_id=record.id).values_list("actor_uri", flat=True)
    for person in await Actor.filter(uri__in=list(named), is_local=True):
        await notify(person, Notice.CREDITED, sender, record.uri, record.uri, details)
