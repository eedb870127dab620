"""Following: asked for, accepted, refused, ended.

A follow counts only once its target has accepted it (CVE-2025-30741); what a stranger accepts changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from fedirec.activitypub.authority import may_answer, may_undo
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.own import what_it_announces
from fedirec.activitypub.vocab import Accept, Activity, Ref, Reject, Undo
from fedirec.activitypub.vocab import Follow as FollowActivity
from fedirec.clock import now
from fedirec.db import fetch_objects, fetch_rows, transaction
from fedirec.errors import Conflict, Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody elsewhere follows `target`, or asks to."""

    target: Actor
    is_accepted: bool


async def follow(follower: Actor, target: Actor) -> Follow:
    """A local `follower` follows `target`, or has asked to; asking twice changes nothing."""
    if follower.id == target.id:
        raise Conflict("you cannot follow yourself")
    if target.state != "active":
        raise Conflict("that account is not active")
    async with transaction():
        known = await Follow.get_or_none(follower_id=follower.id, target_id=target.id)
        if known:
            return known
        made = await Follow.create(
            uri=new_activity_uri(follower),
            follower=follower,
            target=target,
            accepted_at=now() if target.is_local and not target.approves_followers else None,
        )
        if not target.is_local:
            await publish(
                follower,
                FollowActivity(id=made.uri, actor=follower.uri, object=Ref(target.uri), to=(target.uri,)),
                to=[target],
            )
    return made


async def unfollow(follower: Actor, target: Actor) -> None:
    """A local `follower` does not follow `target` any more."""
    async with transaction():
        known = await Follow.get_or_none(follower_id=follower.id, target_id=target.id)
        if known is None:
            return
        await known.delete()
        if not target.is_local:
            undone = FollowActivity(id=known.uri, actor=follower.uri, object=Ref(target.uri))
            undo = Undo(id=new_activity_uri(follower), actor=follower.uri, object=undone, to=(target.uri,))
            await publish(follower, undo, to=[target])


async def answer_follow(sender: Actor, asked: FollowActivity[Any]) -> Answered | None:
    """`sender` follows our actor and is told so, or waits until it is approved; None if it was known already.

    Part of the transaction of the activity. Raises NotFound when nobody here has that address, Conflict when the id
    belongs to another follow.
    """
    found = await fetch_objects(Actor, "SELECT * FROM actor WHERE uri = ? AND is_local = ?", asked.object.id, True)
    is_place = bool(found) and found[0].type == "Application"
    if not found or found[0].state != "active" or (is_place and not await what_it_announces()):
        raise NotFound("nobody here can be followed at that address")
    target = found[0]
    rows = await fetch_rows(
        "SELECT id, uri, accepted_at FROM follow WHERE follower_id = ? AND target_id = ?", sender.id, target.id
    )
    known = rows[0] if rows else None
    is_accepted = bool(known["accepted_at"]) if known else not target.approves_followers
    if known is None:
        moment = now()
        added = await fetch_rows(
            """
            INSERT INTO follow (uri, follower_id, target_id, accepted_at, created_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id
            """,
            asked.id,
            sender.id,
            target.id,
            moment if is_accepted else None,
            moment,
        )
        if not added:
            raise Conflict("that id belongs to another follow")
    elif known["uri"] != asked.id:  # the other side forgot that it asked; what it undoes later has the new id
        try:
            async with transaction():
                await Follow.filter(id=known["id"]).update(uri=asked.id)
        except IntegrityError as error:
            raise Conflict("that id belongs to another follow") from error
    if is_accepted:
        await _answer(Accept, target, sender, asked.id)
    return None if known else Answered(target, is_accepted)


async def approve_follow(target: Actor, asked: Follow) -> None:
    """Who asked to follow a local `target` follows them from now on, and is told so."""
    _refuse_others(target, asked)
    follower = await asked.follower
    async with transaction():
        asked.accepted_at = now()
        await asked.save(update_fields=["accepted_at"])
        if not follower.is_local:
            await _answer(Accept, target, follower, asked.uri)


async def refuse_follow(target: Actor, asked: Follow) -> None:
    """Who asked to follow a local `target`, or follows them already, does not, and is told so."""
    _refuse_others(target, asked)
    follower = await asked.follower
    async with transaction():
        await asked.delete()
        if not follower.is_local:
            await _answer(Reject, target, follower, asked.uri)


async def is_followed_here(actor: Actor) -> bool:
    """Whether anybody here follows `actor`, for all that we know."""
    return bool(
        await fetch_rows(
            "SELECT 1 AS one FROM follow WHERE target_id = ? AND accepted_at IS NOT NULL LIMIT 1", actor.id
        )
    )


async def follow_accepted(sender: Actor, accept: Accept[Any]) -> None:
    """Our follow of `sender` counts from here on, if we asked."""
    made = await _asked(sender, accept)
    if made.accepted_at is None:
        made.accepted_at = now()
        await made.save(update_fields=["accepted_at"])


async def follow_rejected(sender: Actor, reject: Reject[Any]) -> None:
    """Our follow of `sender` has ended or never began."""
    await (await _asked(sender, reject)).delete()


async def follow_undone(sender: Actor, undo: Undo[Any]) -> None:
    """`sender` does not follow our actor any more; nothing happens if it did not."""
    undone = undo.object
    if isinstance(undone, FollowActivity):
        if not may_undo(done_by=undone.actor, speaker=sender.uri):
            raise Forbidden("only whoever follows can stop following")
        await Follow.filter(follower_id=sender.id, target__uri=undone.object.id).delete()
    else:
        await Follow.filter(follower_id=sender.id, uri=undone.id).delete()


async def _asked(sender: Actor, answer: Activity[Any]) -> Follow:
    made = await Follow.get_or_none(uri=answer.object.id).select_related("target")
    if made is not None and not may_answer(asked=made.target.uri, speaker=sender.uri):
        raise Forbidden("only whom it concerns can answer that")
    if made is None and isinstance(answer.object, FollowActivity) and answer.object.object.id == sender.uri:
        made = await Follow.get_or_none(follower__uri=answer.object.actor, target_id=sender.id)
    if made is None:
        raise NotFound("nobody here asked that actor")
    return made


async def _answer(kind: type[Accept[Any]] | type[Reject[Any]], target: Actor, follower: Actor, asked: str) -> None:
    """Who asked to follow a local `target`, in the activity with the id `asked`, will hear what it says to that."""
    said = FollowActivity(id=asked, actor=follower.uri, object=Ref(target.uri))
    answer = kind(id=new_activity_uri(target), actor=target.uri, object=said, to=(follower.uri,))
    await publish(target, answer, to=[follower])


def _refuse_others(target: Actor, asked: Follow) -> None:
    if not may_answer(asked=asked.target_id, speaker=target.id):
        raise Forbidden("only whom it concerns can answer that")
