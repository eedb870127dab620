"""What we do when people elsewhere follow ours, let themselves be followed, or change."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.actions.boundaries import block_undone, blocked_by
from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub import moving
from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.authority import may_describe
from fedirec.activitypub.follows import answer_follow, follow_accepted, follow_undone
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Announcement, Liking
from fedirec.activitypub.vocab import Accept, ActorObject, Block, Follow, Ref, Undo, Update
from fedirec.errors import Forbidden, Unsupported

handlers = Handlers(moving.handlers)


@handlers.on(Follow, Ref, ActorObject)
async def followed(sender: Actor, follow: Follow[Any]) -> None:
    target = await Actor.get_or_none(uri=follow.object.id, is_local=True)
    if target is not None:
        await refuse_unwelcome(sender, to=target)
    answered = await answer_follow(sender, follow)
    if answered is not None:
        kind = Notice.FOLLOWED if answered.is_accepted else Notice.ASKED_TO_FOLLOW
        await notify(answered.target, kind, sender, sender.uri, sender.url or sender.uri)


@handlers.on(Accept, Follow)
async def accepted(sender: Actor, accept: Accept[Any]) -> None:
    await follow_accepted(sender, accept)


@handlers.on(Undo, Follow, Ref)
async def undone(sender: Actor, undo: Undo[Any]) -> None:
    """A follow ends; when only an id came, whatever of the sender's has it."""
    await follow_undone(sender, undo)
    if isinstance(undo.object, Ref):
        await Announcement.filter(actor_id=sender.id, uri=undo.object.id).delete()
        await Liking.filter(actor_id=sender.id, uri=undo.object.id).delete()
        await block_undone(sender, uri=undo.object.id)


@handlers.on(Block, Ref, ActorObject)
async def blocked(sender: Actor, block: Block[Any]) -> None:
    """Somebody elsewhere wants nothing to do with one of ours, who is not told."""
    if block.target:
        raise Unsupported("it keeps somebody out of a community there, and says nothing of whoever says it")
    await blocked_by(sender, block)


@handlers.on(Undo, Block)
async def unblocked(sender: Actor, undo: Undo[Any]) -> None:
    if undo.object.actor != sender.uri:
        raise Forbidden("only whoever blocks can unblock")
    await block_undone(sender, other=undo.object.object.id)


@handlers.on(Update, ActorObject)
async def actor_updated(sender: Actor, update: Update[ActorObject]) -> None:
    if not may_describe(update.object.id, speaker=sender.uri):
        raise Forbidden("actors describe only themselves")
    document = update.object_document or update.object.write()
    await save_remote_actor(update.object, document, is_vouched=update.is_vouched)
