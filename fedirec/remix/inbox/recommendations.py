"""What others pass on to their followers, and what they like."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_bring, may_undo
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Announcement, Liking
from fedirec.activitypub.vocab import (
    Announce,
    Create,
    Delete,
    Like,
    Ref,
    Undo,
    Update,
)
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.remix.actions.instances import news_taken_back, take_news
from fedirec.remix.inbox.arrivals import (
    ask_for,
    ask_for_comment,
)
from fedirec.remix.inbox.talking import refuse_talkative, refuse_ungrouped
from fedirec.remix.models import Comment, Record, Submission
from fedirec.remix.vocab import CommentObject, NeedObject, PostObject, PromptObject, RecordObject

handlers = Handlers()


@handlers.on(Announce, Ref, RecordObject, CommentObject, PostObject, PromptObject, NeedObject)
async def something_announced(sender: Actor, announce: Announce[Any]) -> None:
    """Passed on by its id: what is embedded is never believed, its own origin is asked."""
    uri = announce.object.id
    if await take_news(sender, uri, announce.id):
        return
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
    await news_taken_back(sender, undo.object.object.id)


def _refuse_others(sender: Actor, undo: Undo[Any]) -> None:
    if not may_undo(done_by=undo.object.actor, speaker=sender.uri):
        raise Forbidden("only whoever did it can take it back")
