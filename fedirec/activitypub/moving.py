"""Moving to another server, and coming from one (FEP-7628).

Who moves says so where they were, and says where they are now that they were there: `alsoKnownAs` at the new address is
asked for anew each time, so nobody is moved to where they do not want to be, or by somebody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from fedirec.activitypub.actors import publish_actor_update
from fedirec.activitypub.authority import agrees_to_move, may_move
from fedirec.activitypub.follows import follow, unfollow
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor, Follow, Received
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import PUBLIC, ActorObject, Move, Ref
from fedirec.activitypub.vocab.actors import MAX_ALIASES
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, Unsupported
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.uris import origin_of

COOLDOWN: Final = timedelta(days=7)
"""How long nobody moves again."""
MAX_AN_HOUR: Final = 5
"""Times that one actor can make us look whether they moved."""
TOGETHER: Final = 50
"""Follows that are moved in one transaction."""

handlers = Handlers()


async def set_aliases(actor: Actor, aliases: Sequence[str]) -> None:
    """A local `actor` says that they are, or were, at `aliases` too: ids of actors, ten at most; followers hear of it.

    Raises Invalid for what is no address of somebody else, or for too many.
    """
    kept = list(dict.fromkeys(alias.strip() for alias in aliases))
    if len(kept) > MAX_ALIASES:
        raise Invalid("you can name ten other accounts at most")
    for alias in kept:
        origin_of(alias)
        if alias == actor.uri:
            raise Invalid("that is this account itself")
    if kept == list(actor.also_known_as):
        return
    async with transaction():
        actor.also_known_as = kept
        await actor.save(update_fields=["also_known_as"])
        await publish_actor_update(actor)


async def move_away(remote: Remote, actor: Actor, target: str) -> Actor:
    """A local `actor` lives at the id `target` from now on, which their followers are told and go along; the new one.

    Raises Conflict when the new one does not name the old one among its aliases, has moved on itself, or when the last
    move was less than seven days ago; and what `Remote.find_actor` raises.
    """
    found = await remote.find_actor(target, fresh=True)
    if not agrees_to_move(old=actor.uri, new=found.uri, aliases=found.also_known_as):
        raise Conflict("the new account has to name this one among its other accounts first")
    async with transaction():
        fresh = await Actor.get(id=actor.id)
        _refuse_moved(fresh)
        _refuse_circle(fresh, found)
        fresh.moved_to, fresh.moved_at = found.uri, now()
        await fresh.save(update_fields=["moved_to", "moved_at"])
        move = Move(
            id=new_activity_uri(fresh),
            actor=fresh.uri,
            object=Ref(fresh.uri),
            target=found.uri,
            to=(PUBLIC,),
            cc=(fresh.followers,) if fresh.followers else (),
            published=now(),
        )
        await publish_actor_update(fresh)
        await publish(fresh, move, to_followers_of=[fresh])
        await enqueue([_work(fresh.uri, found.uri)])
    actor.moved_to, actor.moved_at = fresh.moved_to, fresh.moved_at
    return found


async def come_back(actor: Actor) -> None:
    """A local `actor` who moved lives here again; whoever followed them elsewhere stays there."""
    async with transaction():
        actor.moved_to = None
        await actor.save(update_fields=["moved_to"])
        await publish_actor_update(actor)


@handlers.on(Move, Ref, ActorObject, vouched=True)
async def actor_moved(sender: Actor, move: Move[Any]) -> None:
    """An actor elsewhere says that they live somewhere else now; the new address is asked whether that is so.

    Part of the transaction of the activity. Raises Forbidden for anybody but themselves, Conflict for one who moved
    less than seven days ago, Unsupported for one who says so too often.
    """
    if not may_move(actor=sender.uri, moved=move.object.id):
        raise Forbidden("everybody moves only themselves")
    if move.target is None or move.target == sender.uri:
        raise Invalid("nobody moves to where they are")
    _refuse_moved(sender)
    lately = Received.filter(sender_id=sender.id, type="Move", received_at__gt=now() - timedelta(hours=1))
    if await lately.count() > MAX_AN_HOUR:
        raise Unsupported("that are too many moves in one hour")
    await enqueue([_work(sender.uri, move.target)])


async def follow_move(
    remote: Remote, job: Job, *, may_follow: Callable[[Actor, Actor], Awaitable[bool]] | None = None
) -> Outcome:
    """Who moved is known to have done so, if the new address says so too; who followed them here follows them there.

    `may_follow` says whether a follower, the first, wants to follow the new one, the second.
    """
    old, new = str(job.payload["old"]), str(job.payload["new"])
    try:
        target = await remote.find_actor(new, fresh=True)
        mover = await Actor.get_or_none(uri=old)
        if mover is None or not agrees_to_move(old=old, new=target.uri, aliases=target.also_known_as):
            return Done()
        if target.state != "active" or mover.state != "active":
            return Done()
        if mover.moved_to != target.uri:
            _refuse_moved(mover)
            _refuse_circle(mover, target)
            mover.moved_to, mover.moved_at = target.uri, now()
            await mover.save(update_fields=["moved_to", "moved_at"])
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    while await _move_some(mover, target, may_follow):
        pass
    return Done()


async def _move_some(mover: Actor, target: Actor, may_follow: Callable[[Actor, Actor], Awaitable[bool]] | None) -> bool:
    """Some who followed `mover` here follow `target` instead; whether there may be more."""
    left = Follow.filter(target_id=mover.id, follower__is_local=True).order_by("id").limit(TOGETHER)
    async with transaction():
        follows = await left.select_related("follower")
        for known in follows:
            follower = known.follower
            await unfollow(follower, mover)
            if follower.id == target.id or follower.state != "active":
                continue
            if may_follow is None or await may_follow(follower, target):
                await follow(follower, target)
    return len(follows) == TOGETHER


def _work(old: str, new: str) -> Work:
    return Work(
        kind="move",
        lane=f"move:{origin_of(new)}",
        payload={"old": old, "new": new},
        dedupe_key=f"move:{hashlib.sha256(old.encode()).hexdigest()}",
    )


def _refuse_moved(actor: Actor) -> None:
    if actor.moved_at is not None and actor.moved_at > now() - COOLDOWN:
        raise Conflict("between two moves there have to be seven days")


def _refuse_circle(mover: Actor, target: Actor) -> None:
    """Raise Conflict for a target that moved away itself: whoever went along would be sent round."""
    if target.moved_to is not None:
        raise Conflict("the new account has moved away itself")
