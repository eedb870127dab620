"""What others say about records: here, on another instance, or with any other software."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.authority import may_be_by, may_delete
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Add, Create, Forwarded, Ref, Remove, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Gone, Invalid, NotFound, Unsupported
from fedirec.lanes import Done, Job, Later, Outcome, enqueue, gathering
from fedirec.remix.actions.catching_up import asking_for_replies, catch_up
from fedirec.remix.actions.threads import Place, bury_comment, find_place, save_comment
from fedirec.remix.inbox.arrivals import ask_for_comment, concerns_us, refuse_deleted
from fedirec.remix.inbox.talking import refuse_talkative
from fedirec.remix.models import Comment, Record
from fedirec.remix.replies import is_talk
from fedirec.remix.vocab import CommentObject, PostObject

MAX_ANCESTORS: Final = 16
"""Comments that are fetched to find out what the last of them is about."""

REPLIES: Final = "/replies"

handlers = Handlers()


@handlers.on(Create, CommentObject)
async def comment_created(sender: Actor, create: Create[CommentObject]) -> None:
    await take_comment(sender, create.object)


@handlers.on(Update, CommentObject)
async def comment_updated(sender: Actor, update: Update[CommentObject]) -> None:
    await take_comment(sender, update.object)


async def take_comment(sender: Actor, work: CommentObject | PostObject) -> None:
    """Something was said, or is said differently now; what it is about is looked for when we do not know it.

    Raises Unsupported when nobody here has to do with it, and what `save_comment` raises.
    """
    known = await Comment.filter(uri=work.id).select_related("record__author").first()
    place = Place(record=known.record) if known else await find_place(work.in_reply_to)
    if place is not None:
        if known is None and not await _concerns_us(sender, work, place):
            raise Unsupported("nobody here follows its author, is answered or named")
        if known is None and isinstance(work, CommentObject):
            await refuse_deleted(sender, work.id)  # of posts whoever took them in asked before
        await save_comment(sender, work, place)
        if known is None:
            await catch_up(place.record)
        return
    if work.in_reply_to is None or not work.is_public or not await concerns_us(sender, work):
        raise Unsupported("it answers nothing that is known here")
    await ask_for_comment(work.id)


@handlers.on(Forwarded, Ref)
async def something_forwarded(sender: Actor, forwarded: Forwarded[Ref]) -> None:
    """Somebody who is followed here brings what others are said to have said: the origin of that is asked."""
    known = await Comment.filter(uri=forwarded.object.id).select_related("author").first()
    if (known is not None and known.author.is_local) or not await is_followed_here(sender):
        raise Unsupported("nobody here follows whoever brings that, and nothing proves it")
    await refuse_talkative(sender)
    await ask_for_comment(forwarded.object.id)


async def comment_added(sender: Actor, add: Add[Any]) -> bool:
    """Whether the author of a record told us of what somebody else says about it; its own origin is asked."""
    record = await _record_with(add.target, sender)
    if record is None:
        return False
    known = await Comment.filter(uri=add.object.id).select_related("author").first()
    if known is not None and known.record_id == record.id and known.hidden_by_id == sender.id:
        known.hidden_at = known.hidden_by_id = None
        await known.save(update_fields=["hidden_at", "hidden_by_id"])
    if known is None or not known.author.is_local:
        await refuse_talkative(sender)
        await ask_for_comment(add.object.id)
    return True


async def comment_removed(sender: Actor, remove: Remove[Any]) -> bool:
    """Whether the author of a record does not want something to stand there any more; then it does not here either."""
    record = await _record_with(remove.target, sender)
    if record is None:
        return False
    comment = await Comment.filter(uri=remove.object.id, record_id=record.id).select_related("author").first()
    if comment is None:
        raise NotFound("that comment is not known here")
    if not comment.author.is_local and comment.deleted_at is None:
        await ask_for_comment(comment.uri)  # perhaps it was deleted
    if comment.hidden_at is None:
        comment.hidden_at, comment.hidden_by_id = now(), sender.id
        await comment.save(update_fields=["hidden_at", "hidden_by_id"])
    return True


async def comment_deleted(sender: Actor, comment: Comment) -> None:
    if not may_delete(author=comment.author_id, speaker=sender.id):
        raise Forbidden("only its author can delete a comment")
    if comment.deleted_at is None:
        await bury_comment(comment)


async def fetch_comment(remote: Remote, job: Job) -> Outcome:
    """A comment that we know by name only stands where it belongs, with what it answers, if that leads to a record.

    One that was found while catching up is old news; what was answered to it is looked for as far as the budget goes.
    """
    uri, depth = str(job.payload["uri"]), int(str(job.payload.get("depth", 0)))
    budget = int(str(job.payload.get("budget", 0)))
    try:
        place, said = await _chain_to(remote, uri)
        async with transaction(), gathering():
            for author, work in reversed(said):
                comment = await save_comment(author, work, place, is_old=depth > 0)
                place = Place(record=place.record, parent=comment)
            if budget > 0:
                await enqueue([asking_for_replies(uri, depth=depth, budget=budget)])
    except Gone:
        await _forget(uri)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def _chain_to(remote: Remote, uri: str) -> tuple[Place, list[tuple[Actor, CommentObject | PostObject]]]:
    """What the comment at `uri` is about, and the comments from it up to there that we do not know.

    Raises NotFound when MAX_ANCESTORS of them lead to no record that is known here.
    """
    said: list[tuple[Actor, CommentObject | PostObject]] = []
    seen = set[str]()
    next_uri: str | None = uri
    while next_uri and next_uri not in seen and len(said) < MAX_ANCESTORS:
        seen.add(next_uri)
        if said and (place := await find_place(next_uri)):
            return place, said
        try:
            entity, _document = await remote.read_as_sent(next_uri)
        except Gone as error:
            if not said:
                raise
            raise NotFound("what it answers was deleted") from error
        if not isinstance(entity, CommentObject) and not (isinstance(entity, PostObject) and is_talk(entity)):
            raise Invalid("that is no comment")
        if not may_be_by(entity.id, author=entity.attributed_to) or not entity.is_public:
            raise Forbidden("that is not for everybody")
        author = await remote.find_actor(entity.attributed_to)
        if author.state != "active":
            raise Forbidden("its author is suspended here, or gone")
        said.append((author, entity))
        next_uri = entity.in_reply_to
    if next_uri and next_uri not in seen and (place := await find_place(next_uri)):
        return place, said
    raise NotFound("it leads to no record that is known here")


async def _concerns_us(sender: Actor, work: CommentObject | PostObject, place: Place) -> bool:
    """Whether a comment there is to somebody here, by the author of the record, or by somebody who is followed."""
    if place.record.author.is_local or place.record.author_id == sender.id:
        return True
    return bool(place.parent and place.parent.author.is_local) or await concerns_us(sender, work)


async def _record_with(target: str | None, author: Actor) -> Record | None:
    """The record of `author` whose collection of replies is at `target`."""
    if not target or not target.endswith(REPLIES):
        return None
    record = await Record.get_or_none(uri=target.removesuffix(REPLIES), author_id=author.id, deleted_at=None)
    if record is None:
        raise NotFound("that record is not known here, or is somebody else's")
    return record


async def _forget(uri: str) -> None:
    """What was said at `uri` is gone there, and here too."""
    async with transaction():
        comment = await Comment.filter(uri=uri, deleted_at=None).select_related("author", "record__author").first()
        if comment is not None and not comment.author.is_local:
            await bury_comment(comment)
