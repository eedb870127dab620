"""Authors elsewhere agree to what our people would like to do with their posts, or do not; and what others did there
is looked at, whether they agreed.
"""

from __future__ import annotations

from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_answer, may_delete, may_have, may_stamp
from fedirec.activitypub.models import Actor, Announcement, Liking
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import PUBLIC, Accept, Announce, ConsentQuestion, Create, Doc, Ref, Stamp, Vocabulary
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden
from fedirec.lanes import Done, Job, Later, Outcome, gathering
from fedirec.remix.actions.passing_on import page_of, pass_on, tell_of
from fedirec.remix.models import Comment, ConsentRequest, Record, Submission
from fedirec.remix.vocab import CommentObject

MAX_ADDRESSED: Final = 200
"""People whom an answer names, that hear of it once it may be published."""
MAX_CLAIMS: Final = 100
"""Answers that are looked at when a consent is taken back which they name."""


async def take_consent(sender: Actor, *, asked: str, stamp: str) -> bool:
    """Whether `sender` was asked in `asked`, or about that; what waited for their consent is published now.

    `stamp` is where others can read it. Part of the transaction of the activity. Raises Forbidden for one of another
    origin.
    """
    question = await _question(sender, asked)
    if question is None:
        return False
    if not may_have(stamp, owner=sender.uri):
        raise Forbidden("a consent stands at the origin of who gives it")
    if question.state == "approved":
        return True
    question.state, question.stamp_uri, question.answered_at = "approved", stamp, now()
    await question.save(update_fields=["state", "stamp_uri", "answered_at"])
    if question.kind == "reply":
        await _publish_answer(sender, question.instrument_uri, stamp)
    elif question.kind == "like":
        if not await Liking.exists(actor_id=question.actor_id, object_uri=question.target_uri):
            await Liking.create(uri=question.instrument_uri, actor_id=question.actor_id, object_uri=question.target_uri)
    else:
        await _announce(question, stamp)
    return True


async def take_refusal(sender: Actor, *, asked: str) -> bool:
    """Whether `sender` was asked in `asked`, or about that; they do not agree, or not any more."""
    question = await _question(sender, asked)
    if question is None:
        return False
    question.state, question.answered_at = "refused", now()
    await question.save(update_fields=["state", "answered_at"])
    if question.kind == "reply":
        said = Comment.filter(uri=question.instrument_uri, author_id=question.actor_id, deleted_at=None)
        if comment := await said.select_related("author", "record").first():
            await _refuse(sender, comment)
    elif question.kind == "like":
        await Liking.filter(actor_id=question.actor_id, object_uri=question.target_uri).delete()
    return True


async def consent_withdrawn(sender: Actor, stamp: str) -> bool:
    """Whether `sender` had agreed to answers known here with the stamp at that address; they do not any more."""
    said = Comment.filter(consent_uri=stamp).select_related("author", "record__author", "parent__author")
    # First those to whom it was given: anybody can claim it, as often as they like.
    ended = [
        row
        for row in await said.order_by("consent", "id").limit(MAX_CLAIMS)
        if may_delete(author=_answered(row).author_id, speaker=sender.id)
    ]
    for row in ended:
        if row.author_id != sender.id:
            await _refuse(sender, row)
    return bool(ended)


async def check_answer(remote: Remote, job: Job) -> Outcome:
    """An answer elsewhere to something whose author lets only some answer stands there, if they agreed to it."""
    said = Comment.filter(uri=str(job.payload["uri"]), consent="waiting", deleted_at=None)
    comment = await said.select_related("author", "record__author", "parent__author").first()
    if comment is None or comment.consent_uri is None or comment.author.is_local:
        return Done()
    try:
        found, _document = await remote.read(comment.consent_uri)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    if not _agrees(found, comment):
        return Done()
    async with transaction(), gathering():
        fresh = await Comment.filter(id=comment.id, consent="waiting", consent_uri=comment.consent_uri).update(
            consent=""
        )
        if fresh:
            comment.consent = ""
            await tell_of(comment, [])
            await pass_on(comment)
    return Done()


