"""Challenges elsewhere, and what is offered to ours."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.authority import may_add_to, may_bring, may_create, may_describe, may_undo
from fedirec.activitypub.follows import follow_rejected
from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.vocab import (
    Add,
    Create,
    Offer,
    Ref,
    Reject,
    Remove,
    Undo,
    Update,
)
from fedirec.activitypub.vocab import Follow as FollowActivity
from fedirec.clock import now
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.remix.actions.consenting import take_refusal
from fedirec.remix.actions.meeting import save_challenge
from fedirec.remix.actions.submissions import end_offer
from fedirec.remix.actions.submissions.offers import refuse_unwelcome_author
from fedirec.remix.actions.submissions.stating import is_said_already, take_standing
from fedirec.remix.actions.terms import find_standing, take_agreement
from fedirec.remix.inbox.agreements import answers_an_agreement, is_of_a_challenge
from fedirec.remix.inbox.arrivals import accept_into, ask_for, ask_for_challenge, offer_to
from fedirec.remix.inbox.comments import comment_added, comment_removed
from fedirec.remix.inbox.needs import need_answered
from fedirec.remix.inbox.pens import pen_answered
from fedirec.remix.inbox.remixing import remix_refused
from fedirec.remix.inbox.suggestions import suggestion_answered
from fedirec.remix.inbox.talking import refuse_talkative
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.submissions import SubmissionEvent, SubmissionState, advance_submission
from fedirec.remix.vocab import ChallengeObject, PromptObject, RecordObject, SubmissionObject

handlers = Handlers()


@handlers.on(Create, PromptObject, vouched=is_of_a_challenge)
async def prompt_created(sender: Actor, create: Create[PromptObject]) -> None:
    await _prompt_said(sender, create.object)


@handlers.on(Update, PromptObject, vouched=is_of_a_challenge)
async def prompt_updated(sender: Actor, update: Update[PromptObject]) -> None:
    await _prompt_said(sender, update.object)


async def _prompt_said(sender: Actor, prompt: PromptObject) -> None:
    """A challenge said what it asks for; its Group document says it too, and is what we keep."""
    if not may_describe(prompt.challenge or "", speaker=sender.uri):
        raise Forbidden("a prompt is published by its own challenge")
    await _refuse_unasked(sender)
    await ask_for_challenge(sender.uri)


@handlers.on(Update, ChallengeObject, evidence=True, vouched=True)
async def challenge_updated(sender: Actor, update: Update[ChallengeObject]) -> None:
    if not may_describe(update.object.id, speaker=sender.uri):
        raise Forbidden("only its own Group describes a challenge")
    await _refuse_unasked(sender)
    document = update.object_document or update.object.write()
    await save_remote_actor(update.object.actor, document, is_vouched=update.is_vouched)
    await save_challenge(await Actor.get(id=sender.id), update.object)


@handlers.on(Offer, Ref, RecordObject, evidence=True, vouched=True)
async def record_offered(sender: Actor, offer: Offer[Any]) -> None:
    """Somebody offers a record of theirs to a challenge of ours, or themselves for what is looked for.

    Who offers again what stands there agrees to the terms that they name now.
    """
    if await need_answered(sender, offer.object.id, offer.content or ""):
        return
    ours = Challenge.filter(actor__uri=offer.target or "", actor__is_local=True)
    challenge = await ours.select_related("leader").first()
    if challenge is None:
        raise NotFound("there is no such challenge here")
    if not may_bring(offer.object.id, speaker=sender.uri):
        raise Forbidden("only its author can offer a record")
    await refuse_unwelcome_author(challenge, sender)
    record = await Record.get_or_none(uri=offer.object.id)
    if record is None:
        await ask_for(offer.object.id, challenge=challenge, author=sender, activity_uri=offer.id)
    elif record.author_id != sender.id:
        raise Forbidden("only its author can offer a record")
    elif offer.terms and (standing := await find_standing(challenge, record)):
        version, digest = offer.terms
        await take_agreement(sender, standing, version=version, digest=digest, activity_uri=offer.id)
    elif record.visibility == "public" or record.held_at is not None:
        named = {"terms_version": offer.terms[0], "terms_digest": offer.terms[1]} if offer.terms else {}
        await offer_to(challenge, record, via="remote", activity_uri=offer.id, **named)
    else:
        raise Unsupported("only a public record can answer a challenge")


@handlers.on(Undo, Offer, vouched=True)
async def offer_undone(sender: Actor, undo: Undo[Any]) -> None:
    if not may_undo(done_by=undo.object.actor, speaker=sender.uri):
        raise Forbidden("only whoever offered it can take it back")
    submission = await Submission.get_or_none(
        record__uri=undo.object.object.id, record__author_id=sender.id, challenge__actor__uri=undo.object.target or ""
    )
    if submission is None:
        raise NotFound("nothing was offered")
    await end_offer(submission)


@handlers.on(Add, Ref, RecordObject, evidence=True, vouched=is_of_a_challenge)
async def record_added(sender: Actor, add: Add[Any]) -> Kept:
    """A challenge elsewhere has accepted a record, or an author tells us of a comment on theirs."""
    if await comment_added(sender, add):
        return Kept.FOR_A_WHILE
    challenge = await _challenge_adding(sender, add)
    record = await Record.filter(uri=add.object.id).select_related("author").first()
    if record is None:
        await refuse_talkative(sender)
        await ask_for(add.object.id, challenge=challenge, accepted=True)
        return Kept.FOR_GOOD
    offered = await _invited(challenge, record)
    if offered is not None and is_said_already(offered, add.published, SubmissionState.ACCEPTED):
        return Kept.FOR_GOOD
    await accept_into(challenge, record)
    details = {"title": record.title, "challenge": challenge.title, "reason": (add.content or "")[:500]}
    await notify(record.author, Notice.SUBMISSION_ACCEPTED, sender, record.uri, record.uri, details)
    return Kept.FOR_GOOD


@handlers.on(Remove, Ref, RecordObject, evidence=True, vouched=is_of_a_challenge)
async def record_removed(sender: Actor, remove: Remove[Any]) -> Kept:
    """A challenge elsewhere has taken back that it accepted a record, or an author hides a comment on theirs."""
    if await comment_removed(sender, remove):
        return Kept.FOR_A_WHILE
    challenge = await _challenge_adding(sender, remove)
    submission = await Submission.get_or_none(challenge_id=challenge.id, record__uri=remove.object.id)
    if submission is not None and is_said_already(submission, remove.published, SubmissionState.PENDING):
        return Kept.FOR_GOOD
    if submission is None or submission.state != "accepted":
        raise NotFound("that was not part of the challenge")
    submission.state = advance_submission(submission.state, SubmissionEvent.RECONSIDER)
    await submission.save(update_fields=["state"])
    return Kept.FOR_GOOD


@handlers.on(Update, SubmissionObject, evidence=True, vouched=True)
async def standing_told(sender: Actor, update: Update[SubmissionObject]) -> None:
    """A challenge elsewhere says how a record of ours stands in it: its own Group, and nobody else."""
    said = update.object
    if not may_create(said.id, author=said.attributed_to, speaker=sender.uri):
        raise Forbidden("only its own Group says how something stands in a challenge")
    offered = Submission.filter(challenge__actor_id=sender.id, record__uri=said.record, record__author__is_local=True)
    submission = await offered.select_related("challenge__actor", "record__author").first()
    if submission is None:
        raise NotFound("nothing was offered")
    await take_standing(submission, said)


@handlers.on(Reject, Ref, FollowActivity, evidence=True, vouched=answers_an_agreement)
async def something_rejected(sender: Actor, reject: Reject[Any]) -> None:
    """A challenge elsewhere declines a record of ours, or somebody does not want to be followed."""
    submission = (
        await Submission.filter(challenge__actor_id=sender.id, record__uri=reject.object.id)
        .select_related("record__author", "challenge")
        .first()
    )
    if submission is None:
        if await take_refusal(sender, asked=reject.object.id) or await remix_refused(sender, reject):
            return
        if not await suggestion_answered(sender, reject) and not await pen_answered(sender, reject):
            await follow_rejected(sender, reject)
        return
    if is_said_already(submission, reject.published, SubmissionState.DECLINED):
        return
    # A decision has a date. What could not be offered, because it was late or under old terms, can be offered again.
    event = SubmissionEvent.DECLINE if reject.published else SubmissionEvent.WITHDRAW
    submission.state = advance_submission(submission.state, event)
    submission.reason, submission.decided_at = (reject.content or "")[:500], now()
    await submission.save()
    record = submission.record
    details = {"title": record.title, "challenge": submission.challenge.title, "reason": submission.reason}
    await notify(record.author, Notice.SUBMISSION_DECLINED, sender, record.uri, record.uri, details)


async def _challenge_adding(sender: Actor, activity: Add[Any] | Remove[Any]) -> Challenge:
    """The challenge whose own Group speaks of its own collection; others cannot."""
    owned = (f"{sender.uri}/submissions", (sender.document or {}).get("submissions"))
    if not may_add_to(activity.target, owned=owned, owner=sender.uri):
        raise Unsupported("only the submissions of a challenge are known here")
    challenge = await Challenge.get_or_none(actor_id=sender.id)
    if challenge is None:
        raise NotFound("that challenge is not known here")
    return challenge


async def _refuse_unasked(group: Actor) -> None:
    """Raise Unsupported for a challenge that nobody here follows or has looked at: none gets on our pages by itself."""
    asked = await Follow.exists(target_id=group.id) or await Challenge.exists(actor_id=group.id)
    if not asked:
        raise Unsupported("nobody here follows that challenge")


async def _invited(challenge: Challenge, record: Record) -> Submission | None:
    """How `record` stands in a challenge elsewhere that takes it. Raises Forbidden for a record of ours that its author
    never offered to it.
    """
    if record.visibility != "public" or record.deleted_at:
        raise Forbidden("that is not public")
    offered = await Submission.get_or_none(challenge_id=challenge.id, record_id=record.id)
    if record.author.is_local and (offered is None or offered.state == "withdrawn"):
        raise Forbidden("its author never offered that record")
    return offered
