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
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.letting_in import tell_whom_it_answers
from fedirec.remix.actions.pending_remixes import take_as_remix
from fedirec.remix.actions.private_notes import take_private_note
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import save_remark
from fedirec.remix.actions.submissions.answering import settle_answer
from fedirec.remix.actions.submissions.telling import say_how_to_offer
from fedirec.remix.actions.threads import find_place
from fedirec.remix.inbox.agreed import take_agreed_words
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
from fedirec.remix.models import Challenge
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
    if await take_agreed_words(sender, post, challenge, activity_uri=activity_uri):
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
        case _ if challenge and is_remark(sender, post, challenge, reason):
            await refuse_hasty(sender, post)
            waits, is_aside = await has_to_wait(sender), not is_followed
            record = await save_record(
                sender, post, document=document, envelope=envelope, waits=waits, is_aside=is_aside
            )
            await say_how_to_offer(challenge, await save_remark(challenge, record), record)
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
