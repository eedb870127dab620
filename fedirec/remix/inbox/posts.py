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
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import grant_licence
from fedirec.remix.actions.threads import find_place
from fedirec.remix.inbox.agreements import is_no_news
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
    return await take_post(sender, post, create.object_as_sent or post.write(), create.envelope)


async def take_post(sender: Actor, post: PostObject, document: Json, envelope: Json | None = None) -> Kept:
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
            await refuse_hasty(sender, post)
            waits = await has_to_wait(sender)
            record = await save_record(sender, post, document=document, envelope=envelope, waits=waits)
            await offer_to(challenge, record, via="reply")
            if place and place.parent is None and record.held_at is None:
                await take_as_remix(record, place.record)
        case Meaning.WORK if place and place.record.author.is_local and post.is_public:
            await refuse_hasty(sender, post)
            waits = await has_to_wait(sender)
            record = await save_record(sender, post, document=document, envelope=envelope, waits=waits)
            if record.held_at is None:
                await tell_whom_it_answers(record)
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

    It is the one that they answer themselves, the one about which we asked them in the note that they answer, or the
    one that waits for a licence in this challenge.
    """
    granted = find_grant(plain(clean(post.content)))
    if granted is None or post.attachments:
        return False
    record = await Record.get_or_none(uri=post.in_reply_to or "", author_id=sender.id, is_post=True, deleted_at=None)
    record = record or await find_hinted(sender, post.in_reply_to)
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
