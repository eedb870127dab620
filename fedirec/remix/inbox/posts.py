"""Posts of other software: each is taken for what it means."""

from __future__ import annotations

from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers, Kept
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import (
    Create,
    Json,
)
from fedirec.db import fetch_rows
from fedirec.errors import Unsupported
from fedirec.html import clean, plain
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.letting_in import tell_whom_it_answers
from fedirec.remix.actions.pending_remixes import find_hinted, take_as_remix
from fedirec.remix.actions.private_notes import take_private_note
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import grant_licence, save_remark
from fedirec.remix.actions.submissions.answering import settle_answer
from fedirec.remix.actions.submissions.telling import find_asked_about
from fedirec.remix.actions.threads import find_place
from fedirec.remix.inbox.agreements import is_no_news
from fedirec.remix.inbox.answers import is_remark, why_no_submission
from fedirec.remix.inbox.arrivals import (
    challenge_of,
    concerns_us,
    offer_to,
    refuse_deleted,
)
from fedirec.remix.inbox.comments import take_comment
from fedirec.remix.inbox.talking import refuse_hasty
from fedirec.remix.licences import find_grant
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.replies import Meaning, is_talk, meaning_of
from fedirec.remix.vocab import PostObject

handlers = Handlers()


@handlers.on(Create, PostObject, evidence=True, vouched=is_no_news)
async def post_created(sender: Actor, create: Create[PostObject]) -> Kept:
    """A post of other software: an answer to a challenge or a record, or news of somebody who is followed here."""
    post = create.object
    document = create.object_as_sent or post.write()
    return await take_post(sender, post, document, create.envelope, activity_uri=create.id)


async def take_post(
    sender: Actor, post: PostObject, document: Json, envelope: Json | None = None, *, activity_uri: str | None = None
) -> Kept:
    """A post that we do not know, or know as a comment, is taken for what it means (`replies.meaning_of`).

    What its author grants with it, they granted by the activity at `activity_uri`.
    """
    if post.name and post.in_reply_to and not post.content:
        raise Unsupported("votes are not counted here")
    if await fetch_rows("SELECT 1 AS one FROM comment WHERE uri = ?", post.id):
        await take_comment(sender, post)
        return Kept.FOR_A_WHILE
    await refuse_deleted(sender, post.id)
    if await take_private_note(sender, post):
        return Kept.FOR_A_WHILE
    challenge = await challenge_of(post, author=sender)
    if await _grants(sender, post, challenge, activity_uri=activity_uri):
        return Kept.FOR_GOOD
    reason = await why_no_submission(sender, post, challenge)
    place = await find_place(post.in_reply_to)
    is_followed = await is_followed_here(sender)
    match meaning_of(post, is_submission=reason is None, is_answer=place is not None):
        case Meaning.COMMENT:
            await take_comment(sender, post)
            return Kept.FOR_A_WHILE
        case Meaning.SUBMISSION if challenge:
            await refuse_hasty(sender, post)
            waits = await has_to_wait(sender)
            record = await save_record(sender, post, document=document, envelope=envelope, waits=waits)
            submission = await offer_to(challenge, record, via="reply")
            if submission is not None:
                await settle_answer(challenge, submission, record, activity_uri=activity_uri)
            if place and place.parent is None and record.held_at is None:
                await take_as_remix(record, place.record, is_told=submission is not None)
        case Meaning.WORK if place and place.record.author.is_local and post.is_public:
            await refuse_hasty(sender, post)
            waits = await has_to_wait(sender)
            record = await save_record(sender, post, document=document, envelope=envelope, waits=waits)
            if record.held_at is None:
                await tell_whom_it_answers(record)
        case _ if challenge and not is_followed and is_remark(sender, post, challenge, reason):
            await refuse_hasty(sender, post)
            waits = await has_to_wait(sender)
            record = await save_record(sender, post, document=document, envelope=envelope, waits=waits, is_aside=True)
            await save_remark(challenge, record)
        case _ if is_followed:
            await save_record(sender, post, document=document, envelope=envelope)
        case _ if (
            is_talk(post) and post.is_public and not _is_about(challenge, post) and await concerns_us(sender, post)
        ):
            await take_comment(sender, post)  # perhaps what it answers was said about a record
            return Kept.FOR_A_WHILE
        case _:
            raise Unsupported(reason or "nobody here follows its author")
    return Kept.FOR_GOOD


def _is_about(challenge: Challenge | None, post: PostObject) -> bool:
    """Whether `post` answers what the challenge itself says, which is no place for comments."""
    return challenge is not None and post.in_reply_to == challenge.prompt_uri


async def _grants(sender: Actor, post: PostObject, challenge: Challenge | None, *, activity_uri: str | None) -> bool:
    """Whether `post` is only the agreed words, which then grant a licence for an earlier post of its author's.

    It is the one that they answer themselves, the one about which we asked them in the note that they answer, or the
    one that waits for a licence in this challenge.
    """
    words = plain(clean(post.content))
    granted = find_grant(words)
    if granted is None or post.attachments:
        return False
    record = await Record.get_or_none(uri=post.in_reply_to or "", author_id=sender.id, is_post=True, deleted_at=None)
    record = record or await find_hinted(sender, post.in_reply_to)
    record = record or await find_asked_about(sender, post.in_reply_to)
    if record is None and challenge:
        waiting = (
            await Submission.filter(challenge_id=challenge.id, state="licence_pending", record__author_id=sender.id)
            .select_related("record")
            .limit(2)
        )
        record = waiting[0].record if len(waiting) == 1 else None
    if record is None:
        return False
    await grant_licence(sender, record, granted.id, activity_uri=activity_uri, words=words)
    return True
