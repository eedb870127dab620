"""Keeping away from people and from whole instances, and letting them come near again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import MAX_BOUNDARIES, Distance, find_boundary
from fedirec.accounts.models import Account, Boundary
from fedirec.activitypub.follows import refuse_follow, unfollow
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Block, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound
from fedirec.uris import host_of

MAX_SEVERED: Final = 1_000
"""Follows that end at once when somebody blocks an instance; those beyond are refused one by one as they come up."""


async def block(owner: Actor, other: Actor, *, tell: bool = False) -> Boundary:
    """A local `owner` and `other` do not follow each other, see or reach each other any more.

    With `tell`, the instance of `other` hears of it. Raises Conflict for oneself, Invalid for what is no person.
    """
    _refuse_nonsense(owner, other)
    async with transaction():
        made = await _save(owner, Distance.BLOCK, other=other)
        await _sever(owner, Follow.filter(follower_id=owner.id, target_id=other.id))
        await _sever(owner, Follow.filter(follower_id=other.id, target_id=owner.id))
        if tell and not other.is_local and made.uri is None:
            made.uri = new_activity_uri(owner)
            await made.save(update_fields=["uri"])
            said = Block(id=made.uri, actor=owner.uri, object=Ref(other.uri), to=(other.uri,))
            await publish(owner, said, to=[other])
    return made


async def mute(owner: Actor, other: Actor, *, ends_at: datetime | None = None) -> Boundary:
    """A local `owner` does not see or hear of `other` any more, until `ends_at` or until they say otherwise.

    Raises Conflict when `other` is blocked already, or is `owner`, Invalid for an end that is over.
    """
    _refuse_nonsense(owner, other)
    if ends_at is not None and ends_at <= now():
        raise Invalid("That time is over already.", field="ends_at")
    known = await find_boundary(owner, other=other)
    if known is not None and known.kind == Distance.BLOCK:
        raise Conflict("You have blocked them already.")
    async with transaction():
        return await _save(owner, Distance.MUTE, other=other, ends_at=ends_at)


async def keep_away_from_host(owner: Actor, typed: str, *, kind: Distance) -> Boundary:
    """A local `owner` blocks or mutes everybody of an instance. Raises Invalid for what is none, or is our own."""
    host = _host(typed)
    if host == owner.host:
        raise Invalid("That is this instance. Write to those who run it instead.", field="host")
    async with transaction():
        made = await _save(owner, kind, host=host)
        if kind is Distance.BLOCK:
            await _sever(owner, Follow.filter(follower_id=owner.id, target__host=host))
            await _sever(owner, Follow.filter(target_id=owner.id, follower__host=host))
    return made


async def lift(owner: Actor, boundary: Boundary) -> None:
    """What a local `owner` decided does not hold any more; who was told of it hears that too. No follow comes back."""
    if boundary.owner_id != owner.id:
        raise Forbidden("Only who decided that can take it back.")
    other = await Actor.get_or_none(id=boundary.other_id) if boundary.other_id is not None else None
    async with transaction():
        await boundary.delete()
        if boundary.uri is not None and other is not None and not other.is_local:
            said = Block(id=boundary.uri, actor=owner.uri, object=Ref(other.uri))
            undo = Undo(id=new_activity_uri(owner), actor=owner.uri, object=said, to=(other.uri,))
            await publish(owner, undo, to=[other])


async def blocked_by(sender: Actor, block: Block[Any]) -> None:
    """`sender` of another instance wants nothing to do with somebody here: neither follows the other any more.

    Nobody is told. Part of the transaction of the activity. Raises NotFound when nobody here is meant.
    """
    owner = await Actor.get_or_none(uri=block.object.id, is_local=True)
    if owner is None or not await Account.exists(actor_id=owner.id):
        raise NotFound("nobody here has that address")
    await Follow.filter(follower_id=owner.id, target_id=sender.id).delete()
    await Follow.filter(follower_id=sender.id, target_id=owner.id).delete()
    known = await Boundary.get_or_none(owner_id=sender.id, other_id=owner.id)
    if known is None:
        if await Boundary.exists(uri=block.id):
            raise Conflict("that id belongs to another block")
        await _refuse_many(sender)
        await Boundary.create(owner_id=sender.id, other_id=owner.id, kind=Distance.BLOCK.value, uri=block.id)


async def block_undone(sender: Actor, *, uri: str | None = None, other: str | None = None) -> bool:
    """`sender` of another instance does not block any more what the Block `uri` was about, or the actor `other`.

    Answers whether they did.
    """
    found = Boundary.filter(owner_id=sender.id)
    found = found.filter(other__uri=other) if other is not None else found.filter(uri=uri)
    keys = await found.values_list("id", flat=True)
    return bool(await Boundary.filter(id__in=list(keys)).delete()) if keys else False


async def _save(owner: Actor, kind: Distance, *, ends_at: datetime | None = None, **whom: Any) -> Boundary:
    where = {"other_id": whom["other"].id} if "other" in whom else whom
    known = await Boundary.filter(owner_id=owner.id, **where).select_for_update().first()
    if known is None:
        await _refuse_many(owner)
        return await Boundary.create(owner_id=owner.id, kind=kind.value, ends_at=ends_at, **where)
    known.kind, known.ends_at = kind.value, ends_at
    await known.save(update_fields=["kind", "ends_at"])
    return known


async def _sever(owner: Actor, follows: QuerySet[Follow]) -> None:
    """These follows of `owner`, or of those who follow them, have ended, and the other side hears of it."""
    for each in await follows.limit(MAX_SEVERED).select_related("follower", "target"):
        if each.follower_id == owner.id:
            await unfollow(owner, each.target)
        else:
            await refuse_follow(owner, each)


async def _refuse_many(owner: Actor) -> None:
    if await Boundary.filter(owner_id=owner.id).count() >= MAX_BOUNDARIES:
        raise Conflict("You keep away from very many already. Let some of them come near again first.")


def _refuse_nonsense(owner: Actor, other: Actor) -> None:
    if owner.id == other.id:
        raise Conflict("That is yourself.")
    if other.type == "Application":
        raise Invalid("That is an instance. Name its host instead.", field="who")


def _host(typed: str) -> str:
    text = typed.strip().lower().removeprefix("@").removeprefix("https://").removeprefix("http://").partition("/")[0]
    try:
        host = host_of(f"https://{text}")
    except Invalid as error:
        raise Invalid("Please write the host of an instance, like studio.example.", field="host") from error
    if "." not in host and ":" not in host:
        raise Invalid("Please write the host of an instance, like studio.example.", field="host")
    return host