def _agrees(found: object, comment: Comment) -> bool:
    """Whether what stands at `comment.consent_uri` says that the author of what it answers agrees to it."""
    owner, address = _answered(comment).author.uri, comment.consent_uri or ""
    if isinstance(found, Stamp):
        return (
            found.type == "ReplyAuthorization"
            and found.id == address
            and may_stamp(address, stamped_by=found.attributed_to, owner=owner)
            and (found.interacting, found.target) == (comment.uri, comment.in_reply_to)
        )
    if isinstance(found, Accept):  # GoToSocial up to 0.20
        asked = found.object
        named = asked.instrument if isinstance(asked, ConsentQuestion) else asked.id
        return found.id == address and may_stamp(address, stamped_by=found.actor, owner=owner) and named == comment.uri
    return False


async def _question(sender: Actor, asked: str) -> ConsentRequest | None:
    found = ConsentRequest.filter(Q(uri=asked) | Q(instrument_uri=asked)).select_related("actor")
    question = await found.first()
    if question is None or not may_answer(asked=question.owner_id, speaker=sender.id):
        return None
    return question


async def _refuse(owner: Actor, comment: Comment) -> None:
    """`owner` does not want `comment`, which comes with its record and author, to stand there; the latter knows."""
    comment.consent = "refused"
    await comment.save(update_fields=["consent"])
    about = {"title": comment.record.title}
    await notify(comment.author, Notice.ANSWER_REFUSED, owner, comment.uri, page_of(comment), about)


async def _publish_answer(owner: Actor, uri: str, stamp: str) -> None:
    """The answer at `uri`, which waited for `owner`, is there for all to whom it is addressed, and its author knows."""
    said = Comment.filter(uri=uri, deleted_at=None)
    comment = await said.select_related("author", "record__author", "parent__author").first()
    if comment is None or comment.document is None:
        return
    comment.consent, comment.consent_uri = "", stamp
    comment.document = {**comment.document, "replyAuthorization": stamp}
    await comment.save(update_fields=["consent", "consent_uri", "document"])
    work = CommentObject.read(Doc(comment.document), Vocabulary(()))
    followers = {"public": [comment.author], "followers": [comment.record.author]}.get(comment.visibility, [])
    people = await Actor.filter(uri__in=[*work.to, *work.cc]).limit(MAX_ADDRESSED)
    create = Create(
        id=new_activity_uri(comment.author),
        actor=comment.author.uri,
        object=work,
        to=work.to,
        cc=work.cc,
        published=work.published,
    )
    await publish(comment.author, create, to=people, to_followers_of=followers)
    await tell_of(comment, [mention.href for mention in work.mentions])
    about = {"title": comment.record.title}
    await notify(comment.author, Notice.ANSWER_ALLOWED, owner, comment.uri, page_of(comment), about)


async def _announce(question: ConsentRequest, stamp: str) -> None:
    """A Group of ours passes on what it accepted, now that the author agrees, if it still is part of the challenge."""
    group = question.actor
    accepted = Submission.filter(challenge__actor_id=group.id, record__uri=question.target_uri, state="accepted")
    submission = await accepted.select_related("record__author").first()
    if submission is None or await Announcement.exists(actor_id=group.id, object_uri=question.target_uri):
        return
    author = submission.record.author
    announce = Announce(
        id=question.instrument_uri,
        actor=group.uri,
        object=Ref(question.target_uri),
        published=now(),
        to=(PUBLIC,),
        cc=(group.followers or "", author.uri),
        authorization=stamp,
    )
    await Announcement.create(uri=announce.id, actor=group, object_uri=question.target_uri)
    await publish(group, announce, to=[author], to_followers_of=[group])


def _answered(comment: Comment) -> Comment | Record:
    """What `comment` answers."""
    return comment.parent or comment.record
